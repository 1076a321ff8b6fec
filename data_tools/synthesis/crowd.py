"""Where people stand, in what company, and which way they face."""

import dataclasses
import math

import numpy as np

from data_tools.synthesis.camera import Camera
from data_tools.synthesis.surroundings import Surroundings

NEAREST_HEAD = 0.085  # of the picture's width: nobody is nearer


@dataclasses.dataclass(frozen=True)
class CrowdRange:
  """From what crowds a preset draws.

  Attributes:
    people: fewest and most people in a picture, drawn evenly in the logarithm.
    empty_share: share of pictures without anybody.
    spacing: smallest and largest distance people keep, in metres.
    grouped: share of people who came with others.
    moving: least and greatest share of people who walk.
    farthest: metres beyond which nobody stands.
    least_head: pixels; heads of a smaller diameter are too far to be drawn.
    sitting: share of those who do not walk that sit.
  """

  people: tuple[int, int]
  empty_share: float
  spacing: tuple[float, float]
  grouped: float
  moving: tuple[float, float]
  farthest: float
  least_head: float = 3.0
  sitting: float = 0.0


@dataclasses.dataclass(frozen=True)
class Place:
  """Where one person stands: metres, radians."""

  x: float
  y: float
  heading: float
  moving: bool
  seated: bool


class Spacing:
  """Keeps people apart, with a grid so that each asks only its neighbours."""

  def __init__(self, cell: float):
    self._cell = cell
    self._taken: dict[tuple[int, int], list[tuple[float, float, float]]] = {}

  def add(self, x: float, y: float, radius: float) -> None:
    """Takes a disc of ground."""
    reach = math.ceil(radius / self._cell) if radius > self._cell else 0
    column, row = self._key(x, y)
    for i in range(column - reach, column + reach + 1):
      for j in range(row - reach, row + reach + 1):
        self._taken.setdefault((i, j), []).append((x, y, radius))

  def is_free(self, x: float, y: float, radius: float) -> bool:
    """Tells whether no disc comes nearer than half of both radii's sum."""
    column, row = self._key(x, y)
    for i in (column - 1, column, column + 1):
      for j in (row - 1, row, row + 1):
        for a, b, other in self._taken.get((i, j), ()):
          if (x - a) ** 2 + (y - b) ** 2 < (radius / 2 + other) ** 2:
            return False
    return True

  def _key(self, x: float, y: float) -> tuple[int, int]:
    return math.floor(x / self._cell), math.floor(y / self._cell)


def place_crowd(
  rng: np.random.Generator,
  camera: Camera,
  surroundings: Surroundings,
  obstacles: list[tuple[float, float, float]],
  choice: CrowdRange,
  max_people: int | None = None,
) -> list[Place]:
  """Draws a crowd.

  Args:
    rng: of the picture.
    camera: people stand where it sees their heads.
    surroundings: tells where people may stand.
    obstacles: x, y and radius of what stands in the way, in metres.
    choice: of the preset.
    max_people: no more than so many.

  Returns:
    As many places as were drawn, or as many as there was room for.
  """
  if rng.random() < choice.empty_share:
    return []
  fewest, most = np.log(choice.people)
  wanted = round(math.exp(rng.uniform(fewest, most)))
  if max_people is not None:
    wanted = min(wanted, max_people)
  gap = rng.uniform(*choice.spacing)
  spacing = Spacing(max(gap, 0.6))
  for x, y, radius in obstacles:
    spacing.add(x, y, radius)
  spots = _candidates(rng, camera, surroundings, choice, 15 * wanted + 300)
  moving_share = rng.uniform(*choice.moving)
  flow = rng.uniform(0, 2 * math.pi)
  together = rng.random() < 0.4
  places: list[Place] = []
  for x, y in spots:
    if len(places) >= wanted:
      break
    mates = 1
    if rng.random() < choice.grouped * 0.6:
      mates = 2 + int(rng.integers(0, 3))
    moving = rng.random() < moving_share
    away = rng.random() < 0.5
    heading = flow + (math.pi if away and not together else 0)
    if not moving and not together:
      heading = rng.uniform(0, 2 * math.pi)
    for _ in range(min(mates, wanted - len(places))):
      here = np.array([x]), np.array([y])
      if not (spacing.is_free(x, y, gap) and surroundings.open_ground(*here)):
        break
      spacing.add(x, y, gap / 2)
      own = heading + rng.normal(0, 0.35)
      seated = not moving and rng.random() < choice.sitting
      places.append(Place(x, y, own, moving, seated))
      angle = rng.uniform(0, 2 * math.pi)
      near = max(gap, 0.5) * rng.uniform(1.02, 1.3)
      x, y = x + near * math.cos(angle), y + near * math.sin(angle)
  return places


def seen_spots(
  camera: Camera, x: np.ndarray, y: np.ndarray, height: float = 1.55
) -> np.ndarray:
  """Tells whether a point over the ground lies in the picture.

  Args:
    camera: the camera.
    x: in metres, [n].
    y: in metres, [n].
    height: of the point over the ground, in metres.
  """
  points = np.stack([x, y, np.full_like(x, height)], axis=1)
  pixels, depth = camera.project(points)
  nearest = camera.focal * 0.22 / (NEAREST_HEAD * camera.width)
  size = np.array([camera.width, camera.rows])
  inside = ((pixels >= 0) & (pixels < size)).all(axis=1)
  return inside & (depth > nearest)


def _candidates(
  rng: np.random.Generator,
  camera: Camera,
  surroundings: Surroundings,
  choice: CrowdRange,
  count: int,
) -> list[tuple[float, float]]:
  """Returns spots in random order, more of them where a crowd gathers."""
  far = min(choice.farthest, camera.focal * 0.22 / choice.least_head)
  wide = far * 1.2
  x = rng.uniform(-wide, wide, 6 * count)
  y = rng.uniform(0.3, far, 6 * count)
  # Uneven density: waves over the ground, of a strength that differs.
  waves = sum(
    np.sin(x * math.cos(a) * k + y * math.sin(a) * k + phase)
    for a, k, phase in zip(
      rng.uniform(0, 6.3, 3),
      rng.uniform(0.08, 0.5, 3),
      rng.uniform(0, 6.3, 3),
      strict=True,
    )
  )
  kept = rng.random(len(x)) < np.exp(rng.uniform(0, 1.3) * (waves - 2.0))
  # The crowd thins out towards its end rather than stopping at a line.
  ends = far * rng.uniform(0.6, 1.0) * rng.uniform(0.7, 1.0, len(x))
  kept &= np.hypot(x, y) < ends
  kept &= surroundings.open_ground(x, y) & seen_spots(camera, x, y)
  return list(zip(x[kept].tolist(), y[kept].tolist(), strict=True))[:count]
