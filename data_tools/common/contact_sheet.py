"""Contact sheets: many small pictures on one, for people who look first."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from cdcc_tf.errors import InputError
from cdcc_tf.output_folder import OutputFolder, written_among
from cdcc_tf.visualization import overlays

COLUMNS, WIDTH = 4, 480  # of a sheet; pixels of a picture's longer side


def reduced(picture: np.ndarray) -> np.ndarray:
  """Reduces a picture, uint8 [height, width, 3], to the size on a sheet."""
  rows, columns = picture.shape[:2]
  factor = min(1.0, WIDTH / columns, WIDTH / rows)
  size = (max(1, round(columns * factor)), max(1, round(rows * factor)))
  return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def contact_sheet(thumbnails: Sequence[np.ndarray]) -> np.ndarray:
  """Lays pictures out in a grid, uint8 RGB."""
  rows = max(thumbnail.shape[0] for thumbnail in thumbnails)
  width = max(thumbnail.shape[1] for thumbnail in thumbnails)
  columns = min(COLUMNS, len(thumbnails))
  lines = -(-len(thumbnails) // columns)
  sheet = np.full((lines * rows, columns * width, 3), 255, np.uint8)
  for i, thumbnail in enumerate(thumbnails):
    y, x = i // columns * rows, i % columns * width
    high, wide = thumbnail.shape[:2]
    sheet[y : y + high, x : x + wide] = thumbnail
  return sheet


def check_name(path: Path | None, overwrite: bool = False) -> None:
  """Looks whether --contact_sheet may be written.

  Raises:
    InputError: it is no name of a PNG file; or there is one that is no contact
      sheet, and overwrite is False.
  """
  if path is None:
    return
  if path.suffix.lower() != ".png":
    raise InputError(f"--contact_sheet={path}: give a name ending in .png.")
  OutputFolder(path.parent, "--contact_sheet")  # refuses a file
  if path.exists() and not (overwrite or written_among([path])):
    raise InputError(
      f"--contact_sheet={path}: there is such a file, and it is no contact "
      "sheet of ours. Rename it, or give another name."
    )


def write_sheet(path: Path, thumbnails: Sequence[np.ndarray]) -> None:
  """Writes a contact sheet as PNG, whole or not at all."""
  folder = OutputFolder(path.parent, "--contact_sheet")
  folder.write(path.name, overlays.encoded(contact_sheet(thumbnails)))
