"""Shards of records: each is there when it is whole, and can be found again."""

import dataclasses
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import tensorflow as tf

from cdcc_tf.data.records.image_table import Row, fields_of, row_from
from cdcc_tf.data.records.manifest import Shard, file_sha256
from cdcc_tf.files import write_atomically

IMAGES_PER_SHARD = 128
_NOTE = ".tfrecord.json"
# Of whatever else lies beside unfinished shards; `Shards.recover` deletes it.
TEMPORARY_SUFFIX = ".tfrecord.tmp"


class Shards:
  """Writes examples into shards, one open for each split.

  What is given is on disk and not in memory. A shard has a temporary name
  until it is full or `close` is called.

  Attributes:
    finished: the shards that are whole, in the order in which they became so.
  """

  def __init__(self, folder: Path, with_notes: bool):
    """Writes into a folder.

    Args:
      folder: where.
      with_notes: whether to write down beside each shard what is in it, so
        that `recover` can go on from there.
    """
    self.finished: list[Shard] = []
    self._folder, self._with_notes = folder, with_notes
    self._open: dict[str, _OpenShard] = {}

  def recover(self) -> list[Row]:
    """Takes over the shards that an earlier attempt finished in the folder.

    Unfinished ones are deleted, as are those that have changed and whatever was
    finished after them.

    Returns:
      What is in them.
    """
    rows, kept = [], set()
    notes = filter(None, map(_read, self._folder.glob(f"*{_NOTE}")))
    for order, note in enumerate(sorted(notes, key=lambda note: note["order"])):
      path = self._folder / note["file"]
      if note["order"] != order or not path.is_file():
        break
      if file_sha256(path) != note["sha256"]:
        break
      members = [row_from(fields) for fields in note["rows"]]
      split = members[0].split
      self.finished.append(
        Shard(path.name, split, len(members), note["sha256"])
      )
      rows += members
      kept |= {path, _note_of(path)}
    for path in self._folder.glob("*.tfrecord*"):
      if path not in kept:
        path.unlink()
    return rows

  def add(self, example: bytes, row: Row) -> None:
    """Adds a serialised record to the open shard of its split."""
    shard = self._open.get(row.split)
    if shard is None:
      index = sum(shard.split == row.split for shard in self.finished)
      path = self._folder / _file_name(row.split, index)
      shard = self._open[row.split] = _OpenShard(path)
    shard.writer.write(example)
    shard.rows.append(row)
    if len(shard.rows) == IMAGES_PER_SHARD:
      self._finish(row.split)

  def close(self) -> None:
    """Finishes the shards that are not full."""
    for split in list(self._open):
      self._finish(split)

  def abandon(self) -> None:
    """Closes the files of shards that will not be finished."""
    for shard in self._open.values():
      shard.writer.close()
    self._open.clear()

  def tidy(self) -> None:
    """Deletes the notes."""
    for path in self._folder.glob(f"*{_NOTE}"):
      path.unlink()

  def _finish(self, split: str) -> None:
    shard = self._open[split]
    shard.writer.close()
    shard.temporary.replace(shard.path)
    del self._open[split]
    digest = file_sha256(shard.path)
    if self._with_notes:
      _write_note(shard.path, len(self.finished), digest, shard.rows)
    self.finished.append(Shard(shard.path.name, split, len(shard.rows), digest))


@dataclasses.dataclass(frozen=True)
class PlannedShard:
  """A shard that somebody is to write with `write_shard`.

  Attributes:
    file: its name.
    order: its place among all shards, in the order in which `Shards` would
      finish them.
    members: places of its examples among all examples.
  """

  file: str
  order: int
  members: tuple[int, ...]


def planned_shards(splits: Sequence[str]) -> list[PlannedShard]:
  """Tells the shards that `Shards` makes of examples of the given splits."""
  plan: list[PlannedShard] = []
  members: dict[str, list[int]] = {}
  written = dict.fromkeys(splits, 0)

  def finish(split: str) -> None:
    file = _file_name(split, written[split])
    plan.append(PlannedShard(file, len(plan), tuple(members.pop(split))))
    written[split] += 1

  for place, split in enumerate(splits):
    members.setdefault(split, []).append(place)
    if len(members[split]) == IMAGES_PER_SHARD:
      finish(split)
  for split in list(members):
    finish(split)
  return plan


def write_shard(
  folder: Path, shard: PlannedShard, members: Iterable[tuple[bytes, Row]]
) -> None:
  """Writes a shard and its note, which `Shards.recover` takes over.

  Args:
    folder: where.
    shard: which one.
    members: its serialised records and what is in them, in order.
  """
  open_shard = _OpenShard(folder / shard.file)
  with open_shard.writer:
    for example, row in members:
      open_shard.writer.write(example)
      open_shard.rows.append(row)
  open_shard.temporary.replace(open_shard.path)
  digest = file_sha256(open_shard.path)
  _write_note(open_shard.path, shard.order, digest, open_shard.rows)


class _OpenShard:
  """A shard that is being written."""

  def __init__(self, path: Path):
    self.path, self.temporary = path, path.with_name(f".{path.name}.part")
    self.writer = tf.io.TFRecordWriter(str(self.temporary))
    self.rows: list[Row] = []


def _file_name(split: str, index: int) -> str:
  return f"{split}-{index:05d}.tfrecord"


def _write_note(
  shard: Path, order: int, digest: str, rows: Sequence[Row]
) -> None:
  note = {
    "order": order,
    "file": shard.name,
    "sha256": digest,
    "rows": [fields_of(row) for row in rows],
  }
  write_atomically(_note_of(shard), json.dumps(note))


def _note_of(shard: Path) -> Path:
  return shard.with_suffix(_NOTE)


def _read(note: Path) -> dict:
  try:
    return json.loads(note.read_text())
  except ValueError:
    return {}
