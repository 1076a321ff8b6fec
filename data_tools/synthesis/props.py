"""Things that hold no heads. A new one is one function of a generator.

Each returns the parts of one thing at the origin, x towards its front, and the
radius in metres of the ground it takes. Those named in `LEAFY` are mottled.
"""

import math
from collections.abc import Callable

import numpy as np

from data_tools.synthesis.solids import (
  Colour,
  Part,
  ball,
  box,
  dim,
  ring,
  vary,
)

Prop = Callable[[np.random.Generator], tuple[list[Part], float]]


def tree(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A tree with a crown of clumps of leaves."""
  trunk, wide = rng.uniform(2.0, 3.4), rng.uniform(1.3, 2.6)
  bark = vary(rng, (0.30, 0.24, 0.19))
  parts = [Part([(0, 0, 0, 0.17), (0, 0, trunk + 0.5, 0.11)], bark)]
  green = vary(rng, (0.22, 0.33, 0.13), 0.06)
  return parts + _leaves(rng, green, wide, trunk + wide * 0.8, 450), 0.5


def planter(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A round or square pot with a shrub in it."""
  wide, high = rng.uniform(0.45, 1.1), rng.uniform(0.35, 0.6)
  pot = ring(0.0, wide * 0.9, wide * 0.9, corners=12)
  pot += ring(high, wide, wide, corners=12)
  clay = vary(rng, _choose(rng, CONCRETE))
  green = vary(rng, (0.24, 0.36, 0.15), 0.07)
  shrub = _leaves(rng, green, wide * 0.85, high + wide * 0.35, 220)
  return [Part(pot, clay), *shrub], wide + 0.25


def bollard(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A post, at times with a ball on it."""
  high, colour = rng.uniform(0.7, 1.0), vary(rng, _choose(rng, METAL))
  parts = [Part([(0, 0, 0.05, 0.08), (0, 0, high, 0.08)], colour)]
  if rng.random() < 0.5:
    parts.append(Part(ball(0, 0, high + 0.12, 0.13), dim(colour, 1.2), 0.2))
  return parts, 0.3


def lamp(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A street lamp with one to three globes or a bent neck."""
  high, colour = rng.uniform(3.5, 6.0), vary(rng, _choose(rng, METAL))
  parts = [Part([(0, 0, 0, 0.09), (0, 0, high, 0.05)], colour)]
  for i in range(int(rng.integers(1, 4))):
    out = 0.4 * (i - 1)
    arm = [(0, 0, high - 0.1, 0.03), (0, out, high, 0.03)]
    parts.append(Part(arm, colour))
    parts.append(Part(ball(0, out, high + 0.1, 0.17), (0.93, 0.92, 0.85), 0.1))
  return parts, 0.35


def railing(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A length of barrier such as queues are kept behind."""
  colour, length = vary(rng, _choose(rng, METAL)), 2.2
  parts = []
  for z in (0.18, 1.05):
    rail = [(0, -length / 2, z, 0.022), (0, length / 2, z, 0.022)]
    parts.append(Part(rail, colour, flat=True))
  for y in np.linspace(-length / 2, length / 2, 12):
    bar = [(0, float(y), 0.05, 0.012), (0, float(y), 1.05, 0.012)]
    parts.append(Part(bar, colour, flat=True))
  return parts, 0.45


def stall(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A table with goods under an awning or a parasol."""
  cloth = vary(rng, _choose(rng, SIGNS), 0.08)
  parts = [Part(box((-0.5, 0.5), (-1.0, 1.0), (0.0, 0.85)), dim(cloth, 0.8))]
  for _ in range(24):
    x, y = rng.uniform(-0.45, 0.45), rng.uniform(-0.95, 0.95)
    good = vary(rng, _choose(rng, SIGNS), 0.15)
    parts.append(Part(ball(x, y, 0.9, rng.uniform(0.05, 0.13)), good, 0.1))
  top = [(0, 0, 2.75, 0.03), *ring(2.25, 1.35, 1.35, corners=8)]
  parts.append(Part(ball(0, 0, 2.4, 0.05), cloth))
  parts.append(Part([(0, 0, 0.8, 0.03), (0, 0, 2.4, 0.03)], (0.6, 0.6, 0.6)))
  parts.append(Part(top, cloth, 1.0))
  return parts, 1.5


def car(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A parked car."""
  paint = vary(rng, _choose(rng, SIGNS + METAL), 0.08)
  glass = (0.12, 0.14, 0.16)
  body = box((-2.0, 2.0), (-0.82, 0.82), (0.3, 0.78))
  body += box((-2.1, 2.1), (-0.7, 0.7), (0.4, 0.62))
  cabin = box((-1.5, 0.9), (-0.76, 0.76), (0.75, 0.85))
  cabin += box((-1.1, 0.3), (-0.58, 0.58), (1.4, 1.4))
  roof = box((-1.1, 0.3), (-0.58, 0.58), (1.4, 1.43))
  parts = [Part(body, paint), Part(cabin, glass, 0.6), Part(roof, paint, 0.9)]
  for x in (-1.3, 1.3):
    for y in (-0.8, 0.8):
      wheel = [
        (x + 0.3 * math.cos(a), y, 0.32 + 0.3 * math.sin(a), 0.04)
        for a in np.linspace(0, 2 * math.pi, 8, endpoint=False)
      ]
      parts.append(Part(wheel, (0.06, 0.06, 0.06)))
  return parts, 2.3


def sign(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A board with writing on it."""
  paint = vary(rng, _choose(rng, SIGNS), 0.08)
  low, wide = rng.uniform(0.1, 1.9), rng.uniform(0.3, 0.8)
  high = low + rng.uniform(0.6, 1.4)
  parts = [Part([(0, 0, 0, 0.04), (0, 0, high, 0.04)], (0.4, 0.4, 0.42))]
  board = box((-0.03, 0.03), (-wide, wide), (low, high))
  parts.append(Part(board, paint, 0.05))
  ink = vary(rng, _choose(rng, SIGNS), 0.08)
  for z in np.arange(low + 0.1, high - 0.1, 0.16):
    line = wide * rng.uniform(0.3, 0.9)
    ends = (0.04, 0.04), (-wide * 0.9, line), (float(z), float(z) + 0.08)
    parts.append(Part(box(*ends), ink, 0.1, flat=True))
  return parts, 0.4


def bin_or_box(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A litter bin, a crate or a bag left on the ground."""
  wide, high = rng.uniform(0.15, 0.4), rng.uniform(0.25, 1.0)
  paint = vary(rng, _choose(rng, METAL + CONCRETE + SIGNS), 0.05)
  lid = ring(high, wide * 0.8, wide * 0.8, corners=8)
  sides = ring(0.0, wide, wide, corners=8) + ring(high, wide, wide, corners=8)
  return [Part(sides, paint), Part(lid, dim(paint, 0.4), 0.3)], wide + 0.2


def parasol(rng: np.random.Generator) -> tuple[list[Part], float]:
  """A parasol over a round table."""
  cloth, wide = vary(rng, _choose(rng, SIGNS), 0.06), rng.uniform(1.1, 1.7)
  table = ring(0.72, 0.5, 0.5, corners=12) + ring(0.76, 0.5, 0.5, corners=12)
  top = [(0, 0, 2.7, 0.03), *ring(2.2, wide, wide, corners=8)]
  return [
    Part(table, (0.8, 0.8, 0.78)),
    Part([(0, 0, 0, 0.05), (0, 0, 2.5, 0.03)], (0.75, 0.75, 0.75)),
    Part(top, cloth, 0.8),
  ], 0.9


def _leaves(
  rng: np.random.Generator, green: Colour, wide: float, z: float, clumps: int
) -> list[Part]:
  """Clumps of leaves all over a ball, dark below and within."""
  directions = rng.normal(size=(clumps, 3))
  directions /= np.linalg.norm(directions, axis=1, keepdims=True)
  reach = wide * rng.uniform(0.55, 1.0, clumps) ** 0.5
  centres = directions * reach[:, None] * [1, 1, 0.85]
  radii = wide * rng.uniform(0.03, 0.1, clumps)
  core = Part(ball(0, 0, z, wide * 0.75), dim(green, 0.55), -0.2)
  parts = [core]
  shades = 0.75 + 0.4 * centres[:, 2] / wide + rng.uniform(-0.16, 0.16, clumps)
  colours = np.minimum(shades[:, None] * np.array(green), 1).tolist()
  for (x, y, up), radius, colour in zip(
    centres.tolist(), radii.tolist(), colours, strict=True
  ):
    parts.append(Part(ball(x, y, z + up, radius), tuple(colour), flat=True))
  return parts


def _choose(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
  return colours[int(rng.integers(len(colours)))]


LEAFY = (tree, planter)
METAL: tuple[Colour, ...] = (
  (0.10, 0.10, 0.11),
  (0.55, 0.56, 0.58),
  (0.78, 0.78, 0.78),
  (0.14, 0.24, 0.19),
)
CONCRETE: tuple[Colour, ...] = (
  (0.55, 0.53, 0.50),
  (0.42, 0.30, 0.25),
  (0.30, 0.29, 0.29),
)
SIGNS: tuple[Colour, ...] = (
  (0.78, 0.13, 0.12),
  (0.92, 0.91, 0.88),
  (0.12, 0.27, 0.60),
  (0.93, 0.76, 0.18),
  (0.13, 0.42, 0.26),
  (0.08, 0.08, 0.09),
  (0.88, 0.45, 0.14),
)
