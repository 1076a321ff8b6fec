"""A user's own pictures: finding and reading them."""

import csv
import logging
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cdcc_tf.data.images import in_eight_bits
from cdcc_tf.errors import InputError, first_line

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
# Ends of our own pictures' names, not to be counted when met again, and the
# table that lists them.
DENSITY, UNCERTAINTY = "_density.png", "_uncertainty.png"
TABLE = "counts.csv"

logger = logging.getLogger(__name__)


def find_pictures(path: Path, output: Path | None = None) -> list[Path]:
  """Lists a picture, or the pictures of a folder and those below it.

  Hidden files are not among them, such as macOS leaves beside pictures on other
  systems' disks. Nor are overlays of an earlier call, of which the log tells:
  those that a `counts.csv` beside them lists, or that lie in `output`, where an
  interrupted call has written none. A name alone makes no overlay.

  Args:
    path: of a picture or a folder.
    output: where the call that asks is going to write; None for nowhere.

  Raises:
    InputError: nothing there.
  """
  if path.is_file():
    return [path]
  if not path.is_dir():
    raise InputError(
      f"--input={path}: no such file or folder. Give a picture or a folder of "
      "pictures."
    )
  pictures = sorted(
    picture
    for picture in path.rglob("*")
    if picture.suffix.lower() in SUFFIXES
    and not _is_hidden(picture.relative_to(path))
    and picture.is_file()
  )
  overlays = _overlays(pictures, output)
  if overlays:
    logger.info(
      "%s: %d overlays of an earlier prediction are left out.",
      path,
      len(overlays),
    )
  found = [picture for picture in pictures if picture not in overlays]
  if not found:
    but = " but overlays of an earlier prediction" if overlays else ""
    raise InputError(
      f"--input={path}: holds no pictures{but}. Give a folder with files that "
      f"end in {', '.join(SUFFIXES)}."
    )
  return found


def _is_hidden(path: Path) -> bool:
  return any(part.startswith(".") for part in path.parts)


def _overlays(pictures: list[Path], output: Path | None) -> set[Path]:
  """Finds those that an earlier prediction drew."""
  drawn: dict[Path, set[str]] = {}
  found = set()
  for picture in pictures:
    if not picture.name.endswith((DENSITY, UNCERTAINTY)):
      continue
    folder = picture.parent
    if folder not in drawn:
      drawn[folder] = _listed(folder / TABLE)
    in_output = output is not None and folder.resolve() == output.resolve()
    if in_output or picture.name in drawn[folder]:
      found.add(picture)
  return found


def _listed(table: Path) -> set[str]:
  """Returns the names of overlays in a `counts.csv`; none if it is no such."""
  try:
    with table.open(newline="", errors="surrogateescape") as file:
      rows = list(csv.DictReader(file))
  except (OSError, csv.Error):
    return set()
  columns = ("density", "uncertainty")
  return {row.get(column) or "" for row in rows for column in columns}


def read_picture(path: Path) -> np.ndarray:
  """Reads a picture as people see it: EXIF rotation applied, RGB.

  Returns:
    uint8 array of shape [height, width, 3].

  Raises:
    InputError: the file is missing, truncated, huge or not a picture.
  """
  try:
    with warnings.catch_warnings():
      warnings.simplefilter("error", Image.DecompressionBombWarning)
      with Image.open(path) as picture:
        return np.asarray(in_eight_bits(ImageOps.exif_transpose(picture)))
  except FileNotFoundError as error:
    raise InputError(f"{path}: no such picture. Check --input.") from error
  except (
    Image.DecompressionBombWarning,
    Image.DecompressionBombError,
  ) as error:
    raise InputError(
      f"{path}: more than {Image.MAX_IMAGE_PIXELS:,} pixels, too many to count "
      "in one pass. Make it smaller, or cut it into tiles."
    ) from error
  except Exception as error:  # Pillow's decoders raise whatever they meet
    raise InputError(
      f"{path}: cannot be read as a picture ({first_line(error)}). Repair or "
      "remove it."
    ) from error


def read_region(path: Path) -> np.ndarray:
  """Reads a region of interest: what is not black in a picture.

  Returns:
    Boolean array of shape [height, width].

  Raises:
    InputError: as `read_picture`, or all of it is black.
  """
  region = read_picture(path).max(axis=2) > 0
  if not region.any():
    raise InputError(
      f"{path}: is black all over, so there is nowhere to count. Paint white "
      "where people count."
    )
  return region
