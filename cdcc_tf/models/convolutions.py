"""The decoders' convolutions: dilated, on phases of the grid; or separable."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from cdcc_tf.models.layers import PACKAGE, Shape


@keras.saving.register_keras_serializable(PACKAGE)
class DilatedConv2D(keras.layers.Conv2D):
  """`keras.layers.Conv2D` of one dilation, channels last, padding "same".

  A convolution of dilation d never mixes cells whose row or column differ by
  other than a multiple of d: it is a plain convolution on each of d² coarser
  grids, the phases. TensorFlow computes it so on a CPU too, but copies in one
  thread; here the phases are a transposition, and bias and activation can join
  the convolution's own pass (benchmarks.train_step).
  """

  def build(self, input_shape: Shape) -> None:
    """Creates kernel and bias.

    Raises:
      ValueError: options that this layer does not compute.
    """
    super().build(input_shape)
    rows, columns = self.dilation_rate
    if (
      self.padding != "same"
      or rows != columns
      or self.strides != (1, 1)
      or not self.use_bias
    ):
      raise ValueError(
        f"{self.name}: needs padding 'same', one dilation for rows and "
        "columns, strides of 1 and a bias"
      )

  def call(self, inputs: tf.Tensor) -> tf.Tensor:
    """Maps [batch, height, width, channels] to [batch, height, width, …]."""
    return self.convolve(inputs, self.kernel)

  def convolve(self, inputs: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    """Convolves as `call`, with another kernel, of the inputs' channels."""
    rate, _ = self.dilation_rate
    height, width = ops.shape(inputs)[1:3]
    phases = _to_phases(inputs, rate)
    outputs = ops.conv(
      phases, ops.cast(kernel, inputs.dtype), padding=self.padding
    )
    outputs = self.activation(outputs + ops.cast(self.bias, outputs.dtype))
    return _from_phases(outputs, rate, height, width)

  def convolve_channels(
    self, inputs: tf.Tensor, channels: np.ndarray
  ) -> tf.Tensor:
    """Convolves as `call` those input channels alone: the others are zero."""
    kernel = ops.take(self.kernel, channels, axis=2)
    return self.convolve(ops.take(inputs, channels, axis=-1), kernel)


@keras.saving.register_keras_serializable(PACKAGE)
class SeparableConv2D(keras.layers.Layer):
  """A depthwise 3x3 convolution, a 1x1 convolution with bias, and a ReLU.

  Keras' own starts its depthwise kernels as if they summed every channel.

  Args:
    filters: number of output channels.
  """

  def __init__(self, filters: int, **kwargs: Any):
    super().__init__(**kwargs)
    self.filters = filters

  def build(self, input_shape: Shape) -> None:
    """Creates both kernels and the bias."""
    channels = input_shape[-1]
    self.depthwise_kernel = self.add_weight(
      name="depthwise_kernel",
      shape=(3, 3, channels, 1),
      initializer=keras.initializers.RandomNormal(stddev=1 / 3),
    )
    self.kernel = self.add_weight(
      name="kernel",
      shape=(1, 1, channels, self.filters),
      initializer="he_normal",
    )
    self.bias = self.add_weight(
      name="bias", shape=(self.filters,), initializer="zeros"
    )

  def call(self, inputs: tf.Tensor) -> tf.Tensor:
    """Maps [batch, height, width, channels] to [batch, height, width, …]."""
    return self._convolve(inputs, self.depthwise_kernel, self.kernel)

  def convolve_channels(
    self, inputs: tf.Tensor, channels: np.ndarray
  ) -> tf.Tensor:
    """Convolves as `call` those input channels alone: the others are zero."""
    depthwise, kernel = (
      ops.take(each, channels, axis=2)
      for each in (self.depthwise_kernel, self.kernel)
    )
    return self._convolve(
      ops.take(inputs, channels, axis=-1), depthwise, kernel
    )

  def _convolve(
    self, inputs: tf.Tensor, depthwise: tf.Tensor, kernel: tf.Tensor
  ) -> tf.Tensor:
    depthwise, kernel, bias = (
      ops.cast(each, inputs.dtype) for each in (depthwise, kernel, self.bias)
    )
    outputs = ops.depthwise_conv(inputs, depthwise, padding="same")
    return ops.relu(tf.nn.bias_add(ops.conv(outputs, kernel), bias))

  def get_config(self) -> dict:
    """Returns the constructor's arguments."""
    return super().get_config() | {"filters": self.filters}


def _to_phases(cells: tf.Tensor, rate: int) -> tf.Tensor:
  """Returns [rate² · batch, ⌈height/rate⌉, ⌈width/rate⌉, channels].

  The grid is filled up with zeros, which is what "same" sees beyond it.
  """
  batch, height, width, channels = ops.shape(cells)
  missing = (-height % rate, -width % rate)
  if not _known_as(missing, (0, 0)):
    cells = ops.pad(cells, ((0, 0), (0, missing[0]), (0, missing[1]), (0, 0)))
  rows, columns = (height + missing[0]) // rate, (width + missing[1]) // rate
  cells = ops.reshape(cells, (batch, rows, rate, columns, rate, channels))
  cells = ops.transpose(cells, (2, 4, 0, 1, 3, 5))
  return ops.reshape(cells, (rate * rate * batch, rows, columns, channels))


def _from_phases(
  phases: tf.Tensor, rate: int, height: tf.Tensor | int, width: tf.Tensor | int
) -> tf.Tensor:
  """Returns the grid [batch, height, width, channels] of its phases."""
  batch, rows, columns, channels = ops.shape(phases)
  batch = batch // (rate * rate)
  phases = ops.reshape(phases, (rate, rate, batch, rows, columns, channels))
  cells = ops.transpose(phases, (2, 3, 0, 4, 1, 5))
  cells = ops.reshape(cells, (batch, rows * rate, columns * rate, channels))
  if _known_as((height, width), cells.shape[1:3]):
    return cells
  return cells[:, :height, :width]


def _known_as(sizes: tuple, expected: tuple) -> bool:
  """Whether sizes are numbers, not tensors, and these."""
  return all(isinstance(size, int) for size in sizes) and sizes == tuple(
    expected
  )
