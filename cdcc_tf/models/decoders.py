"""What stands on the encoder's features (docs/method.md §2)."""

import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.convolutions import DilatedConv2D, SeparableConv2D
from cdcc_tf.models.encoders import scaled
from cdcc_tf.models.layers import PACKAGE, AdaptiveAveragePooling2D, Shape

DECODERS = ("listing", "separable")

_CHANNELS = {
  "listing": (512, 512, 512, 256, 128, 64),
  "separable": (128, 128, 128, 64, 32, 16),
}
# The field trains on densities times 100. A larger unit learns crowds faster
# at first, and soon unlearns them: it is a larger learning rate in disguise.
DENSITY_UNIT = 0.01
# Keras' VGG16 weights see pixels up to 255, and its features are as large:
# about right for hundredths of a person, far too large for logits.
_FEATURE_SIZE = 64.0


@keras.saving.register_keras_serializable(PACKAGE)
class DensityHead(keras.layers.Layer):
  """1x1 convolution to mean density and log variance (docs/method.md §4).

  Computes in float32 whatever the policy: a count sums ten thousand cells.

  Args:
    detached_variance: whether the variance reads the features and teaches them
      nothing. Its gradient grows with the square of the error, and drowns what
      the mean has to say to the layers that both share.
  """

  # So that training starts from a plausible crowd, not from an empty map or a
  # packed one: 2 hundredths of a person per cell, and as much deviation.
  _INITIAL_BIAS = (2.0, 2.0)
  # In the same hundredths. A cell that is surer than the lower bound makes a
  # step's gradient its own when it errs.
  _DEVIATION_RANGE = (0.5, 400.0)

  def __init__(self, detached_variance: bool = False, **kwargs: Any):
    kwargs["dtype"] = "float32"
    super().__init__(**kwargs)
    self._detached = detached_variance

  def build(self, input_shape: Shape) -> None:
    """Creates the kernel of shape [channels, 2]."""
    self.kernel = self.add_weight(
      name="kernel",
      shape=(input_shape[-1], 2),
      initializer=keras.initializers.RandomNormal(stddev=0.01),
    )
    self.bias = self.add_weight(
      name="bias",
      shape=(2,),
      initializer=lambda shape, dtype: ops.convert_to_tensor(
        self._INITIAL_BIAS, dtype
      ),
    )

  def call(self, features: tf.Tensor) -> dict[str, tf.Tensor]:
    """Maps [batch, height, width, channels] to the two maps."""
    output = ops.matmul(features, self.kernel) + self.bias
    # Not a softplus, which has no gradient far below zero: a map that the first
    # steps push there would stay empty.
    density = clip_with_a_way_back(output[..., :1], 0.0, math.inf)
    if self._detached:
      kept = ops.stop_gradient(features)
      output = ops.matmul(kept, self.kernel) + self.bias
    # Linear as μ is: its logarithm, linear in the features, would let it grow
    # exponentially where they are stronger than any seen.
    deviation = clip_with_a_way_back(output[..., 1:], *self._DEVIATION_RANGE)
    return {
      "density": density * DENSITY_UNIT,
      "log_variance": 2.0 * ops.log(deviation * DENSITY_UNIT),
    }

  def get_config(self) -> dict:
    """Returns the constructor's arguments."""
    return super().get_config() | {"detached_variance": self._detached}


def clip_with_a_way_back(
  values: tf.Tensor, low: float, high: float
) -> tf.Tensor:
  """Clips values, any shape, and keeps the gradient that leads back inside.

  A plain clip has none outside, where a value would stay for ever.
  """

  @tf.custom_gradient
  def clipped(inner: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    def back(upstream: tf.Tensor) -> tf.Tensor:
      # Descent goes against the gradient: up where it is negative.
      stuck = ((inner < low) & (upstream > 0)) | (
        (inner > high) & (upstream < 0)
      )
      return ops.where(stuck, ops.zeros_like(upstream), upstream)

    return ops.clip(inner, low, high), back

  return clipped(values)


def build_orientation_decoder(
  width: float = 1.0,
  grid: tuple[int, int] = (8, 8),
  initializer: str = "listing",
  kind: str = "listing",
) -> keras.Sequential:
  """Builds the classifier of upright (0) against upside-down (1) in stage 1.

  Six convolutions, adaptive pooling to a fixed grid, one dense layer;
  before them, features are brought to a size about one.
  Exists in stage 1 only and is never exported.

  Returns:
    Model from the encoder's features to float32 logits [batch, 2].
  """
  return keras.Sequential(
    [
      keras.layers.Rescaling(1 / _FEATURE_SIZE, name="rescale"),
      *build_convolutions("orientation", width, initializer, kind),
      AdaptiveAveragePooling2D(grid, name="pool"),
      keras.layers.Flatten(name="flatten"),
      keras.layers.Dense(2, dtype="float32", name="logits"),
    ],
    name="orientation_decoder",
  )


def build_convolutions(
  name: str, width: float, initializer: str, kind: str = "listing"
) -> list[DilatedConv2D] | list[SeparableConv2D]:
  """Returns a decoder's six 3x3 convolutions with ReLU.

  Args:
    name: of the decoder, for the layers' names.
    width: multiplies the channels.
    initializer: `listing` starts normal with the listing's deviation of 0.01,
      times 1/√width, since a narrower network sums fewer terms: the signal
      halves in every layer, and the decoder starts slowly. `he_normal` keeps
      its size and starts at once.
    kind: `listing` has the paper's dilation of 2. `separable` is made for light
      encoders: fewer channels, each convolution depthwise and then 1x1, no
      dilation (the encoder's stride 32 sees far enough), and He's start
      whatever the initialiser.
  """
  layers = [
    (scaled(channels, width), f"{name}_conv{index}")
    for index, channels in enumerate(_CHANNELS[kind], start=1)
  ]
  if kind == "separable":
    return [SeparableConv2D(filters, name=name) for filters, name in layers]
  return [
    DilatedConv2D(
      filters,
      3,
      dilation_rate=2,
      padding="same",
      activation="relu",
      # One initialiser a layer: sharing one would draw equal kernels.
      kernel_initializer=keras.initializers.RandomNormal(
        stddev=0.01 / math.sqrt(width)
      )
      if initializer == "listing"
      else keras.initializers.get(initializer),
      name=name,
    )
    for filters, name in layers
  ]
