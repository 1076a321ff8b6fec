"""Where the files of a data set lie, and what to say if they lie elsewhere."""

import difflib
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cdcc_tf.data.image_kinds import SUFFIXES, is_image
from cdcc_tf.errors import InputError

_MOST_FOLDERS = 500  # to look at for the one that the user may have meant


def natural_key(path: Path) -> list[str | int]:
  """Sorts names by the numbers in them: `seq_2.jpg` before `seq_10.jpg`."""
  parts = re.split(r"([0-9]+)", str(path))
  return [int(part) if i % 2 else part for i, part in enumerate(parts)]


def number_in(path: Path) -> int:
  """Returns the last number of a file's name, for numerical sorting."""
  numbers = re.findall(r"\d+", path.stem)
  return int(numbers[-1]) if numbers else -1


def images_named(folder: Path | None, pattern: str) -> list[Path]:
  """Lists a folder's pictures of the set's own names, in numerical order.

  Copies hold stray pictures; they are left alone.

  Args:
    folder: where to look, not below; None for nowhere.
    pattern: regular expression of the names without suffix, of any case.
  """
  if folder is None or not folder.is_dir():
    return []
  return sorted(
    (
      path
      for path in folder.iterdir()
      if is_image(path) and re.fullmatch(pattern, path.stem, re.IGNORECASE)
    ),
    key=lambda path: natural_key(Path(path.name.lower())),
  )


def child_folder(folder: Path, name: str) -> Path | None:
  """Finds a sub-folder, whatever its case and hyphens or underscores."""
  if not folder.is_dir():
    return None
  for path in sorted(folder.iterdir()):
    if path.is_dir() and path.name.lower().replace("-", "_") == name:
      return path
  return None


def holds(
  folder: Path, suffixes: Sequence[str], pictures: bool = False
) -> bool:
  """Tells whether a folder has a file with one of the endings, itself.

  Args:
    folder: the folder.
    suffixes: the endings, in lower case.
    pictures: whether it must also have pictures, or a folder in it must.
  """
  fitting = (p for p in folder.iterdir() if p.suffix.lower() in suffixes)
  if not any(path.is_file() for path in fitting):
    return False
  return not pictures or any(
    holds(place, SUFFIXES) for place in (folder, *folder.glob("*/"))
  )


def wrong_layout(
  folder: Path, expected: str, fits: Callable[[Path], object] | None = None
) -> InputError:
  """Says what a format expects on disk, what was found, and the nearest fix.

  Args:
    folder: what the user gave, or a folder in it.
    expected: the format's `LAYOUT`.
    fits: whether a folder looks like the data set; with it the folders around
      are tried, and one that fits is named.
  """
  if folder.is_dir():
    found = ", ".join(sorted(p.name for p in folder.iterdir())[:8]) or "nothing"
  elif folder.exists():
    found = "a file"
  else:
    found = "no such folder"
  other = None if fits is None else _nearest(folder, fits)
  hint = "" if other is None else f" Did you mean --input={other} ?"
  return InputError(
    f"{folder}: not laid out as expected. Found: {found}.{hint} Expected:\n"
    f"{expected}"
  )


def _nearest(folder: Path, fits: Callable[[Path], object]) -> Path | None:
  """Finds a folder that fits: inside, above, or near under a like name.

  Args:
    folder: what the user gave; it need not exist.
    fits: whether a folder looks like the data set.
  """
  above = folder.resolve().parent
  if folder.is_dir():
    candidates = [*_below(folder), above, above.parent]
  elif folder.exists():
    candidates = [above]  # they named a file in it
  elif above.is_dir():
    near: dict[str, list[Path]] = {}
    for path in _below(above):
      near.setdefault(path.name.lower(), []).append(path)
    like = difflib.get_close_matches(folder.name.lower(), near)
    candidates = [path for name in like for path in near[name]]
  else:
    candidates = []
  for candidate in candidates:
    try:
      if candidate.is_dir() and fits(candidate):
        return candidate
    except OSError:
      continue  # that one may not be looked into
  return None


def _below(folder: Path) -> Iterator[Path]:
  """Yields folders in a folder, then those in them."""
  inside = itertools.chain(folder.glob("*/"), folder.glob("*/*/"))
  # A folder of another kind can hold any number.
  return itertools.islice(inside, _MOST_FOLDERS)
