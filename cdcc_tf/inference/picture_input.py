"""A user's own pictures: finding and reading them."""

import csv
import logging
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cdcc_tf.data.images import in_eight_bits
from cdcc_tf.errors import InputError, first_line

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
# Ends of the names of what a prediction leaves for each picture, and its table.
DENSITY, UNCERTAINTY, MAPS = "_density.png", "_uncertainty.png", "_maps.npz"
TABLE = "counts.csv"
COLUMNS = (
  *("image", "count", "low_90", "high_90", "familiar"),
  *("deviation_low", "deviation_high"),
  *("height", "width", "density", "uncertainty"),
)
# A text in every overlay, so that it is known for ours without a table too: an
# interrupted call writes none, and a later one's lists its own pictures only.
MARK = ("Software", "cdcc_tf predict")
# A pass holds two maps of 64 channels at full size, 256 bytes a pixel in
# bfloat16 and 512 in float32: so many pixels take 8 and 16 GiB.
MOST_MEGAPIXELS = 33

logger = logging.getLogger(__name__)


def find_pictures(path: Path) -> list[Path]:
  """Lists a picture, or the pictures of a folder and those below it.

  Hidden files are not among them, such as macOS leaves beside pictures on other
  systems' disks. Nor are overlays of an earlier call, of which the log tells:
  those that our `counts.csv` beside them lists, or that bear our mark. A name
  alone makes no overlay.

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
  overlays = _overlays(pictures)
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


def refuse_foreign(output: Path, stems: Iterable[str], maps: bool) -> None:
  """Makes sure that a prediction replaces nothing but an earlier one's files.

  Args:
    output: folder to be written to; it need not be there.
    stems: what the names of the pictures' files begin with.
    maps: whether maps are going to be written.

  Raises:
    InputError: a file of that name is not ours.
  """
  table = output / TABLE
  listed = _listed(table)
  foreign = [table] if table.exists() and listed is None else []
  for stem in stems:
    overlays = [output / (stem + end) for end in (DENSITY, UNCERTAINTY)]
    foreign += [
      path
      for path in overlays
      if path.exists() and not _is_overlay(path, listed)
    ]
    path = output / (stem + MAPS)
    if maps and path.exists() and not _are_maps(path):
      foreign.append(path)
  if foreign:
    raise InputError(
      f"{foreign[0]}: not of an earlier prediction, and would be overwritten. "
      "Rename it, or choose another --output."
    )


def _overlays(pictures: list[Path]) -> set[Path]:
  """Finds those that an earlier prediction drew."""
  named = [p for p in pictures if p.name.endswith((DENSITY, UNCERTAINTY))]
  folders = {picture.parent for picture in named}
  listed = {folder: _listed(folder / TABLE) for folder in folders}
  return {p for p in named if _is_overlay(p, listed[p.parent])}


def _listed(table: Path) -> set[str] | None:
  """Returns the overlays that a `counts.csv` lists; None if it is not ours."""
  try:
    with table.open(newline="", errors="surrogateescape") as file:
      rows = csv.reader(file)
      if tuple(next(rows, ())) != COLUMNS:
        return None
      return {name for row in rows for name in row[-2:]}
  except (OSError, csv.Error):
    return None


def _is_overlay(path: Path, listed: set[str] | None) -> bool:
  if listed is not None and path.name in listed:
    return True
  key, text = MARK
  try:
    with (
      warnings.catch_warnings(
        action="error", category=Image.DecompressionBombWarning
      ),
      Image.open(path) as picture,
    ):
      return picture.info.get(key) == text
  except Exception:  # as in `read_picture`; what cannot be read is not ours
    return False


def _are_maps(path: Path) -> bool:
  try:
    with zipfile.ZipFile(path) as file:
      return sorted(file.namelist()) == ["density.npy", "deviation.npy"]
  except (OSError, zipfile.BadZipFile):
    return False


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
        if picture.width * picture.height > MOST_MEGAPIXELS * 1e6:
          raise Image.DecompressionBombError
        return np.asarray(in_eight_bits(ImageOps.exif_transpose(picture)))
  except FileNotFoundError as error:
    raise InputError(f"{path}: no such picture. Check --input.") from error
  except (
    Image.DecompressionBombWarning,
    Image.DecompressionBombError,
  ) as error:
    raise InputError(
      f"{path}: more than {MOST_MEGAPIXELS} megapixels, too many to count in "
      "one pass. Make it smaller, or cut it into tiles."
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
