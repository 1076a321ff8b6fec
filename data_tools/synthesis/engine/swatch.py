"""Flat pictures that are laid on things: leaves, bricks, writing, goods.

They are made once in a process, each from its name and number alone, so that a
picture does not depend on what was drawn before it.
"""

import functools
import zlib
from collections.abc import Callable

import cv2
import numpy as np

from data_tools.synthesis.engine.draws import Dice, choose

VARIANTS = 6  # of each kind of swatch, turned, tinted and cut anew in pictures
_SMALLEST = 4  # pixels along a side of a reduced swatch


class Swatch:
  """A flat picture, at times with holes.

  Attributes:
    levels: pairs of pixels, uint8 [rows, columns, 3], and mask, uint8 [rows,
      columns] or None, each half as large as the one before.
  """

  def __init__(self, pixels: np.ndarray, mask: np.ndarray | None = None):
    """Reduces the picture.

    Args:
      pixels: uint8 [rows, columns, 3], RGB.
      mask: uint8 [rows, columns]: 255 where there is something.
    """
    self.levels = [(pixels, mask)]
    while min(pixels.shape[:2]) >= 2 * _SMALLEST:
      pixels, mask = _halved(pixels, mask)
      self.levels.append((pixels, mask))

  def nearest(
    self, wide: float, high: float
  ) -> tuple[np.ndarray, np.ndarray | None]:
    """Returns pixels and mask that are not much larger than a size."""
    rows, columns = self.levels[0][0].shape[:2]
    level, ratio = 0, min(columns / max(wide, 1), rows / max(high, 1))
    while ratio > 1.4 and level + 1 < len(self.levels):
      ratio /= 2
      level += 1
    pixels, mask = self.levels[level]
    rows, columns = pixels.shape[:2]
    size = (
      min(columns, max(_SMALLEST, round(wide))),
      min(rows, max(_SMALLEST, round(high))),
    )
    if size[0] * 1.5 < columns or size[1] * 1.5 < rows:
      pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
      if mask is not None:
        mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    return pixels, mask

  def part(
    self, across: tuple[float, float], down: tuple[float, float]
  ) -> "Swatch":
    """Returns what lies between shares of the width and of the height."""
    pixels, mask = self.levels[0]
    rows = _between(down, pixels.shape[0])
    columns = _between(across, pixels.shape[1])
    cut = None if mask is None else mask[rows, columns]
    return Swatch(pixels[rows, columns], cut)


Maker = Callable[[Dice], Swatch]


def swatch(maker: Maker) -> Maker:
  """Turns a function that draws a swatch into one that draws from a few."""

  @functools.cache
  def variant(number: int) -> Swatch:
    name = maker.__name__.encode()
    return maker(Dice(zlib.crc32(name) + number))

  @functools.wraps(maker)
  def draw(dice: Dice) -> Swatch:
    return variant(choose(dice, range(VARIANTS)))

  return draw


def _between(shares: tuple[float, float], length: int) -> slice:
  start = min(int(shares[0] * length), length - 1)
  return slice(start, max(start + 1, round(shares[1] * length)))


def _halved(
  pixels: np.ndarray, mask: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
  size = (pixels.shape[1] // 2, pixels.shape[0] // 2)
  if mask is None:
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), None
  # What shows through holes must not bleed into what is seen.
  weight = mask.astype(np.float32) / 255 + 1e-3
  solid = cv2.merge([weight] * 3) * pixels
  below = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
  solid = cv2.resize(solid, size, interpolation=cv2.INTER_AREA)
  small = solid / cv2.merge([below] * 3)
  mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
  return cv2.convertScaleAbs(small), mask
