"""Replaces a folder of records, or of other files, whole or not at all.

New files go to a hidden folder beside the target, which takes its place when
they are complete. Until then the target keeps what it holds.
"""

import dataclasses
import json
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from cdcc_tf.data.records.image_table import FILE_NAME as PICTURES_FILE_NAME
from cdcc_tf.data.records.manifest import FILE_NAME
from cdcc_tf.errors import InputError
from cdcc_tf.files import lock, write_atomically
from cdcc_tf.output_folder import OutputFolder

logger = logging.getLogger(__name__)

_KEY, _LOCK = "unfinished.key", "unfinished.lock"


@dataclasses.dataclass(frozen=True)
class Contents:
  """What a staged folder holds.

  Attributes:
    what: a word for it, for messages.
    flag: that names the folder, for messages.
    index: name of the file that makes it complete; it is written last.
    files: returns the names of such files in a folder, according to its index;
      none without an index.
  """

  what: str
  flag: str
  index: str
  files: Callable[[Path], set[str]]


def _files_of_records(folder: Path) -> set[str]:
  """Returns the files that a folder's manifest, of any version, lists.

  Empty if the folder has no manifest of records.
  """
  try:
    fields = json.loads((folder / FILE_NAME).read_text())
    shards = {shard["file"] for shard in fields["shards"]}
    return {FILE_NAME, PICTURES_FILE_NAME} | shards
  except (OSError, ValueError, KeyError, TypeError):
    return set()


RECORDS = Contents("records", "--output", FILE_NAME, _files_of_records)


class StagedFolder:
  """A folder that takes the place of `target` only when it is complete.

  Attributes:
    path: the hidden folder to write into; it exists after `create`.
  """

  def __init__(
    self, target: Path, overwrite: bool, contents: Contents = RECORDS
  ):
    """Checks that the place is free, or may be made free.

    Raises:
      InputError: the target holds finished contents and overwrite is False, or
        it holds files that are none of them.
    """
    self._contents = contents
    self._name = target  # as the user spelt it, for messages
    self._target = target.resolve()  # a link stays; what it points to changes
    self._overwrite = overwrite
    self.path = self._target.with_name(f".{self._target.name}.tmp")
    self._replaced = self._target.with_name(f".{self._target.name}.old")
    self._check()

  def create(self, key: str = "") -> None:
    """Makes the hidden folder, after clearing up after a killed process.

    Args:
      key: what the contents depend on. Leftovers of the same key stay in the
        folder; empty to keep none.

    Raises:
      InputError: the folder cannot be written, or another process writes it.
    """
    what, flag = self._contents.what, self._contents.flag
    OutputFolder(self.path, flag).refuse_filled(unless=_LOCK)
    try:
      self.path.mkdir(parents=True, exist_ok=True)
      if not lock(self.path / _LOCK):
        raise InputError(
          f"{self._name}: another process is writing {what} there. Let it end "
          f"or stop it, or choose another {flag}."
        )
      try:
        self._clear_up(key)
      except InputError:
        self.discard()
        raise
      if key:
        write_atomically(self.path / _KEY, key)
    except OSError as error:
      raise InputError(
        f"{self._name}: cannot be written ({error.strerror}: "
        f"{error.filename}). Choose another {flag}."
      ) from error

  def discard(self) -> None:
    """Deletes the hidden folder and what is in it."""
    shutil.rmtree(self.path, ignore_errors=True)

  def put_in_place(self) -> None:
    """Moves the folder to the target, then deletes the records it replaces.

    Raises:
      InputError: something else has been put there in the meantime.
    """
    self._check()
    for name in (_KEY, _LOCK):
      (self.path / name).unlink(missing_ok=True)
    if self._target.exists():
      self._target.rename(self._replaced)
    try:
      self.path.rename(self._target)
    except OSError:
      if self._replaced.exists():
        self._replaced.rename(self._target)
      raise
    self._delete_replaced()

  def _check(self) -> None:
    what, flag = self._contents.what, self._contents.flag
    OutputFolder(self._name, flag)  # refuses a file
    if not self._target.exists():
      return
    if os.path.ismount(self._target):
      raise InputError(
        f"{self._name}: is a mount point, which cannot be replaced whole. "
        f"Name a folder inside it as {flag}."
      )
    found = {path.name for path in self._target.iterdir()}
    if self._contents.index in found and not self._overwrite:
      raise InputError(
        f"{self._name}: holds finished {what}. Choose another {flag}, or "
        "add --overwrite to replace them."
      )
    foreign = sorted(found - self._contents.files(self._target))
    if foreign:
      raise InputError(
        f"{self._name}: holds files that are not {what} "
        f"({', '.join(foreign[:5])}{', …' if foreign[5:] else ''}), which "
        f"would be lost. Choose another {flag}, or move them away."
      )

  def _clear_up(self, key: str) -> None:
    """Deletes the leftovers of a killed process, unless the key is the same.

    If it was killed between the two moves of `put_in_place`, the target has no
    records: the old ones are put back.
    """
    if (self._target / self._contents.index).exists():
      self._delete_replaced()
    elif self._replaced.exists():
      self._replaced.rename(self._target)  # missing, or empty: see _check
      self._check()
    noted = self.path / _KEY
    found = noted.read_text(errors="replace") if noted.exists() else ""
    if key and found == key:
      return
    if found:
      logger.info(
        "%s: found leftovers of a run with different data or options; starting "
        "over.",
        self._name,
      )
    for path in self.path.iterdir():
      if path.is_dir():
        shutil.rmtree(path)
      elif path.name != _LOCK:
        path.unlink()

  def _delete_replaced(self) -> None:
    """Deletes the old contents, but no file that was added to them."""
    if not self._replaced.exists():
      return
    index = self._contents.index
    ours = self._contents.files(self._replaced) - {index}
    for path in self._replaced.iterdir():
      if path.name in ours:
        path.unlink()
    # Last, because it tells what is ours.
    (self._replaced / index).unlink(missing_ok=True)
    if not any(self._replaced.iterdir()):
      self._replaced.rmdir()
