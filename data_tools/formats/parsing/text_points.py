"""Text files of head points: one `x y` a line, perhaps with more numbers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data_tools.formats.parsing.fields import parse_number, shown
from data_tools.formats.parsing.files import read_lines


def read_points(
  annotation: Path, columns: Sequence[str] = ("x", "y")
) -> np.ndarray:
  """Reads the points of one picture; a file without lines has none.

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
