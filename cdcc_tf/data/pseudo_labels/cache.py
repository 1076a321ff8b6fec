"""A cache of pseudo-labels: the interface between two rounds of stage 2.

It is written shard by shard, each whole or not at all, so that an interrupted
labelling pass resumes with the first missing shard; the manifest comes last.
"""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from cdcc_tf.data.pseudo_labels import KEY_FILE
from cdcc_tf.data.pseudo_labels.record import PseudoLabel
from cdcc_tf.data.records.manifest import file_sha256
from cdcc_tf.errors import InputError
from cdcc_tf.files import read_json, write_json
from cdcc_tf.output_folder import OutputFolder

IMAGES_PER_SHARD = 32
_MANIFEST = "manifest.json"
Key = dict[str, object]


@dataclasses.dataclass(frozen=True)
class PseudoLabelSet:
  """A finished folder of pseudo-labels, as training draws from it.

  Figures by band are sums over the accepted images; see `label_statistics`.

  Attributes:
    files: the shards.
    images: number of images in them.
    accepted: ids of the images that take part in training.
    cells: number of cells in each band of predicted density.
    kept: number of confident cells in each band.
    people: people in each band.
    kept_people: people in the confident cells of each band.
  """

  files: Sequence[Path]
  images: int
  accepted: Sequence[str]
  cells: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
  kept: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
  people: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(0))
  kept_people: np.ndarray = dataclasses.field(
    default_factory=lambda: np.zeros(0)
  )

  @property
  def mass(self) -> float:
    """Average number of people in an accepted image."""
    return float(self.people.sum() / len(self.accepted))


class PseudoLabelWriter:
  """Writes a folder of pseudo-labels, or resumes writing one.

  Args:
    folder: created if missing.
    key: what the contents depend on: fingerprints of the counter and of the
      records, and the options of the rule. A folder with another key is
      refused.
  """

  def __init__(self, folder: str | Path, key: Key):
    """Opens the folder, or starts it.

    Raises:
      InputError: the folder has another key, or holds something else.
    """
    self.folder, self.key = Path(folder), key
    noted = self.folder / KEY_FILE
    # Files that a killed labelling pass was writing.
    for name in (KEY_FILE, _MANIFEST, "shard-"):
      for abandoned in self.folder.glob(f".{name}*.tmp"):
        abandoned.unlink()
    if noted.is_file():
      _compare(self.folder, _read(noted), key)
    else:
      OutputFolder(self.folder).refuse_filled(what="a folder of pseudo-labels")
      write_json(noted, key, sort_keys=True)

  def has(self, index: int) -> bool:
    """Returns whether a shard is there and whole."""
    note = self._note(index)
    if not note.is_file():
      return False
    shard = self._shard(index)
    return shard.is_file() and file_sha256(shard) == _read(note).get("sha256")

  def write(self, index: int, labels: Iterable[PseudoLabel]) -> None:
    """Writes one shard, whole or not at all, and the figures of its images.

    Args:
      index: of the shard.
      labels: of its images.
    """
    shard = self._shard(index)
    temporary = shard.with_name(f".{shard.name}.tmp")
    statistics = []
    with tf.io.TFRecordWriter(str(temporary)) as writer:
      for label in labels:
        writer.write(label.serialize())
        statistics.append(label.statistics)
    digest = file_sha256(temporary)
    temporary.replace(shard)
    note = {"pictures": len(statistics), "sha256": digest}
    write_json(self._note(index), note | {"statistics": statistics})

  def statistics(self, shards: int) -> list[dict]:
    """Returns the figures of each image in the first shards, in order."""
    notes = [_read(self._note(index)) for index in range(shards)]
    return [each for note in notes for each in note["statistics"]]

  def shards(self, count: int) -> list[Path]:
    """Returns the files of the first shards."""
    return [self._shard(index) for index in range(count)]

  def finish(self, shards: int, totals: Key) -> None:
    """Writes the manifest, without which the folder is unfinished.

    Args:
      shards: number of shards.
      totals: figures of all of them together.
    """
    listed = []
    for index in range(shards):
      note = _read(self._note(index))
      del note["statistics"]
      listed.append({"file": self._shard(index).name} | note)
    manifest = {"made_by": self.key, "totals": totals, "shards": listed}
    write_json(self.folder / _MANIFEST, manifest)

  def _shard(self, index: int) -> Path:
    return self.folder / f"shard-{index:05d}.tfrecord"

  def _note(self, index: int) -> Path:
    return self.folder / f"shard-{index:05d}.json"


def finished_shards(folder: Path) -> list[Path]:
  """Returns the shards of finished pseudo-labels, checksums compared.

  Raises:
    InputError: the pseudo-labels are missing, unfinished or damaged.
  """
  path = folder / _MANIFEST
  if not path.is_file():
    raise InputError(
      f"{path}: not found, so the pseudo-labels are unfinished. Run the same "
      "command again: it resumes with the first missing shard."
    )
  shards: Sequence[dict] = _read(path)["shards"]
  for shard in shards:
    file = folder / shard["file"]
    if not file.is_file() or file_sha256(file) != shard["sha256"]:
      raise InputError(
        f"{file}: missing, truncated or changed. Delete {path} and run the "
        "same command again: it makes the shard again."
      )
  return [folder / shard["file"] for shard in shards]


def _read(path: Path) -> dict:
  """Reads a JSON file of the folder.

  Raises:
    InputError: it is damaged.
  """
  return read_json(
    path,
    remedy=f"Delete {path.parent} and run the same command again: it makes the "
    "pseudo-labels again.",
  )


def made_by(folder: str | Path) -> Key:
  """Returns the key of a folder of pseudo-labels; empty without one.

  Raises:
    InputError: the key's file is damaged.
  """
  return _read(Path(folder) / KEY_FILE)


def _compare(folder: Path, noted: Key, key: Key) -> None:
  # Through text, as the noted one went: tuples become lists.
  key = json.loads(json.dumps(key))
  other = [
    f"{name} was {noted.get(name)!r}, is {key.get(name)!r}"
    for name in sorted({*noted, *key})
    if noted.get(name) != key.get(name)
  ]
  if other:
    raise InputError(
      f"{folder}: made from other data or options ({'; '.join(other)}). "
      "Choose another folder, or delete this one."
    )
