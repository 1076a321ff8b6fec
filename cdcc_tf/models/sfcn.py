"""SFCN with Masksembles, after the authors' listing (docs/method.md §2).

Every map lies on the stride-8 grid and holds people per cell, so its sum is a
count at any resolution.
"""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.encoders import build_encoder, scaled
from cdcc_tf.models.layers import (
  PACKAGE,
  AdaptiveAveragePooling2D,
  Masksembles2D,
  Shape,
  SpatialEncoder,
)

_DECODER_CHANNELS = (512, 512, 512, 256, 128, 64)
# The field trains on densities times 100. A larger unit learns crowds faster
# at first, and soon unlearns them: it is a larger learning rate in disguise.
DENSITY_UNIT = 0.01
# Keras' VGG16 weights see pixels up to 255, and its features are as large:
# about right for hundredths of a person, far too large for logits.
_FEATURE_SIZE = 64.0


@keras.saving.register_keras_serializable(PACKAGE)
class SFCN(keras.Model):
  """Counts people: pictures in, density and its uncertainty out.

  Args:
    width: multiplies every layer's channels.
    masks: number of Masksembles masks; 1 for none.
    mask_scale: Masksembles scale.
    spatial_encoder: whether to use the down-up and left-right scans.
    initializer: of the decoders, see `decoder_convolutions`.
    seed: of the masks.
    encoder: one of `encoders.ENCODERS`.

  Example:
  ```python
  counter = SFCN()
  maps = counter(pictures)           # uint8 or float [batch, h, w, 3], RGB
  counts = keras.ops.sum(maps["density"], axis=(1, 2, 3))
  ```
  """

  def __init__(
    self,
    width: float = 1.0,
    masks: int = 3,
    mask_scale: float = 2.0,
    spatial_encoder: bool = True,
    initializer: str = "listing",
    seed: int = 0,
    encoder: str = "vgg16",
    **kwargs: Any,
  ):
    # Pictures reach the normalisation as they are: bfloat16 holds 8 bits.
    super().__init__(autocast=False, **kwargs)
    self._config = {
      "width": width,
      "masks": masks,
      "mask_scale": mask_scale,
      "spatial_encoder": spatial_encoder,
      "initializer": initializer,
      "seed": seed,
      "encoder": encoder,
    }
    self.encoder = build_encoder(encoder, width)
    shared, *masked = decoder_convolutions("density", width, initializer)
    # Runs once whatever the number of masks; only what follows runs per mask.
    self.shared_decoder = shared
    self.masked_decoder = [
      Masksembles2D(masks, mask_scale, seed, name="masksembles"),
      *masked,
    ]
    if spatial_encoder:
      self.masked_decoder.append(SpatialEncoder(name="spatial_encoder"))
    self.head = DensityHead(name="density_head")

  def call(
    self, images: tf.Tensor, training: bool = False
  ) -> dict[str, tf.Tensor]:
    """Predicts the maps of pictures [batch, height, width, 3] in [0, 255].

    Returns:
      As `decode`.
    """
    return self.decode(self.encoder(images), training)

  def decode(
    self, features: tf.Tensor, training: bool = False
  ) -> dict[str, tf.Tensor]:
    """Predicts density from the encoder's features.

    Args:
      features: [batch, height/8, width/8, channels].
      training: True sends each example through one mask.

    Returns:
      float32 maps of shape [batch, height/8, width/8, 1]: `density`, people
      per cell, and `log_variance`, the logarithm of the aleatoric variance in
      people² per cell (docs/method.md §4).
    """
    features = self.shared_decoder(features)
    for layer in self.masked_decoder:
      if isinstance(layer, Masksembles2D):
        features = layer(features, training=training)
      else:
        features = layer(features)
    return self.head(features)

  def get_config(self) -> dict:
    """Returns the constructor's arguments."""
    return {"name": self.name} | self._config


@keras.saving.register_keras_serializable(PACKAGE)
class DensityHead(keras.layers.Layer):
  """1x1 convolution to mean density and log variance (docs/method.md §4).

  Computes in float32 whatever the policy: a count sums ten thousand cells.
  """

  # So that training starts from a plausible crowd, not from an empty map or a
  # packed one: 2 and 3 hundredths of a person per cell and their deviation.
  _INITIAL_BIAS = (2.0, 2.0)

  def __init__(self, **kwargs: Any):
    kwargs["dtype"] = "float32"
    super().__init__(**kwargs)

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
    density = ops.softplus(output[..., :1]) * DENSITY_UNIT
    # σ from 1/20 to 400 hundredths of a person: a cell that is surer than that
    # makes a step's gradient its own when it errs.
    log_variance = ops.clip(output[..., 1:], -6.0, 12.0)
    return {
      "density": density,
      "log_variance": log_variance + 2.0 * ops.log(DENSITY_UNIT),
    }


def build_orientation_decoder(
  width: float = 1.0,
  grid: tuple[int, int] = (8, 8),
  initializer: str = "listing",
) -> keras.Sequential:
  """Builds the classifier of upright (0) against upside-down (1) in stage 1.

  Six dilated convolutions, adaptive pooling to a fixed grid, one dense layer;
  before them, features are brought to a size about one.
  Exists in stage 1 only and is never exported.

  Returns:
    Model from the encoder's features to float32 logits [batch, 2].
  """
  return keras.Sequential(
    [
      keras.layers.Rescaling(1 / _FEATURE_SIZE, name="rescale"),
      *decoder_convolutions("orientation", width, initializer),
      AdaptiveAveragePooling2D(grid, name="pool"),
      keras.layers.Flatten(name="flatten"),
      keras.layers.Dense(2, dtype="float32", name="logits"),
    ],
    name="orientation_decoder",
  )


def decoder_convolutions(
  name: str, width: float, initializer: str
) -> list[keras.layers.Conv2D]:
  """Returns a decoder's six 3x3 convolutions of dilation 2, with ReLU.

  Args:
    name: of the decoder, for the layers' names.
    width: multiplies the channels.
    initializer: `listing` starts normal with the listing's deviation of 0.01,
      times 1/√width, since a narrower network sums fewer terms: the signal
      halves in every layer, and the decoder starts slowly. `he_normal` keeps
      its size and starts at once.
  """
  return [
    keras.layers.Conv2D(
      scaled(channels, width),
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
      name=f"{name}_conv{index}",
    )
    for index, channels in enumerate(_DECODER_CHANNELS, start=1)
  ]
