"""The ground that people stand on: room, sight, and how near they come."""

import dataclasses
import itertools
import math

import numpy as np

from data_tools.synthesis.assets.people.poses import Pose
from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.surroundings.base import Seat, Surroundings

NEAREST_HEAD = 0.085  # of the picture's width: nobody is nearer
HEAD_HEIGHT = 0.22  # metres
LEAST_HEAD = 2.5  # pixels: nobody is so far off that a head is smaller
_SITTING_HEAD = 1.1  # metres over the foot of a seat


@dataclasses.dataclass(frozen=True)
class Place:
  """Where one person stands: metres, radians."""

  x: float
  y: float
  heading: float
  pose: Pose
  z: float = 0.0


class Spacing:
  """Keeps people apart, with a grid so that each asks only its neighbours."""

  def __init__(self, cell: float):
    self._cell = cell
    self._taken: dict[tuple[int, int], list[tuple[float, float, float]]] = {}

  def add(self, x: float, y: float, radius: float) -> None:
    """Takes a disc of ground."""
    # Who asks looks one cell around, and half of that is their own distance.
    reach = max(0, math.ceil(radius / self._cell - 0.5))
    column, row = self._key(x, y)
    for i in range(column - reach, column + reach + 1):
      for j in range(row - reach, row + reach + 1):
        self._taken.setdefault((i, j), []).append((x, y, radius))

  def is_free(self, x: float, y: float, gap: float) -> bool:
    """Tells whether all discs stay clear of a disc of diameter `gap`."""
    column, row = self._key(x, y)
    for i in (column - 1, column, column + 1):
      for j in (row - 1, row, row + 1):
        for a, b, other in self._taken.get((i, j), ()):
          if (x - a) ** 2 + (y - b) ** 2 < (gap / 2 + other) ** 2:
            return False
    return True

  def _key(self, x: float, y: float) -> tuple[int, int]:
    return math.floor(x / self._cell), math.floor(y / self._cell)


