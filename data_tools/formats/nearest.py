"""Finds the folder that the user may have meant."""

import difflib
import itertools
from collections.abc import Callable
from pathlib import Path


def nearest(folder: Path, fits: Callable[[Path], object]) -> Path | None:
  """Finds a folder that fits: inside, above, or beside under a like name.

  Args:
    folder: what the user gave; it need not exist.
    fits: whether a folder looks like the data set.
  """
  above = folder.resolve().parent
  if folder.is_dir():
    inside = itertools.chain(folder.glob("*/"), folder.glob("*/*/"))
    # A folder of another kind can hold any number.
    candidates = [*itertools.islice(inside, 500), above, above.parent]
  elif folder.exists():
    candidates = [above]  # they named a file in it
  elif above.is_dir():
    beside = {path.name.lower(): path for path in above.glob("*/")}
    like = difflib.get_close_matches(folder.name.lower(), beside)
    candidates = [beside[name] for name in like]
  else:
    candidates = []
  for candidate in candidates:
    try:
      if candidate.is_dir() and fits(candidate):
        return candidate
    except OSError:
      continue  # that one may not be looked into
  return None
