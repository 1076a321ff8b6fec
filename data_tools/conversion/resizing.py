"""Geometry of images: points, regions of interest, and other sizes."""

import dataclasses
import io
import re

import numpy as np
from PIL import Image, ImageDraw

from cdcc_tf.data.image_sizes import (
  LARGEST,
  SMALLEST,
  Size,
  check_max_side,
  shrunk_size,
)
from cdcc_tf.errors import InputError
from data_tools.formats.base import LabelledImage


@dataclasses.dataclass(frozen=True)
class Resizing:
  """Which size pictures are to have; as they are, unless told otherwise.

  Attributes:
    max_side: most pixels along the longer side; what is smaller stays as it is.
    exact: (height, width) of all pictures, whatever they are.
  """

  max_side: int | None = None
  exact: Size | None = None

  def of(self, size: Size) -> Size:
    """Returns the size that a picture of some size is to have."""
    return self.exact or shrunk_size(size, self.max_side)


def resizing_for(max_side: int | None, resize: str | None) -> Resizing:
  """Returns what --max_side and --resize ask for.

  Raises:
    InputError: they make no sense, or contradict each other.
  """
  if max_side is not None and resize:
    raise InputError("--max_side, --resize: give one of the two.")
  check_max_side(max_side)
  if not resize:
    return Resizing(max_side)
  match = re.fullmatch(r"([0-9]{1,6})[xX×]([0-9]{1,6})", resize.strip())
  width, height = map(int, match.groups()) if match else (0, 0)
  if not SMALLEST <= min(width, height) <= max(width, height) <= LARGEST:
    raise InputError(
      f"--resize={resize}: give WIDTHxHEIGHT, each {SMALLEST} to {LARGEST} "
      "pixels, e.g. 960x544."
    )
  return Resizing(exact=(height, width))


def resized_points(points: np.ndarray, old: Size, new: Size) -> np.ndarray:
  """Moves points as their picture's pixels are moved.

  Args:
    points: array of shape [heads, 2], x then y in pixels, inside the picture.
    old: height and width in pixels.
    new: height and width in pixels.

  Returns:
    float32 array of shape [heads, 2], inside the resized picture.
  """
  # Rounding to whole pixels makes the two axes' factors differ.
  factors = np.array(new[::-1]) / np.array(old[::-1])
  last = np.nextafter(np.array(new[::-1], np.float32), np.float32(0))
  return np.minimum((points * factors).astype(np.float32), last)


def resized_region(
  region: np.ndarray, old: np.ndarray, new: np.ndarray, size: Size
) -> tuple[np.ndarray, np.ndarray]:
  """Resizes a region of interest so that it keeps its heads, and no others.

  Args:
    region: bool array of shape [height, width].
    old: points in the picture as it was, float32 [heads, 2].
    new: the same points in the resized picture.
    size: height and width of that, in pixels.

  Returns:
    The region, bool of that size, and the points. Where heads from both sides
    of its outline fall into one pixel, those outside go to the nearest pixel
    outside.

  Raises:
    ValueError: there is no pixel outside left.
  """
  # Here, because options are checked before TensorFlow is imported.
  from cdcc_tf.data.regions import heads_within

  inside = heads_within(old, region)
  height, width = size
  picture = Image.fromarray(region.astype(np.uint8))
  resized = picture.resize((width, height), Image.Resampling.NEAREST)
  result, moved = np.array(resized) > 0, new.copy()
  for members, value in ((~inside, False), (inside, True)):
    columns, rows = np.floor(new[members]).astype(int).T
    result[rows, columns] = value
  for index in np.flatnonzero(heads_within(new, result) & ~inside):
    corners = np.argwhere(~result)[:, ::-1].astype(np.float32)
    if not len(corners):
      raise ValueError("its region of interest cannot be made so small")
    nearest = np.clip(new[index], corners + 0.01, corners + 0.99)
    distances = np.square(nearest - new[index]).sum(axis=1)
    moved[index] = nearest[distances.argmin()]
  return result, moved


def pixels_from_top_left(
  picture: LabelledImage, height: int, width: int
) -> np.ndarray:
  """Returns a picture's points in pixels, y from the top; none if unlabelled.

  Args:
    picture: from a reader.
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    float64 array of shape [heads, 2].
  """
  if picture.points is None:
    return np.zeros((0, 2))
  points = np.asarray(picture.points, np.float64).reshape(-1, 2)
  if picture.normalised:
    points = points * [width, height]
  if picture.y_from_bottom:
    points = np.stack([points[:, 0], height - points[:, 1]], axis=1)
  return points


def into_image(
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
  with np.errstate(over="ignore"):  # what is too large becomes infinite
    points = points.astype(np.float32)
  inside = ((points >= 0) & (points <= size)).all(axis=1)
  last = np.nextafter(size, np.float32(0))
  return np.minimum(points, last), np.asarray(inside)


def region_mask(roi: np.ndarray, height: int, width: int) -> np.ndarray:
  """Returns a region of interest as a mask.

  Args:
    roi: polygon, float [corners, 2], or mask, bool [height, width].
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    bool array of shape [height, width].

  Raises:
    ValueError: the mask is of another size than the picture, or the polygon
      lies outside it.
  """
  if roi.dtype == bool:
    if roi.shape != (height, width):
      raise ValueError(
        f"is {width}x{height} pixels, but its region of interest is "
        f"{roi.shape[1]}x{roi.shape[0]}"
      )
    return roi
  mask = Image.new("L", (width, height))
  corners = [(float(x), float(y)) for x, y in roi]
  ImageDraw.Draw(mask).polygon(corners, fill=1)
  inside = np.asarray(mask) > 0
  if not inside.any():
    raise ValueError("its region of interest leaves nothing of the picture")
  return inside


def region_png(mask: np.ndarray) -> bytes:
  """Returns a mask as a grey PNG: 255 inside, 0 outside."""
  target = io.BytesIO()
  Image.fromarray(mask.astype(np.uint8) * 255).save(target, "PNG")
  return target.getvalue()
