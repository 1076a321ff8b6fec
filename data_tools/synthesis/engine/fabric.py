"""Patterns over what has just been filled: folds of cloth, woven patterns."""

import functools

import cv2
import numpy as np

from data_tools.synthesis.engine.noise import SIZE, tile
from data_tools.synthesis.engine.swatch import Swatch

FOLDS = (0.06, 0.09, 0.13, 0.19)  # deviations of brightness, thin to thick
_NEUTRAL = 128  # what leaves a pixel as it is
_SCALES = (0.5, 1, 2, 4, 8)  # canvas pixels per pixel of the tile of folds
_ACROSS = 250  # pixels of the tile along a figure


def fold(region: np.ndarray, own: np.ndarray, tall: float, shift: int) -> None:
  """Modulates a figure as folds of cloth do, in place.

  Args:
    region: uint8 [rows, columns, 3], from the figure's top left corner.
    own: uint8 [rows, columns], where the figure is.
    tall: height of the figure in canvas pixels, in the region or not.
    shift: moves the folds, so that figures differ.
  """
  scale = min(_SCALES, key=lambda s: abs(s - tall / _ACROSS))
  folds = _folds(scale, FOLDS[shift // 3 % len(FOLDS)])
  rows, columns = own.shape
  y = shift * 37 % max(1, folds.shape[0] - rows)
  x = shift * 53 % max(1, folds.shape[1] - columns)
  folds = folds[y : y + rows, x : x + columns]
  rows, columns = folds.shape[:2]
  region, own = region[:rows, :columns], own[:rows, :columns]
  cv2.copyTo(cv2.multiply(region, folds, scale=1 / _NEUTRAL), own, region)


def weave(
  region: np.ndarray, shape: np.ndarray, cloth: Swatch, wide: float
) -> None:
  """Multiplies what has just been filled with a pattern, in place.

  Args:
    region: uint8 [rows, columns, 3].
    shape: uint8 [rows, columns], where it has been filled.
    cloth: the pattern.
    wide: canvas pixels over which it repeats: never stretched along a figure.
  """
  side = max(1, int(wide))
  pixels, _ = cloth.nearest(side, side)
  pixels = cv2.resize(pixels, (side, side))
  rows, columns = shape.shape
  times = (-(-rows // side), -(-columns // side), 1)
  pattern = np.tile(pixels, times)[:rows, :columns]
  cv2.copyTo(cv2.multiply(region, pattern, scale=1 / 255), shape, region)


@functools.cache
def _folds(scale: float, deep: float) -> np.ndarray:
  """Returns folds about `_NEUTRAL`, uint8 [rows, columns, 3]."""
  side = int(SIZE * scale)
  noise = cv2.resize(tile("folds"), (side, side))
  noise = np.clip(_NEUTRAL * (1 + deep * noise), 0, 255).astype(np.uint8)
  return cv2.merge([noise] * 3)
