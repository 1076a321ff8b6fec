"""RecordDataset: a folder of records, opened once and handed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cdcc_tf.data.records.manifest import (
  FILE_NAME,
  Manifest,
  file_sha256,
  load_manifest,
)
from cdcc_tf.errors import InputError

if TYPE_CHECKING:  # opening records takes no TensorFlow
  import tensorflow as tf

  from cdcc_tf.data.records.record import CrowdRecord

_SHARDS_AT_ONCE = 4  # in reading


class RecordDataset:
  """The records of one data set: images with head points, in splits.

  `open` reads the manifest alone. The shards of a split are compared with
  their checksums when the split is first read.

  >>> dataset = RecordDataset.open("records/shtb")  # doctest: +SKIP
  >>> dataset.splits  # doctest: +SKIP
  {'train': 400, 'test': 316}
  >>> record = next(iter(dataset.records("train")))  # doctest: +SKIP
  >>> record.id, record.width, record.height, len(record.points)
  ... # doctest: +SKIP
  ('part_B/train_data/IMG_1', 1024, 768, 24)

  Attributes:
    folder: of the records.
    manifest: what conversion wrote about them.
  """

  def __init__(self, folder: str | Path, manifest: Manifest):
    self.folder, self.manifest = Path(folder), manifest

  @classmethod
  def open(cls, folder: str | Path) -> RecordDataset:
    """Opens the records that `convert` or `synthesize` wrote to a folder.

    Raises:
      InputError: the folder, its manifest or a shard is missing, or another
        version wrote it.
    """
    return cls(folder, load_manifest(folder))

  @property
  def splits(self) -> dict[str, int]:
    """Number of images in each split."""
    return self.manifest.pictures

  def unlabelled(self, split: str) -> int:
    """Returns the number of images in a split that have no labels."""
    return self.manifest.unlabelled.get(split, 0)

  def is_labelled(self, split: str) -> bool:
    """Returns whether every image of a split is labelled."""
    return not self.unlabelled(split)

  def files(self, split: str) -> list[Path]:
    """Returns a split's shards, compared with their checksums.

    Raises:
      InputError: there is no such split, or a shard is damaged.
    """
    files = self.manifest.shards_of(split, self.folder)
    self.verify(split)
    return files

  def serialized(self, split: str) -> tf.data.Dataset:
    """Reads a split's shards in parallel, always in the same order.

    Returns:
      Dataset of scalar strings, to be given to `record.parse`.

    Raises:
      InputError: there is no such split, or a shard is damaged.
    """
    return read_in_parallel(self.files(split))

  def records(
    self, split: str, with_points: bool = True
  ) -> Iterator[CrowdRecord]:
    """Yields a split's records, always in the same order.

    Args:
      split: e.g. `train`.
      with_points: False leaves the labels unread; the records then count as
        unlabelled.

    Raises:
      InputError: there is no such split, or a shard is damaged.
    """
    yield from _records(self.serialized(split), with_points)

  def held_out(self, count: int) -> Iterator[CrowdRecord]:
    """Yields the first training images as unlabelled records.

    Adaptation holds them out. They are the first of the first shard, in the
    order of the data set, because conversion does not shuffle. Their points
    are not parsed.

    Raises:
      InputError: there is no such split, or a shard is damaged.
    """
    first = read_in_parallel(self.files("train")[:1]).take(count)
    yield from _records(first, with_points=False)

  def verify(self, split: str | None = None) -> None:
    """Compares the shards of a split, or all shards, with their checksums.

    Raises:
      InputError: a shard differs from what was written.
    """
    for shard in self.manifest.shards:
      path = self.folder / shard.file
      if split not in (None, shard.split):
        continue
      if not path.is_file() or file_sha256(path) != shard.sha256:
        raise InputError(
          f"{path}: does not match its checksum in {FILE_NAME}; the file is "
          "missing, truncated or changed. Copy it again, or convert again."
        )


def read_in_parallel(files: Sequence[Path]) -> tf.data.Dataset:
  """Reads shards in parallel, always in the same order.

  Returns:
    Dataset of scalar strings, to be given to `record.parse`.
  """
  import tensorflow as tf

  return tf.data.Dataset.from_tensor_slices(
    [str(file) for file in files]
  ).interleave(
    tf.data.TFRecordDataset,
    cycle_length=_SHARDS_AT_ONCE,
    num_parallel_calls=_SHARDS_AT_ONCE,
    deterministic=True,
  )


def read_shard(file: Path) -> Iterator[CrowdRecord]:
  """Yields the records of one shard, points included, without any check.

  Raises:
    tf.errors.OpError: it is damaged from here on.
  """
  import tensorflow as tf

  yield from _records(tf.data.TFRecordDataset(str(file)), with_points=True)


def _records(
  serialized: tf.data.Dataset, with_points: bool
) -> Iterator[CrowdRecord]:
  from cdcc_tf.data.records.record import CrowdRecord, parse

  none = np.zeros((0, 2), np.float32)
  for example in serialized.as_numpy_iterator():
    fields = parse(example, with_points)
    sigmas = np.asarray(fields.get("sigmas", ()))
    height, width = fields["size"].numpy().tolist()
    yield CrowdRecord(
      id=fields["id"].numpy().decode(),
      image=fields["image"].numpy(),
      height=height,
      width=width,
      points=np.asarray(fields.get("points", none)),
      labelled=with_points and bool(fields["labelled"]),
      sigmas=sigmas if len(sigmas) else None,
      roi=fields["roi"].numpy() or None,
      group=fields["group"].numpy().decode(),
    )
