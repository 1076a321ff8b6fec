"""Tells files that our commands wrote from files of the user.

Commands keep a list of what they wrote in the folder itself, with a digest of
each file. A file that has changed since belongs to the user.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically

LIST = ".written_by_cdcc_tf.jsonl"


def written_in(folder: Path) -> set[str]:
  """Returns the names of files that are as a command wrote them.

  They include the list itself; without a list the set is empty.
  """
  noted = _noted(folder)
  ours = {name for name in noted if _digest(folder / name) in noted[name]}
  return ours | {LIST} if noted else set()


def written_among(paths: Iterable[Path]) -> set[Path]:
  """Returns those of some files that are as a command wrote them."""
  paths = list(paths)
  ours = {folder: written_in(folder) for folder in {p.parent for p in paths}}
  return {path for path in paths if path.name in ours[path.parent]}


class OutputFolder:
  """A folder for output, in which files of the user are never replaced.

  Example:
  ```python
  folder = OutputFolder("out")
  folder.refuse_others(["counts.csv"])  # before the work
  folder.write("counts.csv", table)
  ```

  Attributes:
    path: of the folder.
  """

  def __init__(
    self, path: str | Path, flag: str = "--output", all_ours: bool = False
  ):
    """Checks the path; the folder is made when the first file is written.

    Args:
      path: of the folder.
      flag: that names it, for messages.
      all_ours: whether every file in it is ours, as inside a run folder.

    Raises:
      InputError: the path, or a part of it, is a file.
    """
    self.path, self._flag, self._all_ours = Path(path), flag, all_ours
    for place in (self.path, *self.path.parents):
      if place.exists() and not place.is_dir():
        inside = "" if place == self.path else f": {place},"
        raise InputError(
          f"{flag}={path}{inside} is a file. Name a folder; a new one is made."
        )

  def refuse_others(self, names: Iterable[str]) -> None:
    """Checks that no file of the user will be replaced.

    Args:
      names: of the files to be written.

    Raises:
      InputError: one exists and is not ours, or has been changed.
    """
    there = [name for name in names if (self.path / name).exists()]
    if not there or self._all_ours:
      return
    ours = written_in(self.path)
    for name in there:
      if name not in ours:
        raise InputError(
          f"{self.path / name}: not written by this program, or changed since, "
          f"and would be replaced. Rename it, or choose another {self._flag}."
        )

  def refuse_filled(self, unless: str = "", what: str = "") -> None:
    """Checks that the folder is empty, or one of the same command.

    Args:
      unless: name of a file that marks the command's own folders.
      what: name of such a folder, for messages.

    Raises:
      InputError: it holds something else.
    """
    if not self.path.is_dir() or (unless and (self.path / unless).is_file()):
      return
    if any(self.path.iterdir()):
      but = f", and not {what}" if what else ""
      raise InputError(
        f"{self._flag}={self.path}: not empty{but}. Choose another "
        f"{self._flag}."
      )

  def write(self, name: str, content: str | bytes) -> None:
    """Writes a file, whole or not at all, and notes that it is ours."""
    data = content.encode() if isinstance(content, str) else content
    self.path.mkdir(parents=True, exist_ok=True)
    note(self.path, name, data)
    write_atomically(self.path / name, data)

  def remove(self, names: Iterable[str]) -> None:
    """Removes those of some files that are ours."""
    there = [name for name in names if (self.path / name).exists()]
    ours = set(there) if self._all_ours else written_in(self.path)
    for name in ours.intersection(there):
      (self.path / name).unlink()


def note(folder: Path, name: str, content: bytes) -> None:
  """Adds a file to a folder's list; to be called before it is written.

  Args:
    folder: the folder.
    name: of the file.
    content: of the file.
  """
  line = json.dumps([name, hashlib.sha256(content).hexdigest()])
  with (folder / LIST).open("a") as file:
    file.write(f"\n{line}")  # the line before may be torn


def _noted(folder: Path) -> dict[str, set[str]]:
  """Returns the names in a folder's list, and the digests of each."""
  noted: dict[str, set[str]] = {}
  try:
    lines = (folder / LIST).read_text().splitlines()
  except (OSError, ValueError):
    return noted
  for line in lines:
    try:
      name, digest = json.loads(line)
      noted.setdefault(name, set()).add(digest)
    except (ValueError, TypeError):
      pass  # a process was killed while it wrote this line
  return noted


def _digest(path: Path) -> str:
  try:
    with path.open("rb") as file:
      return hashlib.file_digest(file, "sha256").hexdigest()
  except OSError:
    return ""  # never written, or removed since
