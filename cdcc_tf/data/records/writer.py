"""Writes CrowdRecords into a folder: all of them or none."""

import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from cdcc_tf.data.records import image_table
from cdcc_tf.data.records.image_table import Origin
from cdcc_tf.data.records.manifest import Manifest
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.data.records.shards import Shards
from cdcc_tf.data.records.staged_folder import StagedFolder
from cdcc_tf.errors import InputError

logger = logging.getLogger(__name__)


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

  With a `resume_key`, a block that is interrupted leaves its finished shards
  in the hidden folder, and the next one with the same key goes on from them:
  it need not write pictures of which `recall` is true. Pictures must come in
  the same order.

  Attributes:
    recovered: number of pictures in shards of an interrupted block.
  """

  def __init__(
    self,
    folder: str | Path,
    dataset: str,
    options: dict[str, object],
    overwrite: bool = False,
    resume_key: str = "",
  ):
    """Looks whether the folder may be written.

    Args:
      folder: for the records.
      dataset: its name, for the manifest.
      options: for the manifest.
      overwrite: whether records in the folder may be replaced.
      resume_key: stands for all that the records depend on; empty if an
        interrupted block is to leave nothing.

    Raises:
      InputError: the folder holds finished records and overwrite is False, or
        it holds files that are not records.
    """
    self.folder = Path(folder)
    self.recovered = 0
    self._staged = StagedFolder(self.folder, overwrite)
    self._dataset, self._options = dataset, options
    self._key = resume_key
    self._written: dict[str, image_table.Row] = {}
    self._rows: list[image_table.Row] = []
    self._with_table = False
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
    row = row_of(record, split, origin)
    self._with_table |= origin is not None
    self._rows.append(row)
    self._shards.add(record.serialize(), row)

  def has(self, record_id: str) -> bool:
    """Tells whether a picture is in a shard of an interrupted block."""
    return record_id in self._written

  def recall(self, record_id: str) -> None:
    """Adds a picture that `has` is true of, in place of `write`."""
    row = self._written[record_id]
    self._with_table |= row.origin != Origin()
    self._rows.append(row)

  def skip(self, file: str, reason: str) -> None:
    """Notes a file that was left out, and why."""
    self._skipped.append({"file": file, "reason": reason})

  def note(self, text: str) -> None:
    """Notes what is worth knowing of the data set as a whole."""
    self._notes.append(text)

  def filled_by(self, write: Callable[[Path], None]) -> None:
    """Lets others write shards, after which `has` is true of what is in them.

    Args:
      write: takes the hidden folder; writes shards there, with `write_shard`.
    """
    write(self._staged.path)
    self._recover()

  def __enter__(self) -> "RecordWriter":
    self._staged.create(self._key)
    self._recover()
    self.recovered = len(self._written)
    return self

  def _recover(self) -> None:
    self._shards = Shards(self._staged.path, with_notes=bool(self._key))
    self._written = {row.id: row for row in self._shards.recover()}

  def __exit__(
    self,
    exception_type: type[BaseException] | None,
    exception: BaseException | None,
    traceback: TracebackType | None,
  ) -> None:
    # What the user must mend changes the key; all else is an interruption.
    interrupted = exception_type is not None and not issubclass(
      exception_type, InputError
    )
    try:
      if exception_type is None:
        self._finish()
    finally:
      self._shards.abandon()
      if interrupted and self._key and self._shards.finished:
        logger.info(
          "%s: %d finished shards are kept; the same command goes on from "
          "there.",
          self.folder,
          len(self._shards.finished),
        )
      else:
        self._staged.discard()

  def _finish(self) -> None:
    rows = self._rows
    if not rows:
      reasons = sorted({skip["reason"] for skip in self._skipped})
      told = f"Reasons: {'; '.join(reasons)}" if reasons else "Nothing came in."
      raise InputError(
        f"{self.folder}: no picture was written. Check --input. {told}"
      )
    self._shards.close()
    if self._with_table:
      path = self._staged.path / image_table.FILE_NAME
      path.write_bytes(image_table.table(rows))
    heads = dict.fromkeys((row.split for row in rows), 0)
    for row in rows:
      heads[row.split] += row.heads
    self.manifest = Manifest(
      dataset=self._dataset,
      pictures=dict(Counter(row.split for row in rows)),
      heads=heads,
      unlabelled=dict(Counter(r.split for r in rows if not r.labelled)),
      shards=tuple(self._shards.finished),
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
      empty=dict(Counter(r.split for r in rows if r.labelled and not r.heads)),
      kinds=dict(Counter(r.origin.kind for r in rows if r.origin.kind)),
      exif_ignored={
        r.id: r.origin.exif_ignored for r in rows if r.origin.exif_ignored
      },
    )
    self.manifest.save(self._staged.path)
    self._shards.tidy()
    self._staged.put_in_place()


def row_of(
  record: CrowdRecord, split: str, origin: Origin | None
) -> image_table.Row:
  """Returns a picture's row in the table of pictures."""
  return image_table.Row(
    split=split,
    id=record.id,
    group=record.group,
    height=record.height,
    width=record.width,
    labelled=record.labelled,
    heads=len(record.points),
    origin=origin or Origin(),
  )
