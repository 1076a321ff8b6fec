"""What ground textures are made of."""

from collections.abc import Callable

import cv2
import numpy as np

from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.noise import fraction, sample
from data_tools.synthesis.engine.swatch import Maker, Swatch

Texture = Callable[
  [np.random.Generator, np.ndarray, np.ndarray, np.ndarray], np.ndarray
]
Tint = tuple[float, float, float] | np.ndarray
GRAINY = 0.048  # metres a pixel: ground farther off shows no grain
_STRETCH = 0.35  # weight of the direction in which ground is seen aslant


def dirt(
  rng: np.random.Generator,
  x: np.ndarray,
  y: np.ndarray,
  footprint: np.ndarray,
  strength: float,
) -> np.ndarray:
  """Returns brightness from grains to large stains, about 1."""
  shade = sample("clouds", x, y, 23.0, rng.random())
  shade *= np.float32(strength * 0.5)
  shade += 1
  shade += np.float32(strength * 0.4) * sample(
    "clouds", x, y, 5.1, rng.random()
  )
  shift = rng.random()
  rows = footprint[:, footprint.shape[1] // 2] < GRAINY
  if rows.any():  # the nearest rows, where grains can be seen
    start = int(np.argmax(rows))
    near = np.clip(1.2 - footprint[start:] * (1.2 / GRAINY), 0, 1)
    near *= np.float32(strength * 0.5)
    shade[start:] += near * sample("grain", x[start:], y[start:], 2.7, shift)
  if rng.random() < 0.5:  # spills
    spots = sample("clouds", x, y, 17.7, rng.random())
    spots -= np.float32(rng.uniform(2.0, 2.6))
    shade -= np.float32(0.2) * np.clip(spots * 3, 0, 1)
  return shade


def paint(shade: np.ndarray, colour: Tint) -> np.ndarray:
  """Colours a shade [rows, columns]."""
  shade = np.clip(shade, 0.05, 2)
  return cv2.merge([shade * part for part in np.asarray(colour, np.float32)])


def laid(
  rng: np.random.Generator,
  maker: Maker,
  x: np.ndarray,
  y: np.ndarray,
  footprint: np.ndarray,
  metres: float,
  tint: Tint,
  turn: float = 0.0,
) -> np.ndarray:
  """Covers the ground with a swatch, over and over.

  Args:
    rng: of the picture.
    maker: of the swatch.
    x: see `Texture`.
    y: see `Texture`.
    footprint: see `Texture`.
    metres: that the swatch is wide.
    tint: factor on its colours.
    turn: radians by which it is turned.
  """
  swatch = maker(Dice(int(rng.integers(1 << 30))))
  cosine = np.float32(np.cos(turn) / metres)
  sine = np.float32(np.sin(turn) / metres)
  across = fraction(x * cosine + y * sine)
  along = fraction(y * cosine - x * sine)
  ground = _remapped(swatch, across, along, footprint, metres)
  shade = dirt(rng, x, y, footprint, 0.12) * np.float32(1 / 255)
  return cv2.merge(
    [
      channel * (shade * part)
      for channel, part in zip(
        cv2.split(ground), np.asarray(tint, np.float32), strict=True
      )
    ]
  )


def lay_over(ground: np.ndarray, other: np.ndarray, where: np.ndarray) -> None:
  """Replaces pixels of a picture by those of another, in place.

  Args:
    ground: [rows, columns, 3].
    other: same shape.
    where: bool [rows, columns].
  """
  cv2.copyTo(other, where.astype(np.uint8), ground)


def _remapped(
  swatch: Swatch,
  across: np.ndarray,
  along: np.ndarray,
  footprint: np.ndarray,
  metres: float,
) -> np.ndarray:
  """Samples a swatch, in each row at the size that it is seen in.

  Returns:
    uint8 [rows, columns, 3].
  """
  columns = swatch.levels[0][0].shape[1]
  middle = footprint[:, footprint.shape[1] // 2]
  # Ground seen at a low angle is squeezed along the line of sight.
  # Focal lengths are about the picture's width.
  squeezed = np.abs(np.diff(middle, append=middle[-1])) * across.shape[1]
  seen = middle * np.clip(squeezed / middle, 1, 40) ** _STRETCH
  levels = np.log2(np.maximum(seen * columns / metres, 1e-6))
  levels = np.clip(np.round(levels), 0, len(swatch.levels) - 1).astype(int)
  ground = np.empty((*across.shape, 3), np.uint8)
  edges = np.flatnonzero(np.diff(levels)) + 1
  for start, end in zip(
    [0, *edges.tolist()], [*edges.tolist(), len(levels)], strict=True
  ):
    pixels = swatch.levels[levels[start]][0]
    rows, wide = pixels.shape[:2]
    ground[start:end] = cv2.remap(
      pixels,
      across[start:end] * np.float32(wide) - np.float32(0.5),
      along[start:end] * np.float32(rows) - np.float32(0.5),
      cv2.INTER_LINEAR,
      borderMode=cv2.BORDER_WRAP,
    )
  return ground
