"""Swatches seen in perspective."""

import cv2
import numpy as np

from data_tools.synthesis.engine.outlines import SHIFT
from data_tools.synthesis.engine.swatch import Swatch

_OPAQUE = 110  # of 255: where a reduced mask is less, one sees through


def lay(
  panel: Swatch,
  corners: np.ndarray,
  colours: np.ndarray,
  pixels: np.ndarray,
  ids: np.ndarray,
  identity: int,
) -> None:
  """Lays a swatch on four corners, in place.

  Args:
    panel: what to lay.
    corners: float32 [4, 2], x and y in the region; top left, top right, bottom
      right, bottom left of the swatch.
    colours: [2, 3], factor (255 leaves a colour as it is) and offset.
    pixels: uint8 [rows, columns, 3], the region of the picture.
    ids: uint16 [rows, columns], the region of the id-buffer.
    identity: what to write there.
  """
  sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1)
  swatch, mask = panel.nearest(
    float(max(sides[0], sides[2])), float(max(sides[1], sides[3]))
  )
  gain, offset = colours / [[255], [1]]
  matrix = np.hstack([np.diag(gain), offset[:, None]]).astype(np.float32)
  swatch = cv2.transform(swatch, matrix)
  high, wide = swatch.shape[:2]
  frame = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
  warp = cv2.getPerspectiveTransform(frame - 0.5, corners)
  shape = np.zeros(ids.shape, np.uint8)
  fixed = (corners * (1 << SHIFT)).astype(np.int32)
  cv2.fillConvexPoly(shape, fixed, 255, 8, SHIFT)
  if mask is None:
    cv2.fillConvexPoly(ids, fixed, identity, 8, SHIFT)
  else:
    holes = _seen(mask, warp, ids.shape)
    shape = cv2.min(shape, cv2.threshold(holes, _OPAQUE, 255, 0)[1])
    np.copyto(ids, identity, where=shape.astype(bool))
  cv2.copyTo(_seen(swatch, warp, ids.shape), shape, pixels)


def _seen(
  image: np.ndarray, warp: np.ndarray, shape: tuple[int, ...]
) -> np.ndarray:
  return cv2.warpPerspective(
    image, warp, shape[::-1], None, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
  )
