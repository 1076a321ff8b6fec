"""Regions of interest, from a reader's polygon or mask to a record's PNG."""

import io

import numpy as np
from PIL import Image, ImageDraw


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
