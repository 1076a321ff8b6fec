"""Pictures of another size, with the same heads in them."""

import dataclasses
import re

import numpy as np
from PIL import Image

from cdcc_tf.data.image_sizes import (
  LARGEST,
  SMALLEST,
  Size,
  check_max_side,
  shrunk_size,
)
from cdcc_tf.errors import InputError


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
