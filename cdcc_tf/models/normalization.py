"""Image normalisation, and batch normalisation folded into a convolution."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.layers import PACKAGE, Shape

STRIDE = 8
# Means of ImageNet in the order blue, green, red, as Keras' VGG16 was trained.
_IMAGENET_BGR_MEANS = (103.939, 116.779, 123.68)
_EPSILON = 1e-3
_MOMENTUM = 0.99


@keras.saving.register_keras_serializable(PACKAGE)
class InputNormalization(keras.layers.Layer):
  """RGB images as they are, into what an encoder's ImageNet weights expect.

  Subtracts the means, divides, and pads the right and bottom with zeros to a
  multiple of the stride. Part of the model, so that its callers pass plain
  images in [0, 255]. The defaults are VGG16's.

  Args:
    means: of the three channels, in the order that the weights expect.
    divisors: of the three channels, in the same order.
    bgr: whether the weights expect blue, green, red.
    multiple: height and width are padded to a multiple of it.
  """

  def __init__(
    self,
    means: Sequence[float] = _IMAGENET_BGR_MEANS,
    divisors: Sequence[float] = (1.0, 1.0, 1.0),
    bgr: bool = True,
    multiple: int = STRIDE,
    **kwargs: Any,
  ):
    super().__init__(**kwargs)
    self.means, self.divisors = tuple(means), tuple(divisors)
    self.bgr, self.multiple = bgr, multiple

  def call(self, images: tf.Tensor) -> tf.Tensor:
    """Maps [batch, height, width, 3] to the padded, normalised images."""
    images = ops.cast(images, "float32")
    if self.bgr:
      images = images[..., ::-1]
    images = images - ops.convert_to_tensor(self.means)
    if any(divisor != 1 for divisor in self.divisors):
      images = images / ops.convert_to_tensor(self.divisors)
    height, width = ops.shape(images)[1:3]
    padding = ((0, -height % self.multiple), (0, -width % self.multiple))
    images = ops.pad(images, ((0, 0), *padding, (0, 0)))
    return ops.cast(images, self.compute_dtype)

  def get_config(self) -> dict:
    """Returns the constructor's arguments."""
    return super().get_config() | {
      "means": self.means,
      "divisors": self.divisors,
      "bgr": self.bgr,
      "multiple": self.multiple,
    }


@keras.saving.register_keras_serializable(PACKAGE)
class NormalizedConv2D(keras.layers.Layer):
  """Convolution without a bias, batch normalisation and ReLU6 in one layer.

  The normalisation's statistics stay as they are, unless `train_statistics`.
  Then it is linear: its scale multiplies the kernel and its shift is the bias,
  so it costs no pass over the features, forwards or backwards. Its own scale
  and shift learn in any case.

  Args:
    filters: number of output channels; None for a depthwise convolution.
    kernel_size: height and width of the kernel.
    strides: rows and columns between outputs.
    relu: whether a ReLU6 follows.
    train_statistics: whether `training=True` normalises by the batch's own
      statistics (of all replicas together) and updates the moving ones.
  """

  def __init__(
    self,
    filters: int | None,
    kernel_size: int = 1,
    strides: int = 1,
    relu: bool = True,
    train_statistics: bool = False,
    **kwargs: Any,
  ):
    super().__init__(**kwargs)
    self.filters, self.kernel_size, self.strides = filters, kernel_size, strides
    self.relu, self.train_statistics = relu, train_statistics

  def build(self, input_shape: Shape) -> None:
    """Creates the kernel, the scale and shift, and the moving statistics."""
    size, channels = self.kernel_size, input_shape[-1]
    inputs = 1 if self.filters is None else channels
    self.kernel = self.add_weight(
      name="kernel",
      shape=(size, size, channels, self.filters or 1),
      # He's, counting the inputs that a depthwise kernel really sums.
      initializer=keras.initializers.RandomNormal(
        stddev=math.sqrt(2 / (size * size * inputs))
      ),
      autocast=False,
    )
    for name, initializer in (
      *(("gamma", "ones"), ("beta", "zeros")),
      *(("mean", "zeros"), ("variance", "ones")),
    ):
      learnt = name in ("gamma", "beta")
      weight = self.add_weight(
        name=name,
        shape=(self.filters or channels,),
        initializer=initializer,
        trainable=learnt,
        autocast=False,
        aggregation="none" if learnt else "mean",
      )
      setattr(self, name, weight)

  def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
    """Maps [batch, height, width, channels] to [batch, ⌈h/s⌉, ⌈w/s⌉, …]."""
    if training and self.trainable and self.train_statistics:
      outputs = ops.cast(self._convolve(inputs, self.kernel), "float32")
      mean, variance = ops.moments(outputs, (0, 1, 2), synchronized=True)
      for moving, value in ((self.mean, mean), (self.variance, variance)):
        moving.assign(_MOMENTUM * moving + (1 - _MOMENTUM) * value)
      scale = self.gamma * ops.rsqrt(variance + _EPSILON)
      outputs = (outputs - mean) * scale + self.beta
      outputs = ops.cast(outputs, self.compute_dtype)
    else:
      scale = self.gamma * ops.rsqrt(self.variance + _EPSILON)
      # A depthwise kernel has its channels on the axis before the last.
      by_channel = scale[:, None] if self.filters is None else scale
      outputs = self._convolve(inputs, self.kernel * by_channel)
      shift = ops.cast(self.beta - self.mean * scale, outputs.dtype)
      outputs = tf.nn.bias_add(outputs, shift)
    return ops.relu6(outputs) if self.relu else outputs

  def _convolve(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    convolve = ops.depthwise_conv if self.filters is None else ops.conv
    return convolve(
      inputs, ops.cast(kernel, inputs.dtype), self.strides, padding="same"
    )

  def get_config(self) -> dict:
    """Returns the constructor's arguments."""
    return super().get_config() | {
      "filters": self.filters,
      "kernel_size": self.kernel_size,
      "strides": self.strides,
      "relu": self.relu,
      "train_statistics": self.train_statistics,
    }
