"""Floors of halls and platforms."""

import numpy as np

from data_tools.synthesis.assets.ground.base import dirt, laid, lay_over, paint
from data_tools.synthesis.assets.ground.outdoors import gravel
from data_tools.synthesis.assets.ground.paving import checkerboard, slabs
from data_tools.synthesis.assets.swatches import paving
from data_tools.synthesis.engine.noise import fraction, sample


def polished(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Stone that mirrors lamps."""
  floor = slabs if rng.random() < 0.7 else checkerboard
  ground = floor(rng, x, y, footprint)
  every = np.float32(rng.uniform(2.5, 6))
  spots = np.hypot(fraction(x / every) - 0.5, fraction(y / every) - 0.5)
  shine = np.clip(1 - spots * 3.2, 0, 1) ** 2 * rng.uniform(0.05, 0.3)
  return ground * np.float32(1.15) + shine[..., None].astype(np.float32)


def carpet(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """A carpet with a pattern that repeats."""
  tint = rng.uniform(0.8, 1.5) + rng.normal(0, 0.05, 3)
  return laid(rng, paving.carpet, x, y, footprint, rng.uniform(2, 8), tint)


def concrete(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """A bare floor."""
  grey = rng.uniform(0.35, 0.6)
  shade = dirt(rng, x, y, footprint, 0.16)
  shade += 0.05 * sample("clouds", x, y, 3.1, rng.random())
  return paint(shade, (grey, grey * 0.99, grey * 0.96))


def boards(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """Planks of a pier, a deck or a hall."""
  wood = rng.uniform(0.5, 1.1) * np.array([0.62, 0.48, 0.34])
  return laid(rng, paving.planks, x, y, footprint, rng.uniform(2, 4), wood)


def platform_edge(
  rng: np.random.Generator, x: np.ndarray, y: np.ndarray, footprint: np.ndarray
) -> np.ndarray:
  """A platform with a studded yellow strip, and the track bed beyond it.

  The edge runs along y at x = 2.5; see `surroundings.platform`.
  """
  floor = concrete if rng.random() < 0.5 else polished
  ground = floor(rng, x, y, footprint)
  strip = (x > 1.5) & (x < 1.9)
  stud = np.hypot(fraction(x / 0.08) - 0.5, fraction(y / 0.08) - 0.5) < 0.32
  near = np.clip(1.2 - footprint * 30, 0, 1)
  tone = np.where(stud, 1.0 + 0.15 * near, 1.0 - 0.15 * near)
  yellow = paint(tone * 0.95, (0.82, 0.68, 0.15))
  lay_over(ground, yellow, strip)
  white = (x > 2.3) & (x < 2.5)
  ground[white] = ground[white] * 0.2 + 0.6
  bed = x > 2.5
  lay_over(ground, gravel(rng, x, y, footprint) * 0.7, bed)
  for rail in (3.2, 4.65):
    steel = np.abs(x - rail) < 0.07
    ground[steel] = 0.45
  return ground
