"""Numbers of an annotation become points, or one line that says why not."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

# No picture is this wide. Published points lie up to a picture's size outside.
_FARTHEST = 1e6
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def checked(
  values: np.ndarray, name: str, columns: Sequence[int] = (2,)
) -> np.ndarray:
  """Makes points of an array of numbers.

  Args:
    values: array of numbers, [heads, columns].
    name: what it is called, for the message.
    columns: how many there may be; the first two are x and y in pixels.

  Returns:
    float64 array of shape [heads, 2]; [0, 2] whatever an empty one's shape.

  Raises:
    ValueError: it has another shape, or a number cannot be a pixel.
  """
  if values.size == 0:
    return np.zeros((0, 2))
  if values.ndim != 2 or values.shape[1] not in columns:
    wanted = " or ".join(map(str, columns))
    raise ValueError(f"{name} is {values.shape}, not N x {wanted}")
  # Whatever number they were: a byte would wrap in arithmetic.
  points = values[:, :2].astype(np.float64)
  if not np.isfinite(points).all():
    raise ValueError(f"{name} holds NaN or infinity")
  if np.abs(points).max() > _FARTHEST:
    farthest = points.flat[np.abs(points).argmax()]
    raise ValueError(f"{name} holds {farthest:g}, which is no pixel")
  return points


def from_rows(rows: Any, name: str) -> np.ndarray:
  """Makes points of a list of [x, y], as a JSON file holds it.

  Returns:
    float64 array of shape [heads, 2].

  Raises:
    ValueError: it is no such list, or a number cannot be a pixel.
  """
  if not isinstance(rows, list):
    raise ValueError(f"{name} is no list")
  for row in rows:
    if not isinstance(row, list) or len(row) != 2:
      raise ValueError(f"{name} holds {str(row)[:40]!r}, not [x, y]")
  numbers = [number_of(value, name) for row in rows for value in row]
  return checked(np.asarray(numbers, np.float64).reshape(-1, 2), name)


def number_of(value: Any, name: str) -> float:
  """Returns a number of a JSON file as float.

  Raises:
    ValueError: it is none; True and "12" are not.
  """
  if isinstance(value, bool) or not isinstance(value, int | float):
    raise ValueError(f"{name} holds {str(value)[:40]!r}, not a number")
  try:
    return float(value)
  except OverflowError as error:
    raise ValueError(f"{name} holds a number of a thousand bits") from error


def from_words(words: Sequence[str]) -> list[float]:
  """Reads numbers as they are written in text files, and nothing else.

  Python reads more than that: 1_000, ٤, nan.

  Raises:
    ValueError: a word is no number.
  """
  for word in words:
    if not _NUMBER.fullmatch(word):
      raise ValueError(f"{word[:40]!r} is not a number")
  return [float(word) for word in words]
