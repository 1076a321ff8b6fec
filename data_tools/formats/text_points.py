"""Text files of head points: one `x y` a line."""

from pathlib import Path

import numpy as np

from data_tools.formats.fields import number_in, shown


def read_points(labels: Path) -> np.ndarray:
  """Reads one `x y` a line.

  Returns:
    float64 array of shape [heads, 2], pixels from the top left.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is no text, or a line is not two finite numbers.
  """
  if not labels.is_file():
    raise FileNotFoundError("no annotation file for the picture")
  rows = []
  text = labels.read_text(encoding="utf-8-sig")
  for number, line in enumerate(text.splitlines(), start=1):
    row = line.split()
    if len(row) not in (0, 2):
      raise ValueError(f"line {number} is not two numbers: {shown(line)}")
    if row:
      rows.append([number_in(value, f"line {number}") for value in row])
  return np.asarray(rows, np.float64).reshape(-1, 2)
