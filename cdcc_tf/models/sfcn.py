"""SFCN with Masksembles, after the authors' listing (docs/method.md §2).

Every map lies on the stride-8 grid and holds people per cell, so its sum is a
count at any resolution.
"""

from typing import Any

import keras
import tensorflow as tf

from cdcc_tf.models import NETWORK_VERSION
from cdcc_tf.models.decoders import DensityHead, build_convolutions
from cdcc_tf.models.encoders import build_encoder
from cdcc_tf.models.layers import PACKAGE, Masksembles2D
from cdcc_tf.models.spatial import SpatialEncoder


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
    decoder_width: multiplies the decoder's channels beside `width`.
    detached_variance: see `DensityHead`.
    decoder: one of `decoders.DECODERS`.
    train_statistics: see `encoders.build_encoder`.

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
    decoder_width: float = 1.0,
    detached_variance: bool = False,
    decoder: str = "listing",
    train_statistics: bool = False,
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
      "decoder_width": decoder_width,
      "detached_variance": detached_variance,
      "decoder": decoder,
      "train_statistics": train_statistics,
    }
    self.encoder = build_encoder(encoder, width, train_statistics)
    shared, *masked = build_convolutions(
      *("density", width * decoder_width, initializer, decoder)
    )
    # Runs once whatever the number of masks; only what follows runs per mask.
    self.shared_decoder = shared
    self.masked_decoder = [
      Masksembles2D(masks, mask_scale, seed, name="masksembles"),
      *masked,
    ]
    if spatial_encoder:
      self.masked_decoder.append(SpatialEncoder(name="spatial_encoder"))
    self.head = DensityHead(detached_variance, name="density_head")

  def call(
    self, images: tf.Tensor, training: bool = False
  ) -> dict[str, tf.Tensor]:
    """Predicts the maps of pictures [batch, height, width, 3] in [0, 255].

    Returns:
      As `decode`.
    """
    return self.decode(self.encode(images, training), training)

  def encode(self, images: tf.Tensor, training: bool = False) -> tf.Tensor:
    """Returns the features of images [batch, height, width, 3] in [0, 255].

    Args:
      images: RGB.
      training: True lets batch normalisation follow them, where it is to.
    """
    follows = training and self._config["train_statistics"]
    return self.encoder(images, training=follows)

  def decode(
    self,
    features: tf.Tensor,
    training: bool = False,
    step: tf.Tensor | int = 0,
  ) -> dict[str, tf.Tensor]:
    """Predicts density from the encoder's features.

    Args:
      features: [batch, height/8, width/8, channels].
      training: True sends each example through one mask.
      step: of the training, by which the masks take turns.

    Returns:
      float32 maps of shape [batch, height/8, width/8, 1]: `density`, people
      per cell, and `log_variance`, the logarithm of the aleatoric variance in
      people² per cell (docs/method.md §4).
    """
    features = self.shared_decoder(features)
    for layer in self.masked_decoder:
      if isinstance(layer, Masksembles2D):
        features = layer(features, training=training, step=step)
      else:
        features = layer(features)
    return self.head(features)

  def get_config(self) -> dict:
    """Returns the constructor's arguments."""
    return {"name": self.name, "version": NETWORK_VERSION} | self._config

  @classmethod
  def from_config(cls, config: dict) -> "SFCN":
    """Returns a counter of `get_config`.

    Raises:
      ValueError: its weights mean something else in this version.
    """
    options = dict(config)
    version = options.pop("version", 1)
    if version != NETWORK_VERSION:
      raise ValueError(f"a network of version {version}, not {NETWORK_VERSION}")
    return cls(**options)
