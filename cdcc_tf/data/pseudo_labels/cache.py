"""A cache of pseudo-labels: the interface between two rounds of stage 2.

It is written shard by shard, each whole or not at all, so that an interrupted
labelling pass goes on with the first shard that is missing; the manifest comes
last.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import tensorflow as tf

from cdcc_tf.data.pseudo_labels import KEY_FILE
from cdcc_tf.data.pseudo_labels.record import PseudoRecord
from cdcc_tf.data.records.manifest import file_sha256
from cdcc_tf.errors import InputError
from cdcc_tf.files import read_json, write_atomically
from cdcc_tf.output_folder import OutputFolder

IMAGES_PER_SHARD = 32
_MANIFEST = "manifest.json"
Key = dict[str, object]


class PseudoLabelCache:
  """A folder of PseudoRecords made by one counter from one set of pictures.

  Args:
    folder: where; made if missing.
    key: what the contents depend on: the counter's fingerprint, the records',
      the rule's options. A folder made under another key is refused.
  """

  def __init__(self, folder: str | Path, key: Key):
    """Opens the cache, or begins it.

    Raises:
      InputError: the folder belongs to another key, or to something else.
    """
    self.folder, self.key = Path(folder), key
    noted = self.folder / KEY_FILE
    # What a killed labelling pass was writing.
    for name in (KEY_FILE, _MANIFEST, "shard-"):
      for abandoned in self.folder.glob(f".{name}*.tmp"):
        abandoned.unlink()
    if noted.is_file():
      _compare(self.folder, _read(noted), key)
    else:
      OutputFolder(self.folder).refuse_filled(what="a folder of pseudo-labels")
      write_atomically(noted, json.dumps(key, indent=1, sort_keys=True) + "\n")

  def has(self, index: int) -> bool:
    """Tells whether a shard is there and whole."""
    note = self._note(index)
    if not note.is_file():
      return False
    shard = self._shard(index)
    return shard.is_file() and file_sha256(shard) == _read(note).get("sha256")

  def write(
    self,
    index: int,
    records: Iterable[PseudoRecord],
    statistics: Sequence[dict],
  ) -> None:
    """Writes one shard, whole or not at all, and what is to be told of it.

    Args:
      index: of the shard.
      records: its pictures.
      statistics: of each of them.
    """
    shard = self._shard(index)
    temporary = shard.with_name(f".{shard.name}.tmp")
    pictures = 0
    with tf.io.TFRecordWriter(str(temporary)) as writer:
      for record in records:
        writer.write(record.serialize())
        pictures += 1
    digest = file_sha256(temporary)
    temporary.replace(shard)
    note = {"pictures": pictures, "sha256": digest, "statistics": [*statistics]}
    write_atomically(self._note(index), json.dumps(note, indent=1) + "\n")

  def statistics(self, shards: int) -> list[dict]:
    """Returns what was told of each picture, in order.

    Args:
      shards: all that there are to be; each has been written.
    """
    notes = [_read(self._note(index)) for index in range(shards)]
    return [each for note in notes for each in note["statistics"]]

  def shards(self, count: int) -> list[Path]:
    """Returns the files of so many shards."""
    return [self._shard(index) for index in range(count)]

  def finish(self, shards: int, totals: Key) -> None:
    """Writes the manifest, without which nobody reads the cache.

    Args:
      shards: all that there are.
      totals: what is to be told of them together.
    """
    listed = []
    for index in range(shards):
      note = _read(self._note(index))
      del note["statistics"]
      listed.append({"file": self._shard(index).name} | note)
    manifest = {"made_by": self.key, "totals": totals, "shards": listed}
    write_atomically(
      self.folder / _MANIFEST, json.dumps(manifest, indent=1) + "\n"
    )

  def _shard(self, index: int) -> Path:
    return self.folder / f"shard-{index:05d}.tfrecord"

  def _note(self, index: int) -> Path:
    return self.folder / f"shard-{index:05d}.json"


def finished_shards(folder: Path) -> list[Path]:
  """Returns the shards of a finished cache, compared with their checksums.

  Args:
    folder: of the cache.

  Raises:
    InputError: the cache is missing, unfinished or damaged.
  """
  path = folder / _MANIFEST
  if not path.is_file():
    raise InputError(
      f"{path}: not found, so the pseudo-labels are unfinished. Run the same "
      "command again: it goes on with the first missing shard."
    )
  shards: Sequence[dict] = _read(path)["shards"]
  for shard in shards:
    file = folder / shard["file"]
    if not file.is_file() or file_sha256(file) != shard["sha256"]:
      raise InputError(
        f"{file}: missing, truncated or changed. Delete {path} and run the "
        "same command again: it makes the shard anew."
      )
  return [folder / shard["file"] for shard in shards]


def _read(path: Path) -> dict:
  """Reads one of the cache's notes.

  Raises:
    InputError: it is damaged.
  """
  return read_json(
    path,
    remedy=f"Delete {path.parent} and run the same command again: it makes the "
    "pseudo-labels anew.",
  )


def made_by(folder: str | Path) -> Key:
  """Returns the key that a cache was begun under; empty if there is none.

  Raises:
    InputError: the note of it is damaged.
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
      f"{folder}: pseudo-labels of another making ({'; '.join(other)}). "
      "Choose another folder, or delete this one."
    )
