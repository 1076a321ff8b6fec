"""How a crowd forms. A new formation is one function that yields places."""

import math
from collections.abc import Callable, Iterator

from data_tools.synthesis.assets.people import poses
from data_tools.synthesis.assets.people.poses import Pose
from data_tools.synthesis.crowd.floor import Floor, Place
from data_tools.synthesis.engine.draws import Dice, weighted

Formation = Callable[[Dice, Floor, int, "Manner"], Iterator[Place]]


class Manner:
  """How people of one picture behave."""

  def __init__(self, dice: Dice, moving: float, sitting: float, grouped: float):
    """Takes shares.

    Args:
      dice: of the picture.
      moving: of people who walk.
      sitting: of those who do not walk that sit or squat.
      grouped: of people who came with others.
    """
    self._dice = dice
    self.moving, self.sitting, self.grouped = moving, sitting, grouped

  def pose(self, moving: bool) -> Pose:
    """Draws a pose."""
    if moving:
      return poses.walking
    if self._dice.random() < self.sitting:
      return poses.squatting if self._dice.random() < 0.25 else poses.sitting
    return weighted(self._dice, _STANDING)


def gathering(
  dice: Dice, floor: Floor, wanted: int, manner: Manner
) -> Iterator[Place]:
  """People alone and in groups, denser here and thinner there."""
  flow, together = dice.uniform(0, 2 * math.pi), dice.random() < 0.4
  placed = 0
  for x, y in floor.spots(15 * wanted + 300):
    if placed >= wanted:
      return
    mates = 1
    if dice.random() < manner.grouped * 0.6:
      mates = 2 + dice.randrange(3)
    moving = dice.random() < manner.moving
    heading = flow + (math.pi if dice.random() < 0.5 and not together else 0)
    if not moving and not together:
      heading = dice.uniform(0, 2 * math.pi)
    for _ in range(min(mates, wanted - placed)):
      if not floor.take(x, y):
        break
      own = heading + dice.gauss(0, 0.35)
      yield Place(x, y, own, manner.pose(moving))
      placed += 1
      angle = dice.uniform(0, 2 * math.pi)
      near = max(floor.gap, 0.5) * dice.uniform(1.02, 1.3)
      x, y = x + near * math.cos(angle), y + near * math.sin(angle)


def streams(
  dice: Dice, floor: Floor, wanted: int, manner: Manner
) -> Iterator[Place]:
  """Two streams past each other, each keeping to its lanes."""
  along = math.pi / 2 + dice.gauss(0, 0.35)
  across = along - math.pi / 2
  lane = dice.uniform(1.5, 5)
  placed = 0
  for x, y in floor.spots(15 * wanted + 300):
    if placed >= wanted:
      return
    side = x * math.cos(across) + y * math.sin(across)
    if side % (2 * lane) > lane * dice.uniform(1.6, 2.0):
      continue
    if not floor.take(x, y):
      continue
    turn = 0.0 if side % (2 * lane) < lane else math.pi
    moving = dice.random() < 0.9
    own = along + turn + dice.gauss(0, 0.2)
    yield Place(x, y, own, manner.pose(moving))
    placed += 1


def queue(
  dice: Dice, floor: Floor, wanted: int, manner: Manner
) -> Iterator[Place]:
  """People one behind another, along a line that bends."""
  spots = floor.spots(40)
  placed = 0
  while spots and placed < wanted:
    x, y = spots.pop()
    heading = dice.uniform(0, 2 * math.pi)
    for _ in range(dice.randint(5, 40)):
      step = dice.uniform(0.5, 0.9)
      if placed >= wanted or not floor.sees(x, y):
        break
      sideways = dice.gauss(0, 0.08)
      if floor.take(x + sideways, y):
        own = heading + math.pi + dice.gauss(0, 0.3)
        yield Place(x + sideways, y, own, manner.pose(False))
        placed += 1
      heading += dice.gauss(0, 0.08)
      x, y = x + step * math.cos(heading), y + step * math.sin(heading)


