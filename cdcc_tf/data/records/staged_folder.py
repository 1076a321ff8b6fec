"""Replacing a folder of records, or of other files, whole or not at all.

They are written into a hidden folder beside their place and put there when
they are complete. Whatever happens before that, what was there stays there.
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
from cdcc_tf.files import write_atomically

logger = logging.getLogger(__name__)

_KEY = "unfinished.key"


@dataclasses.dataclass(frozen=True)
class Contents:
  """What a staged folder holds.

  Attributes:
    what: a word for it, for messages.
    flag: that names the folder, for messages.
    index: name of the file that makes it complete; it goes last.
    files: tells, from a folder's index, which files in it are such contents;
      none if there is no index.
  """

  what: str
  flag: str
  index: str
  files: Callable[[Path], set[str]]


def _files_of_records(folder: Path) -> set[str]:
  """Returns the names that a folder's manifest, of any version, accounts for.

  They are none if the folder has no manifest or one of something else.
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
    """Looks whether the place is free, or may be made free.

    Raises:
      InputError: the target holds finished contents and overwrite is False, or
        it holds files that are none of them.
    """
    self._contents = contents
    self._name = target  # as the user spelt it, for messages
    self._target = target.resolve()  # a link stays; what it points to changes
    self._overwrite, self._taken_over = overwrite, False
    self.path = self._sibling("tmp")
    self._aside = self._sibling("old")
    self._check()

  def create(self, key: str = "") -> None:
    """Makes the hidden folder, after clearing up after killed conversions.

    Args:
      key: what the contents depend on. What a conversion of the same key left
        behind is taken over; empty to take over nothing.

    Raises:
      InputError: nothing can be written there.
    """
    try:
      self._target.parent.mkdir(parents=True, exist_ok=True)
      self._clear_up(key)
      if not self.path.exists():
        self.path.mkdir()
      if key:
        write_atomically(self.path / _KEY, key)
    except OSError as error:
      raise InputError(
        f"{self._name}: cannot be written ({error.strerror}: "
        f"{error.filename}). Choose another {self._contents.flag}."
      ) from error

  def discard(self) -> None:
    """Deletes the hidden folder and what is in it."""
    shutil.rmtree(self.path, ignore_errors=True)

  def put_in_place(self) -> None:
    """Moves the folder to the target, then deletes the records it replaces.

    Raises:
      InputError: meanwhile somebody else has put something there.
    """
    self._check()
    (self.path / _KEY).unlink(missing_ok=True)
    if self._target.exists():
      self._target.rename(self._aside)
    try:
      self.path.rename(self._target)
    except OSError:
      if self._aside.exists():
        self._aside.rename(self._target)
      raise
    if self._aside.exists():
      self._delete(self._aside)

  def _check(self) -> None:
    if not self._target.exists():
      return
    what, flag = self._contents.what, self._contents.flag
    if not self._target.is_dir():
      raise InputError(f"{self._name}: is a file. Choose another {flag}.")
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
    """Deletes what killed conversions to this target left behind.

    Of one of the same key the folder becomes this one's.

    One that was killed between the two moves of `put_in_place` left the target
    without records: those it had set aside go back.
    """
    for kind in ("old", "tmp"):
      found = self._target.parent.glob(f".*.{kind}")
      for path in sorted(found, key=lambda path: path != self.path):
        pid = path.name.removeprefix(f".{self._target.name}.")
        pid = pid.removesuffix(f".{kind}")
        if self._sibling(kind, pid) != path or not _has_ended(pid):
          continue
        if kind == "tmp":
          self._take_over(path, key)
        elif not (self._target / self._contents.index).exists():
          path.rename(self._target)  # missing, or empty: see _check
          self._check()
        else:
          self._delete(path)

  def _take_over(self, path: Path, key: str) -> None:
    """Goes on with what a killed conversion left, or deletes it."""
    left = _key_of(path)
    if key and left == key and not self._taken_over:
      path.rename(self.path)
      self._taken_over = True
      return
    if left:
      logger.info(
        "%s: what an interrupted run left is of other data or options, or one "
        "with which nothing is taken over; begins afresh.",
        self._name,
      )
    shutil.rmtree(path)

  def _delete(self, folder: Path) -> None:
    """Deletes a folder of contents, but not what was put there meanwhile."""
    index = self._contents.index
    ours = self._contents.files(folder) - {index}
    for path in folder.iterdir():
      if path.name in ours:
        path.unlink()
    (folder / index).unlink(missing_ok=True)  # last: it tells what is ours
    if not any(folder.iterdir()):
      folder.rmdir()

  def _sibling(self, kind: str, pid: str | None = None) -> Path:
    pid = pid or str(os.getpid())
    return self._target.with_name(f".{self._target.name}.{pid}.{kind}")


def _key_of(folder: Path) -> str:
  try:
    return (folder / _KEY).read_text()
  except (OSError, ValueError):
    return ""


def _has_ended(pid: str) -> bool:
  """Tells whether the process that left a folder behind runs no more."""
  if not pid.isdecimal():
    return False
  if int(pid) == os.getpid():  # an earlier one of the same number
    return True
  try:
    os.kill(int(pid), 0)
  except ProcessLookupError:
    return True
  except OSError:  # somebody else's
    return False
  return False
