"""Unity crowds (CV-Crowd-Counting, public domain): synthetic, packed scenes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data_tools.formats.base import (
  LabelledPicture,
  Unreadable,
  child_folder,
  numbered_pictures,
  wrong_layout,
)

LAYOUT = """\
  SyntheticDataset/              (any name)
    train_data/images/IMG_1.jpg
    train_data/ground_truth_txt/IMG_1.txt    (one "x y" a line)
    test_data/…                              (optional)"""


def read(folder: Path) -> Iterator[LabelledPicture | Unreadable]:
  """Yields the pictures; their y counts from the bottom.

  Args:
    folder: the folder that holds `train_data`.

  Raises:
    InputError: the folder is laid out otherwise.
  """
  splits = {
    split: child_folder(folder, f"{split}_data") for split in ("train", "test")
  }
  if not any(splits.values()):
    raise wrong_layout(folder, LAYOUT)
  for split, root in splits.items():
    if root is None:
      continue
    images = child_folder(root, "images")
    labels = child_folder(root, "ground_truth_txt")
    if images is None or labels is None:
      raise wrong_layout(root, LAYOUT)
    for path in numbered_pictures(images):
      annotation = labels / f"{path.stem}.txt"
      try:
        points = read_points(annotation)
      except (OSError, ValueError) as error:
        yield Unreadable(path, f"{annotation.name}: {error}")
        continue
      yield LabelledPicture(
        f"{split}/{path.stem}", path, points, split, y_from_bottom=True
      )


def read_points(annotation: Path) -> np.ndarray:
  """Reads one `x y` a line.

  Returns:
    float64 array of shape [heads, 2].

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: a line is not two finite numbers.
  """
  if not annotation.is_file():
    raise FileNotFoundError("no annotation file for the picture")
  rows = []
  for number, line in enumerate(annotation.read_text().splitlines(), start=1):
    row = line.split()
    if len(row) not in (0, 2):
      raise ValueError(f"line {number} is not two numbers: {line!r}")
    rows += [row] if row else []
  points = np.asarray(rows, np.float64).reshape(-1, 2)
  if not np.isfinite(points).all():
    raise ValueError("holds NaN or infinity")
  return points
