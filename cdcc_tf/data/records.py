"""CrowdRecord: the one form in which pictures reach the network.

Whatever a data set's own layout, its reader yields CrowdRecords once; training,
evaluation and labelling know nothing else. Pictures keep the bytes they came
with, and heads stay points: a density map is made where it is needed.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from cdcc_tf.data import examples
from cdcc_tf.data import manifest as manifests
from cdcc_tf.data.regions import decode_region, heads_within
from cdcc_tf.errors import InputError

_SHARDS_AT_ONCE = 4  # in reading


@dataclasses.dataclass(frozen=True)
class CrowdRecord:
  """One picture and its head points.

  Attributes:
    id: unique name, e.g. `part_B/train/IMG_12`.
    image: the file's bytes, JPEG or PNG.
    height: picture height in pixels.
    width: picture width in pixels.
    points: float32 array of shape [heads, 2], x (right) then y (down) in
      pixels; (0, 0) is the outer corner of the top-left pixel.
    labelled: False for a picture nobody labelled, which is not the same as a
      picture without people.
    sigmas: float32 array of shape [heads], the geometry-adaptive standard
      deviation of each head in pixels, or None.
    roi: region of interest, in which alone people count: bytes of a grey PNG
      of the picture's size, 255 inside and 0 outside; None for all of it.
    group: what the data set's protocol averages by, e.g. a scene or a fold.
  """

  id: str
  image: bytes
  height: int
  width: int
  points: np.ndarray
  labelled: bool = True
  sigmas: np.ndarray | None = None
  roi: bytes | None = None
  group: str = ""

  def region(self) -> np.ndarray | None:
    """Returns the region of interest, bool [height, width], if there is one."""
    if self.roi is None:
      return None
    return decode_region(self.roi, self.height, self.width)[..., 0].numpy() > 0

  def counted_points(self) -> np.ndarray:
    """Returns the points in the region of interest: the picture's truth."""
    region = self.region()
    if region is None:
      return self.points
    return self.points[heads_within(self.points, region)]

  def serialize(self) -> bytes:
    """Returns the record as a serialised `tf.train.Example`."""
    points = np.asarray(self.points, np.float32)
    if points.ndim != 2 or points.shape[1] != 2:
      raise ValueError(f"{self.id}: points must be [heads, 2]: {points.shape}")
    sigmas = np.zeros(0, np.float32) if self.sigmas is None else self.sigmas
    if self.sigmas is not None and np.shape(sigmas) != (len(points),):
      raise ValueError(f"{self.id}: sigmas must be [heads]: {np.shape(sigmas)}")
    return examples.serialize(
      {
        "id": self.id.encode(),
        "image": self.image,
        "size": [self.height, self.width],
        "labelled": [int(self.labelled)],
        "points": points,
        "sigmas": sigmas,
        "roi": self.roi or b"",
        "group": self.group.encode(),
      }
    )


def parse(example: tf.Tensor, with_points: bool = True) -> dict[str, tf.Tensor]:
  """Parses one serialised record.

  Args:
    example: scalar string tensor.
    with_points: False leaves `points` and `sigmas` unread: this is how labels
      of the target domain stay out of training.

  Returns:
    `id`, `image`, `roi` (empty if all counts) and `group` (scalar strings),
    `size` int64 [2] (height, width), `labelled` bool, and with points:
    `points` float32 [heads, 2] and `sigmas` float32 [heads] or [0].
  """
  features = {
    "id": tf.io.FixedLenFeature([], tf.string),
    "image": tf.io.FixedLenFeature([], tf.string),
    "size": tf.io.FixedLenFeature([2], tf.int64),
    "labelled": tf.io.FixedLenFeature([], tf.int64),
    "roi": tf.io.FixedLenFeature([], tf.string, default_value=""),
    "group": tf.io.FixedLenFeature([], tf.string, default_value=""),
  }
  if with_points:
    for name in ("points", "sigmas"):
      features[name] = tf.io.FixedLenSequenceFeature(
        [], tf.float32, allow_missing=True
      )
  parsed = tf.io.parse_single_example(example, features)
  parsed["labelled"] = tf.cast(parsed["labelled"], tf.bool)
  if with_points:
    parsed["points"] = tf.reshape(parsed["points"], [-1, 2])
  return parsed


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
    unlabelled = manifests.load_manifest(folder).unlabelled.get(split, 0)
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
    if manifests.load_manifest(folder).options.get("sigma") != "adaptive":
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

  They are the first of the first training shard. Their points are not parsed.

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


def verify(folder: str | Path, split: str | None = None) -> manifests.Manifest:
  """Compares every shard, or those of one split, with their checksums.

  Raises:
    InputError: a shard differs from what was written.
  """
  folder = Path(folder)
  manifest = manifests.load_manifest(folder)
  for shard in manifest.shards:
    if split not in (None, shard.split):
      continue
    if manifests.file_sha256(folder / shard.file) != shard.sha256:
      raise InputError(
        f"{folder / shard.file}: does not match its checksum in "
        f"{manifests.FILE_NAME}; the file is truncated or changed. Copy it "
        "again, or convert again."
      )
  return manifest
