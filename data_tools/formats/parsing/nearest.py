"""Finds the folder that the user may have meant."""

import difflib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

_MOST = 500  # folders to look at


def nearest(folder: Path, fits: Callable[[Path], object]) -> Path | None:
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
  return itertools.islice(inside, _MOST)
