"""Points from arrays, JSON lists and text files, or the reason in one line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_tools.formats.parsing.fields import (
  FARTHEST,
  pair,
  parse_number,
  sequence,
  shown,
)
from data_tools.formats.parsing.files import read_lines


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
  if np.abs(points).max() > FARTHEST:
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
  points = [pair(row, f"a row of {name}") for row in sequence(rows, name)]
  return np.asarray(points, np.float64).reshape(-1, 2)


def read_points(
  annotation: Path, columns: Sequence[str] = ("x", "y")
) -> np.ndarray:
  """Reads a text file with one `x y` a line, perhaps with more numbers.

  Args:
    annotation: the file.
    columns: names of the numbers in a line; the first two are x and y.

  Returns:
    float64 array of shape [heads, 2], pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is no text, or a line is not those numbers.
  """
  rows = []
  for number, line in enumerate(read_lines(annotation), start=1):
    words = line.split()
    if len(words) not in (0, len(columns)):
      raise ValueError(
        f"line {number} is not {' '.join(columns)}: {shown(line)}"
      )
    if words:
      rows.append([parse_number(word, f"line {number}") for word in words])
  return np.asarray(rows, np.float64).reshape(-1, len(columns))[:, :2]
