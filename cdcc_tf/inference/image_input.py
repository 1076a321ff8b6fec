"""A user's own pictures: finding and reading them."""

import io
import logging
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cdcc_tf.data import image_kinds
from cdcc_tf.data.image_sizes import Size, shrunk_size
from cdcc_tf.errors import InputError, first_line
from cdcc_tf.inference.prediction_files import overlays_among

# A pass holds two maps of 64 channels at full size, 256 bytes a pixel in
# bfloat16 and 512 in float32: so many pixels take 8 and 16 GiB.
MOST_MEGAPIXELS = 33

# A path, the bytes of a file, a PIL image, or a uint8 array [height, width, 3].
ImageSource = str | Path | bytes | Image.Image | np.ndarray

logger = logging.getLogger(__name__)


def as_array(image: ImageSource) -> np.ndarray:
  """Returns an image as a uint8 RGB array of shape [height, width, 3].

  Args:
    image: a path or the bytes of a file, turned by EXIF; a PIL image, likewise;
      or such an array, returned as it is.

  Raises:
    InputError: it cannot be read, or is another kind of array.
  """
  if isinstance(image, np.ndarray):
    if (
      image.dtype != np.uint8
      or image.ndim != 3
      or image.shape[2] != 3
      or not image.size
    ):
      raise InputError(
        f"image: is an array of {image.dtype} {[*image.shape]}. Give uint8 RGB "
        "[height, width, 3]."
      )
    return image
  if isinstance(image, Image.Image):
    return np.asarray(image_kinds.in_eight_bits(ImageOps.exif_transpose(image)))
  if isinstance(image, bytes):
    return np.asarray(_upright(io.BytesIO(image), None, "image"))
  return read_image(Path(image).expanduser())


def find_images(path: Path) -> list[Path]:
  """Lists a picture, or the pictures of a folder and those below it.

  Hidden files are not among them, such as macOS leaves beside pictures on other
  systems' disks. Nor are overlays of an earlier call, nor pictures of kinds
  that are not read; the log tells of both.

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
  pictures = image_kinds.images_below(path)
  unread = image_kinds.unread_below(path)
  if unread:
    logger.warning(
      "%s: %d pictures are not counted, for %s is not read: save them as JPEG.",
      *(path, len(unread), unread[0].suffix),
    )
  overlays = overlays_among(pictures)
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
      f"end in {', '.join(image_kinds.SUFFIXES)}."
    )
  return found


def read_image(
  path: Path, max_side: int | None = None, region: np.ndarray | None = None
) -> np.ndarray:
  """Reads a picture as people see it: EXIF rotation applied, RGB.

  Args:
    path: of the picture.
    max_side: most pixels along the longer side; a larger picture is shrunk to
      it. None for any number.
    region: a region of interest, which must be as large as the picture is
      before it is shrunk; None for none.

  Returns:
    uint8 array of shape [height, width, 3].

  Raises:
    InputError: the file is missing, truncated, huge or not a picture, or of
      another size than the region.
  """
  picture = _upright(path, max_side)
  size = picture.height, picture.width
  if region is not None and region.shape != size:
    raise InputError(
      f"{path}: is {size[1]}x{size[0]} pixels, the region of interest "
      f"{region.shape[1]}x{region.shape[0]}. Paint one of the pictures' size."
    )
  shrunk = shrunk_size(size, max_side)
  if shrunk != size:
    # As `data_tools.convert` shrinks what a counter learns from.
    picture = picture.resize(shrunk[::-1], Image.Resampling.BICUBIC)
  return np.asarray(picture)


def _upright(
  path: Path | io.BytesIO, max_side: int | None, name: str = ""
) -> Image.Image:
  """Reads an image of any kind in its own size, if it can be counted."""
  name = name or str(path)
  try:
    with warnings.catch_warnings():
      warnings.simplefilter("error", Image.DecompressionBombWarning)
      with Image.open(path) as picture:
        height, width = shrunk_size((picture.height, picture.width), max_side)
        if height * width <= MOST_MEGAPIXELS * 1e6:
          return image_kinds.in_eight_bits(ImageOps.exif_transpose(picture))
  except FileNotFoundError as error:
    raise InputError(f"{name}: no such picture. Check its name.") from error
  except (
    Image.DecompressionBombWarning,
    Image.DecompressionBombError,
  ) as error:
    raise InputError(
      f"{name}: more than {Image.MAX_IMAGE_PIXELS:,} pixels, too many to be "
      "decoded. Make it smaller, or cut it into tiles."
    ) from error
  except Exception as error:  # Pillow's decoders raise whatever they meet
    raise InputError(
      f"{name}: cannot be read as a picture ({first_line(error)}). Repair or "
      "remove it."
    ) from error
  raise InputError(
    f"{name}: more than {MOST_MEGAPIXELS} megapixels, too many to count in "
    "one pass. Shrink it, e.g. by --max_side=1600, or cut it into tiles."
  )


def read_region(path: Path, max_side: int | None = None) -> np.ndarray:
  """Reads a region of interest: what is nearer to white than to black.

  So it does not matter that black is seldom quite black in a JPEG.

  Args:
    path: of the region.
    max_side: to which the pictures are shrunk, and the region with them; it is
      read in its own size.

  Returns:
    Boolean array of shape [height, width].

  Raises:
    InputError: as `read_image`, or nothing of it is white.
  """
  region = np.asarray(_upright(path, max_side)).max(axis=2) > 127
  if not region.any():
    raise InputError(
      f"{path}: holds nothing white, so there is nowhere to count. Paint white "
      "where people count."
    )
  return region


def shrunk_region(region: np.ndarray | None, size: Size) -> np.ndarray | None:
  """Shrinks a region of interest as its picture was, to its height and width.

  Returns:
    Boolean array of that shape; None for a region that is None.
  """
  if region is None or region.shape == size:
    return region
  picture = Image.fromarray(region.astype(np.uint8))
  return np.asarray(picture.resize(size[::-1], Image.Resampling.NEAREST)) > 0
