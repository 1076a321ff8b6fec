"""Writes CrowdRecords into shards: all of them or none."""

from pathlib import Path
from types import TracebackType

import tensorflow as tf

from cdcc_tf.data import manifest as manifests
from cdcc_tf.data import origins
from cdcc_tf.data.origins import Origin
from cdcc_tf.data.records import CrowdRecord
from cdcc_tf.data.staging import StagedFolder
from cdcc_tf.errors import InputError

PICTURES_PER_SHARD = 128


class RecordWriter:
  """Writes CrowdRecords into shards, and the manifest at the end.

  All is written into a hidden folder beside `folder`, which takes its place
  when the `with` block is left without an exception. Until then `folder` keeps
  what it holds, whatever happens.

  Example:
  ```python
  with RecordWriter("records/mine", dataset="csv", options={}) as writer:
    writer.write(record, split="train")
  ```
  """

  def __init__(
    self,
    folder: str | Path,
    dataset: str,
    options: dict[str, object],
    overwrite: bool = False,
  ):
    """Looks whether the folder may be written.

    Raises:
      InputError: the folder holds finished records and overwrite is False, or
        it holds files that are not records.
    """
    self.folder = Path(folder)
    self._staged = StagedFolder(self.folder, overwrite)
    self._dataset, self._options = dataset, options
    self._pending: dict[str, list[bytes]] = {}
    self._shards: list[manifests.Shard] = []
    self._pictures: dict[str, int] = {}
    self._heads: dict[str, int] = {}
    self._unlabelled: dict[str, int] = {}
    self._rows: list[origins.Row] = []
    self._skipped: list[dict[str, str]] = []
    self._notes: list[str] = []

  def write(
    self, record: CrowdRecord, split: str, origin: Origin | None = None
  ) -> None:
    """Adds a picture to a split.

    Args:
      record: the picture.
      split: its name.
      origin: for the manifest and the table of pictures; None for a picture
        that was made and not converted.
    """
    self._pictures[split] = self._pictures.get(split, 0) + 1
    self._heads[split] = self._heads.get(split, 0) + len(record.points)
    if not record.labelled:
      self._unlabelled[split] = self._unlabelled.get(split, 0) + 1
    if origin:
      self._rows.append(
        origins.Row(
          split=split,
          id=record.id,
          group=record.group,
          height=record.height,
          width=record.width,
          labelled=record.labelled,
          heads=len(record.points),
          origin=origin,
        )
      )
    pending = self._pending.setdefault(split, [])
    pending.append(record.serialize())
    if len(pending) == PICTURES_PER_SHARD:
      self._flush(split)

  def skip(self, file: str, reason: str) -> None:
    """Notes a file that was left out, and why."""
    self._skipped.append({"file": file, "reason": reason})

  def note(self, text: str) -> None:
    """Notes what is worth knowing of the data set as a whole."""
    self._notes.append(text)

  def _flush(self, split: str) -> None:
    members = self._pending.pop(split, [])
    if not members:
      return
    index = sum(shard.split == split for shard in self._shards)
    path = self._staged.path / f"{split}-{index:05d}.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
      for example in members:
        writer.write(example)
    self._shards.append(
      manifests.Shard(
        path.name, split, len(members), manifests.file_sha256(path)
      )
    )

  def __enter__(self) -> "RecordWriter":
    self._staged.create()
    return self

  def __exit__(
    self,
    exception_type: type[BaseException] | None,
    exception: BaseException | None,
    traceback: TracebackType | None,
  ) -> None:
    try:
      if exception_type is None:
        self._finish()
    finally:
      self._staged.discard()

  def _finish(self) -> None:
    if not self._pictures:
      reasons = sorted({skip["reason"] for skip in self._skipped})
      raise InputError(
        f"{self.folder}: no picture was written. "
        + ("Reasons: " + "; ".join(reasons) if reasons else "Nothing came in.")
      )
    for split in list(self._pending):
      self._flush(split)
    rows = self._rows
    if rows:
      path = self._staged.path / origins.FILE_NAME
      path.write_bytes(origins.table(rows))
    self.manifest = manifests.Manifest(
      dataset=self._dataset,
      pictures=self._pictures,
      heads=self._heads,
      unlabelled=self._unlabelled,
      shards=tuple(self._shards),
      dropped_points={r.id: r.origin.outside for r in rows if r.origin.outside},
      skipped_files=tuple(self._skipped),
      options=self._options,
      duplicate_points={
        r.id: r.origin.duplicates for r in rows if r.origin.duplicates
      },
      converted_pictures={
        r.id: r.origin.converted for r in rows if r.origin.converted
      },
      notes=tuple(self._notes),
    )
    self.manifest.save(self._staged.path)
    self._staged.put_in_place()
