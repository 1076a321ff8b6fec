"""The manifest of a record folder: its contents and their checksums.

It is written last: a folder without one is an unfinished conversion.
"""

import dataclasses
import functools
import hashlib
import json
from pathlib import Path

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_json

FORMAT_VERSION = 1
FILE_NAME = "manifest.json"


@dataclasses.dataclass(frozen=True)
class Shard:
  """One TFRecord file: its name, split, number of images and SHA-256."""

  file: str
  split: str
  pictures: int
  sha256: str


@dataclasses.dataclass(frozen=True)
class Manifest:
  """Contents of `manifest.json`.

  Attributes:
    dataset: name of the data set, e.g. `shanghaitech`.
    pictures: number of images in each split.
    heads: number of head points in each split.
    unlabelled: number of images without labels in each split.
    shards: the TFRecord files.
    dropped_points: image id to number of points left out because they lie
      outside the image.
    skipped_files: list of `{"file": …, "reason": …}`.
    options: of the conversion, so that it can be repeated.
    duplicate_points: image id to number of points that were kept although an
      earlier one has the same coordinates.
    converted_pictures: image id to the reason why the file could not be stored
      unchanged.
    notes: remarks on the data set, e.g. where it differs from what its authors
      publish.
    empty: number of labelled images without people in each split.
    kinds: number of images of each kind of file, e.g. `JPEG L`.
    exif_ignored: image id to the orientation in its EXIF data, which was not
      applied.
    format_version: version of the record format.
  """

  dataset: str
  pictures: dict[str, int]
  heads: dict[str, int]
  unlabelled: dict[str, int]
  shards: tuple[Shard, ...]
  dropped_points: dict[str, int]
  skipped_files: tuple[dict[str, str], ...]
  options: dict[str, object]
  duplicate_points: dict[str, int] = dataclasses.field(default_factory=dict)
  converted_pictures: dict[str, str] = dataclasses.field(default_factory=dict)
  notes: tuple[str, ...] = ()
  empty: dict[str, int] = dataclasses.field(default_factory=dict)
  kinds: dict[str, int] = dataclasses.field(default_factory=dict)
  exif_ignored: dict[str, int] = dataclasses.field(default_factory=dict)
  format_version: int = FORMAT_VERSION

  def save(self, folder: Path) -> None:
    """Writes the manifest atomically."""
    content = dataclasses.asdict(self)
    write_json(Path(folder) / FILE_NAME, content, sort_keys=True)

  def shards_of(self, split: str, folder: Path) -> list[Path]:
    """Returns the split's files.

    Raises:
      InputError: the records hold no such split.
    """
    files = [Path(folder) / s.file for s in self.shards if s.split == split]
    if not files:
      raise InputError(
        f"{folder}: no split {split!r}; its splits are "
        f"{', '.join(sorted(self.pictures))}. Name one of them, or convert "
        "again with other split options."
      )
    return files

  def images_of(self, file: Path) -> int:
    """Returns the number of images in a shard."""
    (shard,) = [shard for shard in self.shards if shard.file == file.name]
    return shard.pictures


def load_manifest(folder: str | Path) -> Manifest:
  """Reads a record folder's manifest.

  Raises:
    InputError: the folder, the manifest or one of its shards is missing, or it
      was written by another version.
  """
  folder = Path(folder)
  path = folder / FILE_NAME
  if not path.is_file():
    raise InputError(
      f"{path}: not found, so {folder} holds no finished records. Make them "
      "with python -m data_tools.convert (a data set) or python -m "
      f"data_tools.synthesize (generated crowds), --output={folder}"
    )
  try:
    fields = json.loads(path.read_text())
    version = fields["format_version"]
  except (ValueError, KeyError, TypeError) as error:
    raise _not_a_manifest(path, error) from error
  if version != FORMAT_VERSION:
    raise InputError(
      f"{path}: format_version is {version}, this program reads "
      f"{FORMAT_VERSION}. Convert the data set again."
    )
  try:
    fields["shards"] = tuple(Shard(**shard) for shard in fields["shards"])
    fields["skipped_files"] = tuple(fields["skipped_files"])
    fields["notes"] = tuple(fields.get("notes", ()))  # older ones have none
    manifest = Manifest(**fields)
  except (ValueError, KeyError, TypeError) as error:
    raise _not_a_manifest(path, error) from error
  for shard in manifest.shards:
    if not (folder / shard.file).is_file():
      raise InputError(
        f"{folder / shard.file}: listed in {FILE_NAME} but missing. Copy the "
        "whole folder, or convert again."
      )
  return manifest


def _not_a_manifest(path: Path, error: Exception) -> InputError:
  return InputError(
    f"{path}: not a manifest of records ({error}). Convert again."
  )


def file_sha256(path: Path) -> str:
  """Returns a file's SHA-256 as hexadecimal text.

  A process reads each file once, unless its size, time of change or inode
  changes.
  """
  status = path.stat()
  return _sha256(path, status.st_ino, status.st_size, status.st_mtime_ns)


@functools.cache
def _sha256(path: Path, inode: int, size: int, changed: int) -> str:
  with open(path, "rb") as file:
    return hashlib.file_digest(file, "sha256").hexdigest()
