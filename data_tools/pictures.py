"""From one picture of a reader to a record, or a reason why not."""

import io
import re
import warnings
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import ExifTags, Image, ImageDraw, ImageOps

from cdcc_tf.data.images import decode_picture
from cdcc_tf.data.records import CrowdRecord
from cdcc_tf.errors import first_line
from data_tools.adaptive_sigma import adaptive_sigmas
from data_tools.formats.base import LabelledPicture

# What `decode_picture` reads.
_FORMATS = ("JPEG", "PNG", "GIF", "BMP")


class UnusablePicture(Exception):
  """A picture file cannot be used; the message is the reason, in one line."""


def read_picture(path: Path, upright: bool = False) -> tuple[bytes, int, int]:
  """Reads a picture file and makes sure that it can be decoded.

  Args:
    path: of the file.
    upright: whether to turn the picture as its EXIF orientation says; otherwise
      its stored pixels are what counts.

  Returns:
    The file's bytes, or those of the turned picture, the height and the width
    in pixels.

  Raises:
    UnusablePicture: the file is missing, empty, damaged, no picture at all, or
      so large that decoding it could take all memory.
  """
  try:
    image = path.read_bytes()
  except OSError as error:
    raise UnusablePicture(error.strerror or first_line(error)) from error
  if not image:
    raise UnusablePicture("the file is empty")
  _check_header(image)
  if upright:
    image = turned_upright(image)
  try:
    height, width = decode_picture(image).shape[:2]
  except tf.errors.OpError as error:
    # TensorFlow puts its own node's name before the reason, and more behind.
    reason = re.sub(r"\{\{.*?\}\} *| *\[Op:.*", "", first_line(error))
    raise UnusablePicture(reason or type(error).__name__) from error
  return image, height, width


def turned_upright(image: bytes) -> bytes:
  """Returns a picture turned as its EXIF orientation says.

  One that needs no turning keeps its bytes.
  """
  with Image.open(io.BytesIO(image)) as opened:
    if opened.getexif().get(ExifTags.Base.Orientation, 1) == 1:
      return image
    target = io.BytesIO()
    ImageOps.exif_transpose(opened).convert("RGB").save(
      target, "JPEG", quality=95, subsampling=0
    )
  return target.getvalue()


def roi_png(roi: np.ndarray, height: int, width: int) -> bytes:
  """Returns a region of interest as a grey PNG: 255 inside, 0 outside.

  Args:
    roi: polygon, float [corners, 2], or mask, bool [height, width].
    height: picture height in pixels.
    width: picture width in pixels.

  Raises:
    UnusablePicture: the mask is of another size than the picture.
  """
  if roi.dtype == bool:
    if roi.shape != (height, width):
      raise UnusablePicture(
        f"is {width}x{height} pixels, but its region of interest is "
        f"{roi.shape[1]}x{roi.shape[0]}"
      )
    mask = Image.fromarray(roi.astype(np.uint8) * 255)
  else:
    mask = Image.new("L", (width, height))
    corners = [(float(x), float(y)) for x, y in roi]
    ImageDraw.Draw(mask).polygon(corners, fill=255)
  target = io.BytesIO()
  mask.save(target, "PNG")
  return target.getvalue()


def to_record(
  picture: LabelledPicture, prefix: str, adaptive_sigma: bool
) -> tuple[CrowdRecord, int]:
  """Reads a picture's file and checks its points against its size.

  Args:
    picture: from a reader.
    prefix: of the record's id, which tells data sets apart.
    adaptive_sigma: whether to compute `sigmas`, of labelled pictures.

  Returns:
    The record, and the number of points left out because they lie outside.

  Raises:
    UnusablePicture: see `read_picture`.
  """
  image, height, width = read_picture(picture.path, picture.upright)
  if picture.size not in (None, (height, width)):
    raise UnusablePicture(
      f"is {width}x{height} pixels, but was annotated at "
      f"{picture.size[1]}x{picture.size[0]}; put the annotated file there"
    )
  points = picture.points
  labelled = points is not None
  points = np.zeros((0, 2)) if points is None else np.asarray(points)
  if picture.y_from_bottom:
    points = np.stack([points[:, 0], height - points[:, 1]], axis=1)
  points, inside = into_picture(points, height, width)
  points, dropped = points[inside], int((~inside).sum())
  sigmas = None
  if adaptive_sigma and labelled:
    sigmas = adaptive_sigmas(points, height, width)
  record = CrowdRecord(
    id=f"{prefix}/{picture.id}",
    image=image,
    height=height,
    width=width,
    points=points,
    labelled=labelled,
    sigmas=sigmas,
    roi=None if picture.roi is None else roi_png(picture.roi, height, width),
    group=picture.group,
  )
  return record, dropped


def into_picture(
  points: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
  """Tells which points lie in a picture, its far edges included.

  Annotators' tools put heads exactly on the right and bottom edge; those belong
  to the last pixel. What lies beyond was never in the picture.

  Args:
    points: array of shape [heads, 2], pixels.
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    float32 points, those on the far edges moved just inside, and a boolean
    array of shape [heads] that is True for points in the picture.
  """
  size = np.array([width, height], np.float32)
  # float32 first, which is how they are stored: 1023.99999999 becomes 1024.
  points = points.astype(np.float32)
  inside = ((points >= 0) & (points <= size)).all(axis=1)
  last = np.nextafter(size, np.float32(0))
  return np.minimum(points, last), np.asarray(inside)


def _check_header(image: bytes) -> None:
  """Refuses by its header what must not be decoded."""
  with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
      Image.open(io.BytesIO(image), formats=_FORMATS).close()
    except Image.UnidentifiedImageError as error:
      raise UnusablePicture("neither JPEG nor PNG") from error
    except (
      Image.DecompressionBombWarning,
      Image.DecompressionBombError,
      OSError,
      ValueError,
    ) as error:
      raise UnusablePicture(first_line(error)) from error