class Floor:
  """Where there is room for people of whom the camera sees the heads."""

  def __init__(
    self,
    rng: np.random.Generator,
    camera: Camera,
    surroundings: Surroundings,
    obstacles: list[tuple[float, float, float]],
    gap: float,
    far: float,
    fades: bool = True,
  ):
    """Starts from an empty place.

    Args:
      rng: of the picture.
      camera: people stand where it sees their heads.
      surroundings: tells where people may stand.
      obstacles: x, y and radius of what stands in the way, in metres.
      gap: distance that people keep, in metres.
      far: metres beyond which nobody stands.
      fades: whether the crowd thins out towards there.
    """
    self.surroundings, self.gap, self.far = surroundings, gap, far
    self.patch: tuple[float, float, float] | None = None
    self._rng, self._camera, self._fades = rng, camera, fades
    self._spacing = Spacing(max(gap, 0.6))
    for x, y, radius in obstacles:
      self._spacing.add(x, y, radius)

  def gather_at(
    self, dice: Dice, radius: float, end: float | None = None
  ) -> None:
    """Draws one place for all to gather at: x, y and radius in metres.

    Args:
      dice: of the picture.
      radius: metres.
      end: metres at which the picture ends, beyond which the crowd goes on.
    """
    far = min(self.far, self._camera.height * 2 + dice.random() ** 2 * self.far)
    side = math.radians(self._camera.yaw) + dice.uniform(-0.3, 0.3)
    away = far * dice.uniform(0.5, 1.0)
    middle = max(away, radius * dice.uniform(0.6, 1.2))
    if end is not None:  # as many are in the picture: half of it is not
      middle, radius = end * dice.uniform(0.7, 1.0), radius * math.sqrt(2)
    self.patch = (middle * math.sin(side), middle * math.cos(side), radius)

  def take(self, x: float, y: float) -> bool:
    """Takes a place for one person, if it is free."""
    here = np.array([x]), np.array([y])
    if math.hypot(x, y, self._camera.height) > sight(self._camera):
      return False  # companions of who stands just near enough
    if not self._spacing.is_free(x, y, self.gap):
      return False
    if not self.surroundings.open_ground(*here)[0]:
      return False
    self._spacing.add(x, y, self.gap / 2)
    return True

  def sees(self, x: float, y: float) -> bool:
    """Tells whether the camera has a head at this place in the picture."""
    here = np.array([x]), np.array([y])
    return bool(seen_spots(self._camera, *here)[0])

  def seats(self) -> list[Seat]:
    """Returns the seats in sight."""
    return seats_in_sight(self._camera, self.surroundings)

  def spots(self, count: int) -> list[tuple[float, float]]:
    """Draws places in sight, more of them where a crowd gathers.

    Args:
      count: at most so many; they may not be free.
    """
    rng, far = self._rng, self.far
    if self.patch:
      middle_x, middle_y, radius = self.patch
      out = radius * np.sqrt(rng.random(2 * count))
      angles = rng.uniform(0, 2 * math.pi, 2 * count)
      return self._in_sight(
        middle_x + out * np.cos(angles), middle_y + out * np.sin(angles)
      )
    wide = far * 1.2
    x = rng.uniform(-wide, wide, 6 * count)
    y = rng.uniform(0.3, far, 6 * count)
    # Uneven density: waves over the ground, of a strength that differs.
    waves = np.zeros_like(x)
    for angle, length, phase in zip(
      rng.uniform(0, 6.3, 3),
      rng.uniform(0.08, 0.5, 3),
      rng.uniform(0, 6.3, 3),
      strict=True,
    ):
      along = x * math.cos(angle) + y * math.sin(angle)
      waves += np.sin(along * length + phase)
    kept = rng.random(len(x)) < np.exp(rng.uniform(0, 1.3) * (waves - 2.0))
    if self._fades:
      # The crowd thins out towards its end rather than stopping at a line.
      ends = far * rng.uniform(0.6, 1.0) * rng.uniform(0.7, 1.0, len(x))
      kept &= np.hypot(x, y) < ends
    return self._in_sight(x[kept], y[kept])[:count]

  def _in_sight(
    self, x: np.ndarray, y: np.ndarray
  ) -> list[tuple[float, float]]:
    kept = self.surroundings.open_ground(x, y) & seen_spots(self._camera, x, y)
    return list(zip(x[kept].tolist(), y[kept].tolist(), strict=True))


def seats_in_sight(camera: Camera, surroundings: Surroundings) -> list[Seat]:
  """Returns the seats of which the camera has a sitter's head in the picture.

  Args:
    camera: the camera.
    surroundings: with seats or without.
  """
  if not surroundings.seats:
    return []
  x, y, z = np.array(surroundings.seats).T
  seen = seen_spots(camera, x, y, z + _SITTING_HEAD)
  return list(itertools.compress(surroundings.seats, seen))


def seen_spots(
  camera: Camera,
  x: np.ndarray,
  y: np.ndarray,
  height: float | np.ndarray = 1.55,
) -> np.ndarray:
  """Tells whether a head over the ground lies in the picture, near enough.

  Args:
    camera: the camera.
    x: in metres, [n].
    y: in metres, [n].
    height: of the points over the ground, in metres.
  """
  points = np.stack([x, y, np.broadcast_to(height, x.shape)], axis=1)
  pixels, depth = camera.project(points)
  nearest = camera.focal * HEAD_HEIGHT / (NEAREST_HEAD * camera.width)
  size = np.array([camera.width, camera.rows])
  inside = ((pixels >= 0) & (pixels < size)).all(axis=1)
  return inside & (depth > nearest) & (depth < sight(camera))


def sight(camera: Camera) -> float:
  """Returns the metres at which a head has shrunk to `LEAST_HEAD`."""
  return camera.focal * HEAD_HEIGHT / LEAST_HEAD
