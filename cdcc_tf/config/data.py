"""Options of images and batches."""

import dataclasses

from cdcc_tf.config.option import check, option


@dataclasses.dataclass(frozen=True)
class DataConfig:
  """Where images come from, and how batches are made of them."""

  source_records: str = option(
    "",
    "Record folder of the labelled source domain, or several separated by "
    "commas, which are read as one. Required to train.",
  )
  target_records: str = option(
    "",
    "Record folder of the unlabelled target domain. Its points are not read. "
    "Required unless --orientation_weight=0 and --rounds=0.",
  )
  source_batch: int = option(6, "Source crops per step.")
  target_batch: int = option(
    4,
    "Target crops per step; in stage 1 half of them are upside down. Even.",
  )
  orientation_source: int = option(
    0,
    "Source crops per step that are added to the orientation task; half of "
    "them are upside down. Even.",
  )
  crop: int = option(256, "Side of a training crop in pixels; multiple of 8.")
  scale_min: float = option(
    0.4,
    "Smallest scale of a source crop; raised if the crop would extend beyond "
    "its image.",
  )
  scale_max: float = option(1.2, "Largest scale of a source crop.")
  target_scale_min: float = option(0.4, "Smallest scale of a target crop.")
  target_scale_max: float = option(1.2, "Largest scale of a target crop.")
  colour_strength: float = option(
    0.5, "Strength of colour augmentation in both domains; 0 for none."
  )
  clutter: float = option(
    0.0,
    "Share of source crops that are partly covered with patches of random "
    "texture, which hide the people below them.",
  )
  sigma: float = option(
    14.0, "Standard deviation of a head in the density map, in crop pixels."
  )
  adaptive_sigma: bool = option(
    False,
    "Use the geometry-adaptive standard deviations in the source's records "
    "(data_tools.convert --sigma=adaptive) instead of --sigma.",
  )
  validation_crop: int = option(
    512, "Largest side, in pixels, of the centre crops used for validation."
  )
  validation_images: int = option(
    24, "Maximum number of source images per validation."
  )
  target_held_out: int = option(
    16,
    "Number of target images held out of training, to measure the orientation "
    "task on unseen images, without labels. They are the first in the "
    "records. If those are similar frames of a video, hold out more.",
  )

  def __post_init__(self) -> None:
    """Raises InputError for an option out of range."""
    check(
      not self.source_records or all(self.source_folders),
      "source_records",
      "a folder, or several with one comma between them",
    )
    check(
      "," not in self.target_records,
      "target_records",
      "one folder, without commas: convert several data sets together",
    )
    for name in ("crop", "validation_crop"):
      side = getattr(self, name)
      check(side > 0 and side % 8 == 0, name, "a multiple of 8")
    for name in ("source_batch", "validation_images", "target_held_out"):
      check(getattr(self, name) > 0, name, "at least 1")
    check(self.colour_strength >= 0, "colour_strength", "0 or more")
    check(0 <= self.clutter <= 1, "clutter", "in [0, 1]")
    check(
      self.target_batch > 0 and self.target_batch % 2 == 0,
      "target_batch",
      "even: each crop enters upright and upside down",
    )
    check(
      self.orientation_source >= 0 and self.orientation_source % 2 == 0,
      "orientation_source",
      "0 or more, and even",
    )
    for name in ("", "target_"):
      low = getattr(self, f"{name}scale_min")
      high = getattr(self, f"{name}scale_max")
      check(0 < low <= high, f"{name}scale_min", f"in (0, {high}]")
    check(self.sigma > 0, "sigma", "above 0 pixels")

  @property
  def source_folders(self) -> list[str]:
    """The folders of `source_records`, without blanks around commas."""
    return [name.strip() for name in self.source_records.split(",")]
