"""Strokes that many swatches are made of."""

import cv2
import numpy as np

from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.noise import tile
from data_tools.synthesis.engine.solids import Colour

Paint = tuple[float, float, float]  # 0 to 255


def sheet(rows: int, columns: int, colour: Colour) -> np.ndarray:
  """Returns a picture of one colour, uint8 [rows, columns, 3]."""
  return np.full((rows, columns, 3), as_paint(colour), np.uint8)


def as_paint(colour: Colour, factor: float = 1.0) -> Paint:
  """Returns a colour as OpenCV takes it."""
  red, green, blue = (min(255.0, max(0.0, 255 * c * factor)) for c in colour)
  return red, green, blue


def stain(
  picture: np.ndarray, dice: Dice, strength: float, kind: str = "clouds"
) -> None:
  """Makes a picture uneven, in place."""
  rows, columns = picture.shape[:2]
  y, x = dice.randrange(128), dice.randrange(128)
  noise = tile(kind)[y : y + 128, x : x + 128]
  noise = cv2.resize(noise, (columns, rows))
  factor = np.clip(1 + strength * noise, 0, 2).astype(np.float32)
  cv2.multiply(picture, cv2.merge([factor] * 3), dst=picture, dtype=cv2.CV_8U)


def grain(picture: np.ndarray, dice: Dice, strength: float) -> None:
  """Adds fine noise of the size of a pixel, in place."""
  rng = np.random.default_rng(dice.randrange(1 << 30))
  noise = rng.standard_normal(picture.shape[:2], np.float32)
  factor = np.clip(1 + strength * noise, 0.2, 1.8)
  cv2.multiply(picture, cv2.merge([factor] * 3), dst=picture, dtype=cv2.CV_8U)


def glyphs(
  picture: np.ndarray,
  dice: Dice,
  box: tuple[int, int, int, int],
  ink: Colour,
  latin: bool,
) -> None:
  """Writes a line that looks like writing into left, top, right, bottom."""
  left, top, right, bottom = box
  high = bottom - top
  if high < 4 or right - left < 4:
    return
  thick, paint = max(1, round(high / 9)), as_paint(ink)
  x = left
  while x + high * 0.6 < right:
    wide = int(high * (dice.uniform(0.35, 0.7) if latin else 0.9))
    for _ in range(dice.randint(2, 4) if latin else dice.randint(4, 7)):
      ends = [
        (
          x + dice.randint(0, 2) * wide // 2,
          top + dice.randint(0, 3) * high // 3,
        )
        for _ in range(2)
      ]
      if dice.random() < 0.6:  # most strokes run along an axis
        across = dice.random() < 0.5
        ends[1] = (
          (ends[1][0], ends[0][1]) if across else (ends[0][0], ends[1][1])
        )
      cv2.line(picture, ends[0], ends[1], paint, thick, cv2.LINE_AA)
    x += wide + max(1, high // (4 if latin else 8))
    if latin and dice.random() < 0.18:
      x += high // 2
