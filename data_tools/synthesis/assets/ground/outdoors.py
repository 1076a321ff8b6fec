"""Roads, lawns, gravel, sand, and what is made of several grounds."""

import numpy as np

from data_tools.synthesis.assets.ground.base import dirt, laid, lay_over, paint
from data_tools.synthesis.assets.ground.paving import cobbles, slabs, tiles
from data_tools.synthesis.assets.swatches import foliage, paving
from data_tools.synthesis.engine.noise import fraction, sample


def asphalt(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """A road with cracks, stains and a marked line or two."""
  grey = rng.uniform(0.22, 0.42)
  ground = paint(dirt(rng, x, y, footprint, 0.13), (grey, grey, grey * 1.03))
  middle = rng.uniform(-3, 3)
  for line in (middle, middle + rng.uniform(2.8, 3.6)):
    marked = (np.abs(x - line) < 0.07) & (fraction(y / 6) < 0.5)
    ground[marked] = ground[marked] * 0.3 + 0.5
  return ground


def grass(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """A worn lawn, at times with daisies or fallen leaves on it."""
  green = (0.26 + rng.uniform(-0.05, 0.06), 0.36, 0.15)
  ground = paint(dirt(rng, x, y, footprint, 0.24), green)
  worn = sample("clouds", x, y, 31.0, rng.random()) > rng.uniform(0.6, 1.6)
  earth = np.array([0.26, 0.21, 0.14], np.float32)
  ground[worn] = ground[worn] * 0.5 + earth
  if rng.random() < 0.4:
    near = np.clip(1.2 - footprint * 12, 0, 1)
    specks = near * sample("grain", x, y, 14.0, rng.random()) > 2.0
    ground[specks] = rng.uniform(0.4, 0.9, 3)
  return ground


def gravel(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Pebbles, ballast or coarse gravel: round things of one size."""
  tone = rng.uniform(0.6, 1.2) * np.array([1.0, 0.97, rng.uniform(0.8, 1.0)])
  metres = rng.uniform(1.2, 5.0)
  return laid(rng, paving.pebbles, x, y, footprint, metres, tone)


def sand(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Sand or bare earth, trodden."""
  tone = rng.uniform(0.7, 1.1) * np.array([0.72, 0.62, rng.uniform(0.42, 0.5)])
  shade = dirt(rng, x, y, footprint, 0.12)
  near = np.clip(1.3 - footprint * 10, 0, 1)
  dents = sample("folds", x, y, 2.9, rng.random())
  return paint(shade + 0.14 * near * dents, tone)


def ground_cover(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Low plants and flowers from kerb to kerb, with paths across."""
  maker = foliage.flower_bed if rng.random() < 0.5 else foliage.hedge
  tint = rng.uniform(0.8, 1.1, 3)
  ground = laid(rng, maker, x, y, footprint, rng.uniform(1.2, 4.0), tint)
  every, wide = rng.uniform(4, 12), rng.uniform(1.5, 3)
  path = (fraction(x / every) * every < wide) | (
    fraction(y / (2 * every)) * 2 * every < wide
  )
  lay_over(ground, tiles(rng, x, y, footprint), path)
  return ground


def road_between_pavements(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Asphalt or cobbles in the middle, pavements with kerbs at the sides."""
  road = asphalt if rng.random() < 0.7 else cobbles
  ground = road(rng, x, y, footprint)
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


def two_pavings(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Two stones that meet in a line, as at the edge of a shopping street."""
  ground = slabs(rng, x, y, footprint)
  slope, start = rng.uniform(-0.8, 0.8), rng.uniform(-4, 4)
  lay_over(ground, tiles(rng, x, y, footprint), x + slope * y > start)
  return ground


def square_with_lawn(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Slabs, and a lawn or beds beyond a line."""
  ground = slabs(rng, x, y, footprint)
  slope = rng.uniform(-0.5, 0.5)
  beyond = y + slope * x > rng.uniform(15, 60)
  other = grass if rng.random() < 0.6 else ground_cover
  lay_over(ground, other(rng, x, y, footprint), beyond)
  return ground
