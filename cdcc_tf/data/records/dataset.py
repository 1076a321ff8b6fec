"""Reading records: shards of a split, compared with their checksums."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from cdcc_tf.data.records.manifest import (
  FILE_NAME,
  Manifest,
  file_sha256,
  load_manifest,
)
from cdcc_tf.data.records.record import CrowdRecord, parse
from cdcc_tf.errors import InputError

_SHARDS_AT_ONCE = 4  # in reading


def read_serialized(files: list[Path]) -> tf.data.Dataset:
  """Reads shards side by side, always in the same order.

  Returns:
    Dataset of scalar strings, to be given to `parse`.
  """
  return tf.data.Dataset.from_tensor_slices(
    [str(file) for file in files]
  ).interleave(
    tf.data.TFRecordDataset,
    cycle_length=_SHARDS_AT_ONCE,
    num_parallel_calls=_SHARDS_AT_ONCE,
    deterministic=True,
  )


def open_split(folder: str | Path, split: str) -> tuple[list[Path], int]:
  """Finds a split's shards and compares them with their checksums.

  Returns:
    The files and the number of pictures in them.

  Raises:
    InputError: no such records or split, or a shard is damaged.
  """
  manifest = verify(folder, split)
  return manifest.shards_of(split, Path(folder)), manifest.pictures[split]


def open_source(folders: Sequence[str], split: str) -> tuple[list[Path], int]:
  """Opens a split of one or several folders of labelled pictures as one.

  Returns:
    The files and the number of pictures in them.

  Raises:
    InputError: as `open_split`; or a picture is unlabelled, which would be
      taken for a picture without people.
  """
  files, count = [], 0
  for folder in folders:
    unlabelled = load_manifest(folder).unlabelled.get(split, 0)
    if unlabelled:
      raise InputError(
        f"{folder}: {unlabelled} pictures of split {split!r} are unlabelled, "
        "and a source domain needs labels. Label or remove them and convert "
        "again."
      )
    more, pictures = open_split(folder, split)
    files += more
    count += pictures
  return files, count


def require_sigmas(folders: Sequence[str]) -> None:
  """Makes sure that records hold a deviation for each head.

  Raises:
    InputError: they were converted without.
  """
  for folder in folders:
    if load_manifest(folder).options.get("sigma") != "adaptive":
      raise InputError(
        f"{folder}: holds no geometry-adaptive deviations, which "
        "--adaptive_sigma needs. Convert again with --sigma=adaptive."
      )


def read_records(folder: str | Path, split: str) -> Iterator[CrowdRecord]:
  """Yields a split's records, points included; for evaluation and checks.

  Raises:
    InputError: a shard is damaged.
  """
  files, _ = open_split(folder, split)
  for example in read_serialized(files).as_numpy_iterator():
    yield _record(parse(example))


def read_shard(file: Path) -> Iterator[CrowdRecord]:
  """Yields the records of one shard, points included, without any check.

  Raises:
    tf.errors.OpError: it is damaged from here on.
  """
  for example in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
    yield _record(parse(example))


def read_held_out(folder: str | Path, count: int) -> Iterator[CrowdRecord]:
  """Yields the target's pictures that training leaves out, as unlabelled ones.

  They are the first of the first training shard, in the order of the data set:
  conversion shuffles nothing. Their points are not parsed.

  Raises:
    InputError: a shard is damaged.
  """
  files, _ = open_split(folder, "train")
  dataset = read_serialized(files[:1]).take(count)
  for example in dataset.as_numpy_iterator():
    yield _record(parse(example, with_points=False))


def _record(fields: dict[str, tf.Tensor]) -> CrowdRecord:
  """Returns what `parse` made of a record, unlabelled if it read no points."""
  none = np.zeros((0, 2), np.float32)
  sigmas = np.asarray(fields.get("sigmas", ()))
  height, width = fields["size"].numpy().tolist()
  return CrowdRecord(
    id=fields["id"].numpy().decode(),
    image=fields["image"].numpy(),
    height=height,
    width=width,
    points=np.asarray(fields.get("points", none)),
    labelled="points" in fields and bool(fields["labelled"]),
    sigmas=sigmas if len(sigmas) else None,
    roi=fields["roi"].numpy() or None,
    group=fields["group"].numpy().decode(),
  )


def verify(folder: str | Path, split: str | None = None) -> Manifest:
  """Compares every shard, or those of one split, with their checksums.

  Raises:
    InputError: a shard differs from what was written.
  """
  folder = Path(folder)
  manifest = load_manifest(folder)
  for shard in manifest.shards:
    if split not in (None, shard.split):
      continue
    if file_sha256(folder / shard.file) != shard.sha256:
      raise InputError(
        f"{folder / shard.file}: does not match its checksum in "
        f"{FILE_NAME}; the file is truncated or changed. Copy it "
        "again, or convert again."
      )
  return manifest
