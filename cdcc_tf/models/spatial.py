"""The spatial encoder: context carried over the whole picture, as one scan."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.layers import PACKAGE, Shape


@keras.saving.register_keras_serializable(PACKAGE)
class SpatialEncoder(keras.layers.Layer):
  """Carries context over the whole picture (SFCN; paper's listing).

  Down: rows h = 1 … H-1 become `f[h] += relu(conv(f[h-1]))`; then back up with
  the same 1 x `kernel_size` convolution. Left-right likewise over columns with
  a second one. The state is sequential, so each direction is one scan, which
  works at any size without retracing.

  Args:
    kernel_size: length of the convolutions in cells.
  """

  def __init__(self, kernel_size: int = 9, **kwargs: Any):
    super().__init__(**kwargs)
    self.kernel_size = kernel_size

  def build(self, input_shape: Shape) -> None:
    """Creates both kernels, of shape [kernel_size, channels, channels]."""
    channels = input_shape[-1]
    for axis in ("down_up", "left_right"):
      kernel = self.add_weight(
        name=f"{axis}_kernel",
        shape=(self.kernel_size, channels, channels),
        initializer=keras.initializers.RandomNormal(stddev=0.01),
      )
      bias = self.add_weight(
        name=f"{axis}_bias", shape=(channels,), initializer="zeros"
      )
      setattr(self, axis, (kernel, bias))

  def call(self, features: tf.Tensor) -> tf.Tensor:
    """Maps [batch, height, width, channels] to the same shape."""
    rows = ops.transpose(features, (1, 0, 2, 3))
    rows = _there_and_back(rows, *self.down_up)
    columns = ops.transpose(rows, (2, 1, 0, 3))
    columns = _there_and_back(columns, *self.left_right)
    return ops.transpose(columns, (1, 2, 0, 3))

  def get_config(self) -> dict:
    """Returns the constructor's arguments."""
    return super().get_config() | {"kernel_size": self.kernel_size}


def _there_and_back(
  lines: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor
) -> tf.Tensor:
  """Scans lines [lines, batch, length, channels] in both directions."""
  kernel = ops.cast(kernel, lines.dtype)
  bias = ops.cast(bias, lines.dtype)
  for backwards in (False, True):
    lines = _scan(lines, kernel, bias, backwards)
  return lines


def _scan(
  lines: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor, backwards: bool
) -> tf.Tensor:
  """Adds to every line the message of the one before it (or behind it).

  `keras.ops.scan` would do, but for pictures of a single line, where it has
  nothing to stack. TensorArrays, because slicing inside a loop has a gradient
  as large as the whole.
  """
  count = tf.shape(lines)[0]
  shape = lines.shape[1:]
  inputs = tf.TensorArray(lines.dtype, count, element_shape=shape)
  inputs = inputs.unstack(lines)
  outputs = tf.TensorArray(lines.dtype, count, element_shape=shape)

  def index(step: tf.Tensor) -> tf.Tensor:
    return count - 1 - step if backwards else step

  def body(
    step: tf.Tensor, previous: tf.Tensor, outputs: tf.TensorArray
  ) -> tuple[tf.Tensor, tf.Tensor, tf.TensorArray]:
    message = ops.relu(ops.conv(previous, kernel, padding="same") + bias)
    line = inputs.read(index(step)) + message
    return step + 1, line, outputs.write(index(step), line)

  zero = tf.constant(0)
  first = inputs.read(index(zero))
  *_, outputs = tf.while_loop(
    lambda step, *_: step < count,
    body,
    (zero + 1, first, outputs.write(index(zero), first)),
    maximum_iterations=count - 1,  # XLA needs to know
  )
  return outputs.stack()
