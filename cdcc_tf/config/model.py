"""Options of the network."""

import dataclasses

from cdcc_tf.config.option import check, option


@dataclasses.dataclass(frozen=True)
class ModelConfig:
  """The network (docs/method.md §2)."""

  encoder: str = option(
    "vgg16",
    "Encoder: the paper's VGG16, or a compact one that learns without ImageNet "
    "weights; see --encoder_weights.",
    ["vgg16", "compact"],
  )
  encoder_weights: str = option(
    "imagenet",
    "Start of the VGG16 encoder: a file (.npz with Keras layer names, or the "
    ".h5 that Keras downloads), 'imagenet' to download it, or 'none'.",
  )
  width: float = option(1.0, "Multiplies every layer's channels.")
  decoder_width: float = option(
    1.0,
    "Multiplies the decoders' channels once more: a quarter nearly halves "
    "the time that counting takes, and ImageNet's encoder keeps its own.",
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
      self.encoder == "vgg16" or self.encoder_weights == "none",
      "encoder_weights",
      f"none with --encoder={self.encoder}: there are no weights for it",
    )
    # Counting takes a pass through the decoder for each.
    check(1 <= self.masks <= 10, "masks", "from 1 to 10")
    check(0 < self.width <= 4, "width", "in (0, 4]")
    check(0 < self.decoder_width <= 4, "decoder_width", "in (0, 4]")
    check(1 <= self.mask_scale <= 6, "mask_scale", "from 1 to 6")
    check(
      self.masks == 1 or 512 * self.width * self.decoder_width >= 10,
      "width",
      "at least 0.02 over --decoder_width with masks: they need 10 channels "
      "or more (if it takes more, training says so at its start)",
    )
    check(self.orientation_grid >= 1, "orientation_grid", "at least 1")