def audience(
  dice: Dice, floor: Floor, wanted: int, manner: Manner
) -> Iterator[Place]:
  """All face one point, the more packed the nearer to it."""
  focus = floor.surroundings.focus
  if focus is None:
    far = dice.uniform(5, 60)
    focus = (
      dice.uniform(-0.7, 0.7) * far,
      far if dice.random() < 0.7 else -5.0,
    )
  eager = dice.uniform(0.0, 0.4)
  placed = 0
  reach = dice.uniform(10, 60)
  for x, y in floor.spots(15 * wanted + 300):
    if placed >= wanted:
      return
    away = math.dist((x, y), focus)
    if dice.random() > math.exp(-away / reach) + 0.1 or not floor.take(x, y):
      continue
    heading = math.atan2(focus[1] - y, focus[0] - x) + dice.gauss(0, 0.25)
    pose = poses.cheering if dice.random() < eager else manner.pose(False)
    yield Place(x, y, heading, pose)
    placed += 1


def circles(
  dice: Dice, floor: Floor, wanted: int, manner: Manner
) -> Iterator[Place]:
  """Rings of onlookers about something, and clusters that talk."""
  placed = 0
  for x, y in floor.spots(60):
    if placed >= wanted:
      return
    radius = dice.uniform(0.5, 3.5)
    for ring in range(1 if radius < 1 else dice.randint(1, 4)):
      out = radius + ring * max(floor.gap, 0.5)
      for i in range(int(2 * math.pi * out / max(floor.gap, 0.5))):
        angle = i * max(floor.gap, 0.5) / out + dice.gauss(0, 0.05)
        a, b = x + out * math.cos(angle), y + out * math.sin(angle)
        if placed >= wanted or dice.random() < 0.2 or not floor.sees(a, b):
          continue
        if floor.take(a, b):
          own = angle + math.pi + dice.gauss(0, 0.3)
          yield Place(a, b, own, manner.pose(False))
          placed += 1


def ranks(
  dice: Dice, floor: Floor, wanted: int, manner: Manner
) -> Iterator[Place]:
  """Rows and columns: a parade, a class, a choir, a start line."""
  spots = floor.spots(20)
  heading = dice.uniform(0, 2 * math.pi)
  cosine, sine = math.cos(heading), math.sin(heading)
  placed = 0
  pose = manner.pose(dice.random() < 0.5)
  for x, y in spots:
    deep, wide = dice.uniform(0.6, 1.3), dice.uniform(0.5, 1.0)
    rows, columns = dice.randint(2, 12), dice.randint(3, 16)
    for i in range(rows):
      for j in range(columns):
        a = x + i * deep * cosine - j * wide * sine + dice.gauss(0, 0.04)
        b = y + i * deep * sine + j * wide * cosine + dice.gauss(0, 0.04)
        if placed >= wanted:
          return
        if floor.sees(a, b) and floor.take(a, b):
          yield Place(a, b, heading + dice.gauss(0, 0.1), pose)
          placed += 1


def seated(
  dice: Dice, floor: Floor, wanted: int, manner: Manner
) -> Iterator[Place]:
  """Spectators on the seats of a stand, in blocks more or less full."""
  seats = floor.seats()
  up = dice.choice((0.0, 0.1, 0.5, 0.95))
  slope, phase = dice.uniform(0.05, 0.4), dice.uniform(0, 6.3)
  taken = [math.sin(seat[0] * slope + phase) + dice.random() for seat in seats]
  order = sorted(range(len(seats)), key=taken.__getitem__, reverse=True)
  for number in order[:wanted]:
    x, y, z = seats[number]
    standing = dice.random() < up
    pose = poses.on_a_seat
    if standing:
      pose = poses.cheering if dice.random() < 0.3 else poses.standing
    heading = -math.pi / 2 + dice.gauss(0, 0.2)
    yield Place(x + dice.gauss(0, 0.04), y, heading, pose, z)


_STANDING: tuple[tuple[Pose, float], ...] = (
  (poses.standing, 0.93),
  (poses.bending, 0.03),
  (poses.cheering, 0.04),
)
