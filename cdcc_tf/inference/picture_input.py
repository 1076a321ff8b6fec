"""A user's own pictures: finding and reading them."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cdcc_tf.data.images import in_eight_bits
from cdcc_tf.errors import InputError, first_line

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
# Ends of our own pictures' names, not to be counted when met again.
DENSITY, UNCERTAINTY = "_density.png", "_uncertainty.png"


def find_pictures(path: Path) -> list[Path]:
  """Lists a picture, or the pictures of a folder and those below it.

  Overlays that an earlier call left in the folder are not among them.

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
  found = sorted(
    picture
    for picture in path.rglob("*")
    if picture.suffix.lower() in SUFFIXES
    and not picture.name.endswith((DENSITY, UNCERTAINTY))
    and picture.is_file()
  )
  if not found:
    raise InputError(
      f"--input={path}: holds no pictures. Give a folder with files that end "
      f"in {', '.join(SUFFIXES)}."
    )
  return found


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
