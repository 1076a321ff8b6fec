"""Which files of a folder our commands wrote: all others are the user's.

The answer is a list that is kept in the folder. It says what each file held, so
that one which somebody has changed since is the user's too.
"""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically

LIST = ".written_by_cdcc_tf.jsonl"


def written_in(folder: Path) -> set[str]:
  """Returns the names of a folder's files that are as a command wrote them.

  The list itself is among them; the set is empty if there is none.
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
  """A folder to write files to, in which others' are never replaced.

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
    """Looks whether there can be such a folder; it is made when it is needed.

    Args:
      path: of the folder.
      flag: that names it, for messages.
      all_ours: whether all that is in it is ours, such as in a run folder.

    Raises:
      InputError: it, or what it is to lie in, is a file.
    """
    self.path, self._flag, self._all_ours = Path(path), flag, all_ours
    for place in (self.path, *self.path.parents):
      if place.exists() and not place.is_dir():
        inside = "" if place == self.path else f": {place},"
        raise InputError(
          f"{flag}={path}{inside} is a file. Name a folder; a new one is made."
        )

  def refuse_others(self, names: Iterable[str]) -> None:
    """Makes sure that nothing of the user's is going to be replaced.

    Args:
      names: of the files that are going to be written.

    Raises:
      InputError: the folder holds such a file, and it is not as we wrote it.
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
    """Makes sure that the folder is empty, or was begun by the same command.

    Args:
      unless: name of a file by which the command knows its own folders.
      what: such a folder is called.

    Raises:
      InputError: something is in it.
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
  """Adds a file to a folder's list, before it is written.

  Args:
    folder: in which it will lie.
    name: of the file.
    content: of the file.
  """
  line = json.dumps([name, hashlib.sha256(content).hexdigest()])
  with (folder / LIST).open("a") as file:
    file.write(f"\n{line}")  # what comes before may be torn


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
    return ""  # written never, or removed since
