"""From a reader's pictures to records: shared by every format."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from cdcc_tf.data.images import decode_picture
from cdcc_tf.data.manifest import Manifest
from cdcc_tf.data.records import CrowdRecord, RecordWriter
from cdcc_tf.errors import InputError
from data_tools.formats import FORMATS
from data_tools.formats.base import LabelledPicture, Unreadable
from data_tools.splits import assign_splits


@dataclasses.dataclass(frozen=True)
class Options:
  """How to convert; see the flags of `data_tools.convert`."""

  val_fraction: float = 0.0
  dev_every: int = 0
  seed: int = 0
  on_bad: str = "skip"
  overwrite: bool = False


def convert(
  format_name: str, folder: Path, output: Path, options: Options
) -> Manifest:
  """Reads a data set and writes its records.

  Points outside their picture are left out and counted in the manifest; the
  published `test` split stays as it is, and `train` is divided by the options.

  Args:
    format_name: a key of `data_tools.formats.FORMATS`.
    folder: the data set.
    output: folder for the records.
    options: see `Options`.

  Raises:
    InputError: the data set is laid out otherwise, or no picture is readable,
      or one is not and `options.on_bad` is `fail`.
  """
  items = list(FORMATS[format_name].read(folder))
  pictures = [item for item in items if isinstance(item, LabelledPicture)]
  splits = {picture.id: picture.split for picture in pictures}
  splits |= assign_splits(
    [picture.id for picture in pictures if picture.split == "train"],
    options.val_fraction,
    options.dev_every,
    options.seed,
  )
  described = dataclasses.asdict(options) | {"format": format_name}
  described.pop("overwrite")
  with RecordWriter(
    output, format_name, described, options.overwrite
  ) as writer:
    skip = _skipper(writer, options.on_bad)
    for item in tqdm(items, desc=f"convert {format_name}", unit="picture"):
      if isinstance(item, Unreadable):
        skip(item.path, item.reason)
        continue
      try:
        record, dropped = to_record(item, prefix=folder.resolve().name)
      except (OSError, tf.errors.InvalidArgumentError) as error:
        reason = getattr(error, "message", None) or str(error)
        skip(item.path, f"unreadable picture: {reason.splitlines()[0]}")
        continue
      writer.write(record, splits[item.id], dropped)
  return writer.manifest


def to_record(picture: LabelledPicture, prefix: str) -> tuple[CrowdRecord, int]:
  """Reads a picture's file and checks its points against its size.

  Returns:
    The record, and the number of points left out because they lie outside.

  Raises:
    OSError: the file cannot be read.
    tf.errors.InvalidArgumentError: it is not a whole JPEG or PNG.
  """
  image = picture.path.read_bytes()
  height, width = decode_picture(image).shape[:2]
  points = picture.points
  labelled = points is not None
  points = np.zeros((0, 2)) if points is None else np.asarray(points)
  if picture.y_from_bottom:
    points = np.stack([points[:, 0], height - points[:, 1]], axis=1)
  points, inside = into_picture(points, height, width)
  record = CrowdRecord(
    id=f"{prefix}/{picture.id}",
    image=image,
    height=height,
    width=width,
    points=points[inside],
    labelled=labelled,
  )
  return record, int((~inside).sum())


def into_picture(
  points: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
  """Tells which points lie in a picture, its far edges included.

  Annotators' tools put heads exactly on the right and bottom edge; those belong
  to the last pixel. What lies beyond was never in the picture.

  Args:
    points: array of shape [heads, 2], pixels.
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    float32 points, those on the far edges moved just inside, and a boolean
    array of shape [heads] that is True for points in the picture.
  """
  size = np.array([width, height], np.float32)
  # float32 first, which is how they are stored: 1023.99999999 becomes 1024.
  points = points.astype(np.float32)
  inside = ((points >= 0) & (points <= size)).all(axis=1)
  last = np.nextafter(size, np.float32(0))
  return np.minimum(points, last), np.asarray(inside)


def summary(manifest: Manifest) -> str:
  """Returns a table of the pictures and heads of each split."""
  lines = [f"{'split':<8}{'pictures':>10}{'heads':>10}"]
  lines += [
    f"{split:<8}{manifest.pictures[split]:>10,}{manifest.heads[split]:>10,}"
    for split in sorted(manifest.pictures)
  ]
  lines.append(
    f"{'all':<8}{sum(manifest.pictures.values()):>10,}"
    f"{sum(manifest.heads.values()):>10,}"
  )
  if manifest.dropped_points:
    lines.append(
      f"{sum(manifest.dropped_points.values()):,} points outside "
      f"{len(manifest.dropped_points):,} pictures were left out."
    )
  if manifest.skipped_files:
    lines.append(f"{len(manifest.skipped_files):,} files were skipped:")
    lines += [f"  {s['file']}: {s['reason']}" for s in manifest.skipped_files]
  return "\n".join(lines)


def _skipper(writer: RecordWriter, on_bad: str) -> Callable[[Path, str], None]:
  def skip(path: Path, reason: str) -> None:
    if on_bad == "fail":
      raise InputError(
        f"{path}: {reason}. Repair or remove it, or use --on_bad=skip."
      )
    writer.skip(str(path), reason)

  return skip
