"""What stands around a crowd: a new kind is one function.

Each takes a generator and returns `Surroundings`: flat pieces that are drawn
before everything else, and where people may stand.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from data_tools.synthesis.props import CONCRETE, SIGNS
from data_tools.synthesis.solids import Colour, Part, Solid, Sphere, dim, vary

BAY = 3.0  # metres: breadth and height of a piece of facade


@dataclasses.dataclass(frozen=True)
class Surroundings:
  """The fixed frame of a scene.

  Attributes:
    backdrop: buildings and the like; nobody stands behind them.
    open_ground: tells for x, y [n] in metres whether people may stand there.
  """

  backdrop: Solid
  open_ground: Callable[[np.ndarray, np.ndarray], np.ndarray]


def street_walls(rng: np.random.Generator) -> Surroundings:
  """Facades along both sides, and at times at the end."""
  left, right = -rng.uniform(3.5, 11), rng.uniform(3.5, 11)
  end = rng.uniform(40, 130)
  parts = []
  for x, way in ((left, 1), (right, -1)):
    y = 0.0
    while y < end:
      length = BAY * int(rng.integers(3, 8))
      floors = int(rng.integers(2, 6))
      parts += facade(rng, (x, y), (0.0, 1.0), (way, 0.0), length, floors)
      y += length
  if rng.random() < 0.5:
    breadth = right - left
    parts += facade(rng, (left, end), (1.0, 0.0), (0.0, -1.0), breadth, 4)

  def open_ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x > left + 0.5) & (x < right - 0.5) & (y < end - 1)

  return Surroundings(Solid(parts, (0.0, 0.0, 0.0)), open_ground)


def far_buildings(rng: np.random.Generator) -> Surroundings:
  """An open place with a row of buildings far off."""
  distance = rng.uniform(45, 110)
  parts, x = [], -distance * 1.3
  while x < distance * 1.3:
    length = BAY * int(rng.integers(4, 12))
    floors = int(rng.integers(2, 8))
    y = distance + rng.uniform(0, 8)
    parts += facade(rng, (x, y), (1.0, 0.0), (0.0, -1.0), length, floors)
    x += length + (rng.uniform(4, 14) if rng.random() < 0.3 else 0)

  def open_ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return y < distance - 2

  return Surroundings(Solid(parts, (0.0, 0.0, 0.0)), open_ground)


def facade(
  rng: np.random.Generator,
  start: tuple[float, float],
  along: tuple[float, float],
  outward: tuple[float, float],
  length: float,
  floors: int,
) -> list[Part]:
  """A wall with shops below and windows above.

  Args:
    rng: of the picture.
    start: x, y of one end in metres.
    along: unit vector to the other end.
    outward: unit vector away from the wall.
    length: in metres.
    floors: how many, the ground floor counted.
  """
  wall = vary(rng, WALLS[int(rng.integers(len(WALLS)))], 0.06)
  glass = vary(rng, (0.20, 0.22, 0.24), 0.03)
  inset = rng.uniform(0.4, 0.9)

  def quad(
    a: float, b: float, low: float, high: float, out: float
  ) -> list[Sphere]:
    dx, dy = out * outward[0], out * outward[1]
    return [
      (start[0] + along[0] * s + dx, start[1] + along[1] * s + dy, z, 0.0)
      for s in (a, b)
      for z in (low, high)
    ]

  parts = []
  for bay in range(max(1, round(length / BAY))):
    a, b = bay * BAY, min((bay + 1) * BAY, length)
    for floor in range(floors):
      low, high = floor * BAY, (floor + 1) * BAY
      spot = quad(a, b, low, high, 0)
      parts.append(Part(spot, wall, flat=True))
      if floor:
        shade = dim(glass, rng.uniform(0.6, 1.5))
        window = quad(a + inset, b - inset, low + 0.7, high - 0.4, 0.05)
      else:
        shop = SIGNS[int(rng.integers(len(SIGNS)))]
        shade = dim(glass, rng.uniform(0.6, 2.6))
        window = quad(a + 0.25, b - 0.25, 0.15, 2.2, 0.05)
        board = quad(a + 0.1, b - 0.1, 2.35, 2.9, 0.1)
        parts.append(Part(board, vary(rng, shop, 0.1), 0.4, flat=True))
      parts.append(Part(window, shade, 0.3, flat=True))
  return parts


WALLS: tuple[Colour, ...] = (
  (0.62, 0.58, 0.52),
  (0.72, 0.70, 0.66),
  (0.50, 0.36, 0.30),
  (0.45, 0.45, 0.47),
  *CONCRETE,
)
