"""Stones side by side."""

import numpy as np

from data_tools.synthesis.assets.ground.base import laid
from data_tools.synthesis.assets.swatches import paving
from data_tools.synthesis.engine.noise import fraction
from data_tools.synthesis.engine.swatch import Maker

STONES = (
  (0.64, 0.63, 0.61),
  (0.52, 0.52, 0.53),
  (0.70, 0.65, 0.58),
  (0.62, 0.50, 0.43),
  (0.54, 0.48, 0.44),
  (0.48, 0.46, 0.45),
  (0.76, 0.74, 0.70),
)


def tiles(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Small paving stones."""
  size = rng.uniform(0.15, 0.45)
  return _stones(rng, paving.small_stones, x, y, footprint, 16 * size)


def slabs(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Large slabs, at times with bands of another stone."""
  size = rng.uniform(0.5, 1.3)
  ground = _stones(rng, paving.slabs, x, y, footprint, 8 * size)
  if rng.random() < 0.5:
    every = rng.uniform(4, 11)
    wide = rng.uniform(0.3, 1.2) / every
    band = fraction(x / np.float32(every)) < wide
    if rng.random() < 0.6:
      band |= fraction(y / np.float32(every)) < wide
    ground[band] *= np.float32(rng.uniform(0.62, 1.15))
  return ground


def cobbles(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Small stones in fans."""
  return _stones(rng, paving.fans, x, y, footprint, rng.uniform(2.5, 5))


def herringbone(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Bricks in a zigzag."""
  metres = rng.uniform(2.4, 4.0)
  return _stones(rng, paving.herringbone, x, y, footprint, metres)


def checkerboard(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Two kinds of slabs in turns, as on old squares and in halls."""
  size = rng.uniform(0.4, 1.5)
  return _stones(rng, paving.checkerboard, x, y, footprint, 8 * size)


def _stones(
  rng: np.random.Generator,
  maker: Maker,
  x: np.ndarray,
  y: np.ndarray,
  footprint: np.ndarray,
  metres: float,
) -> np.ndarray:
  """Lays stones of a colour and at an angle that are drawn."""
  stone = np.asarray(STONES[int(rng.integers(len(STONES)))])
  stone = stone * rng.uniform(0.75, 1.2) + rng.normal(0, 0.015, 3)
  turn = rng.choice([0.0, 0.0, rng.uniform(-0.5, 0.5), np.pi / 4])
  return laid(rng, maker, x, y, footprint, metres, stone, float(turn))
