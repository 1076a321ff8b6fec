"""The records of both domains, opened once and handed on."""

import dataclasses
from pathlib import Path

from cdcc_tf.config import DataConfig
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError


@dataclasses.dataclass(frozen=True)
class Domains:
  """The records that an experiment learns from.

  Attributes:
    source: labelled data sets, read as one.
    target: the unlabelled data set; None without adaptation.
  """

  source: tuple[RecordDataset, ...]
  target: RecordDataset | None = None

  @classmethod
  def open(cls, config: DataConfig) -> "Domains":
    """Opens the records that an experiment names.

    Raises:
      InputError: there are no such records.
    """
    return cls(
      tuple(RecordDataset.open(folder) for folder in config.source_folders),
      RecordDataset.open(config.target_records)
      if config.target_records
      else None,
    )

  def source_files(self, split: str) -> tuple[list[Path], int]:
    """Finds a split's shards in every data set of the source.

    Returns:
      The files, compared with their checksums, and how many images they hold.

    Raises:
      InputError: there is no such split, a shard is damaged, or an image is
        unlabelled, which would pass for an image without people.
    """
    files, count = [], 0
    for dataset in self.source:
      if not dataset.is_labelled(split):
        raise InputError(
          f"{dataset.folder}: {dataset.unlabelled(split)} images of split "
          f"{split!r} are unlabelled, and a source domain needs labels. Label "
          "or remove them and convert again."
        )
      files += dataset.files(split)
      count += dataset.splits[split]
    return files, count

  def target_files(self, held_out: int) -> tuple[list[Path], int]:
    """Finds the target's training shards.

    Args:
      held_out: number of first images, all of the first shard, that do not
        take part in training.

    Returns:
      The files, compared with their checksums, and how many images are left
      for training.

    Raises:
      InputError: there is no training split, a shard is damaged, or there are
        too few images to hold some out.
    """
    target = self.require_target()
    files, count = target.files("train"), target.splits["train"]
    if count < 2:
      raise InputError(
        f"{target.folder}: has one training image, and at least two are "
        "needed: one to learn from, one to hold out. Convert more images of "
        "the target."
      )
    # They are read from the first shard alone.
    most = target.manifest.images_of(files[0]) - 1
    if held_out > most:
      raise InputError(
        f"--target_held_out={held_out}: {target.folder} has {count} "
        f"training images. Hold out fewer, at most {most}."
      )
    return files, count - held_out

  def require_target(self) -> RecordDataset:
    """Returns the target.

    Raises:
      InputError: the experiment names none.
    """
    if self.target is None:
      raise InputError("--target_records must be given to adapt to a target.")
    return self.target

  def require_sigmas(self) -> None:
    """Makes sure that the source holds a standard deviation for each head.

    Raises:
      InputError: it was converted without.
    """
    for dataset in self.source:
      if dataset.manifest.options.get("sigma") != "adaptive":
        raise InputError(
          f"{dataset.folder}: holds no geometry-adaptive standard deviations, "
          "which --adaptive_sigma needs. Convert again with --sigma=adaptive."
        )
