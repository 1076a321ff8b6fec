"""Ground textures. A new one is one function of world coordinates.

Each takes (rng, x, y, footprint): float32 [rows, columns] in metres,
`footprint` being the ground that a pixel covers, and returns colours in
[0, 1], float32 [rows, columns, 3].
"""

from collections.abc import Callable

import cv2
import numpy as np

from data_tools.synthesis.noise import fraction, sample
from data_tools.synthesis.solids import Colour

Texture = Callable[
  [np.random.Generator, np.ndarray, np.ndarray, np.ndarray], np.ndarray
]


def asphalt(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """A road with cracks, stains and a marked line or two."""
  grey = rng.uniform(0.24, 0.42)
  ground = _paint(_dirt(rng, x, y, footprint, 0.13), (grey, grey, grey * 1.03))
  middle = rng.uniform(-3, 3)
  for line in (middle, middle + rng.uniform(2.8, 3.6)):
    paint = (np.abs(x - line) < 0.07) & (fraction(y / 6) < 0.5)
    ground[paint] = ground[paint] * 0.3 + 0.5
  return ground


def tiles(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Small paving stones."""
  return _paved(rng, x, y, footprint, rng.uniform(0.25, 0.6), _STONES)


def slabs(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Large slabs of a square, with bands of another stone."""
  ground = _paved(rng, x, y, footprint, rng.uniform(0.8, 1.6), _STONES)
  every = rng.uniform(5, 11)
  wide = 0.6 / every
  band = (fraction(x / every) < wide) | (fraction(y / every) < wide)
  ground[band] *= rng.uniform(0.62, 1.15)
  return ground


def grass(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """A worn lawn."""
  green = (0.26 + rng.uniform(-0.05, 0.06), 0.36, 0.15)
  ground = _paint(_dirt(rng, x, y, footprint, 0.2), green)
  worn = sample("clouds", x, y, 31.0, rng.random()) > 1.1
  earth = np.array([0.26, 0.21, 0.14], np.float32)
  ground[worn] = ground[worn] * 0.5 + earth
  return ground


def road_between_pavements(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Asphalt in the middle, pavements with kerbs at the sides."""
  ground = asphalt(rng, x, y, footprint)
  middle, half = rng.uniform(-2, 2), rng.uniform(2.5, 5)
  side = np.abs(x - middle) > half
  lay_over(ground, tiles(rng, x, y, footprint), side)
  kerb = np.abs(np.abs(x - middle) - half) < 0.09
  ground[kerb] = ground[kerb] * 0.4 + 0.34
  if rng.random() < 0.5:  # a zebra crossing
    start = rng.uniform(6, 22)
    stripe = (fraction(x) < 0.5) & (y > start) & (y < start + 3) & ~side
    ground[stripe] = ground[stripe] * 0.25 + 0.56
  return ground


def square_with_lawn(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Slabs, and a lawn beyond a line."""
  ground = slabs(rng, x, y, footprint)
  slope = rng.uniform(-0.5, 0.5)
  lawn = y + slope * x > rng.uniform(25, 60)
  lay_over(ground, grass(rng, x, y, footprint), lawn)
  return ground


def lay_over(ground: np.ndarray, other: np.ndarray, where: np.ndarray) -> None:
  """Replaces pixels of a picture by those of another, in place.

  Args:
    ground: [rows, columns, 3].
    other: same shape.
    where: bool [rows, columns].
  """
  # NumPy is several times slower with `where[..., None]` for a mask.
  mask = cv2.merge([where.astype(np.uint8)] * 3).view(bool)
  np.copyto(ground, other, where=mask)


def _paved(
  rng: np.random.Generator,
  x: np.ndarray,
  y: np.ndarray,
  footprint: np.ndarray,
  size: float,
  palette: tuple[Colour, ...],
) -> np.ndarray:
  """Stones side by side: a shade each, and joints that fade far away."""
  stone = np.asarray(palette[int(rng.integers(len(palette)))])
  stone = stone * rng.uniform(0.7, 1.12) + rng.normal(0, 0.012, 3)
  aspect = rng.choice([1.0, 1.0, 2.0, 0.5])
  turn = rng.choice([0.0, 0.0, 0.4, np.pi / 4])
  cosine, sine = np.float32(np.cos(turn)), np.float32(np.sin(turn))
  u = (x * cosine + y * sine) / np.float32(size)
  v = (y * cosine - x * sine) / np.float32(size * aspect)
  row = np.floor(v)
  u = u + np.float32(rng.integers(2)) * fraction(row / 2)
  column = np.floor(u)
  # A number for each stone: multiples of irrational numbers look random.
  hashed = column * np.float32(0.7548777) + row * np.float32(0.5698403)
  hashed = fraction(fraction(hashed) * np.float32(37.31))
  sharp = np.clip(1.3 - 1.6 * footprint / size, 0, 1)
  shade = _dirt(rng, x, y, footprint, 0.1)
  shade += rng.uniform(0.03, 0.16) * sharp * (hashed - 0.5)
  joint = np.maximum(np.abs(u - column - 0.5), np.abs(v - row - 0.5))
  wide = 0.016 / size + 0.35 * footprint / size
  depth = rng.uniform(0.1, 0.4) * np.minimum(1, 0.03 / (footprint + 0.01))
  shade -= depth * sharp * np.clip((joint - 0.5 + wide) / wide, 0, 1)
  return _paint(shade, stone)


def _dirt(
  rng: np.random.Generator,
  x: np.ndarray,
  y: np.ndarray,
  footprint: np.ndarray,
  strength: float,
) -> np.ndarray:
  """Brightness from grains to large stains, about 1."""
  shade = 1 + strength * 0.5 * sample("clouds", x, y, 23.0, rng.random())
  shade += strength * 0.4 * sample("clouds", x, y, 5.1, rng.random())
  near = np.clip(1.2 - footprint * 25, 0, 1)
  shade += strength * 0.5 * near * sample("grain", x, y, 2.7, rng.random())
  spots = sample("clouds", x, y, 9.7, rng.random()) - rng.uniform(1.7, 2.6)
  return shade - 0.3 * np.clip(spots * 3, 0, 1)


def _paint(shade: np.ndarray, colour: Colour | np.ndarray) -> np.ndarray:
  shade = np.clip(shade, 0.05, 2)
  return cv2.merge([shade * part for part in np.asarray(colour, np.float32)])


_STONES: tuple[Colour, ...] = (
  (0.56, 0.55, 0.53),
  (0.44, 0.44, 0.45),
  (0.62, 0.57, 0.50),
  (0.52, 0.42, 0.36),
  (0.40, 0.38, 0.37),
  (0.68, 0.66, 0.62),
)
