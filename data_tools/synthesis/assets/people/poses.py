"""How people hold themselves. A new pose is one function that returns `Joints`.

All lengths are for a person of 1.70 m, in metres; `Solid.scale` makes them
taller or shorter. x is the way the person faces, y is to their left.
"""

import dataclasses
from collections.abc import Callable

from data_tools.synthesis.engine.draws import Dice, weighted
from data_tools.synthesis.engine.solids import Point

Pose = Callable[[Dice], "Joints"]
Both = tuple[Point, Point]  # left and right
SIDES = (1, -1)  # left, right
HIP = 0.9


@dataclasses.dataclass(frozen=True)
class Joints:
  """Where the limbs bend; pairs are left and right.

  Attributes:
    drop: by how much hips and all above them are lower than when standing.
    knees: two joints.
    ankles: two joints.
    elbows: two joints, as if standing.
    wrists: two joints, as if standing.
    lean: radians by which the trunk leans forward from the hips.
  """

  drop: float
  knees: Both
  ankles: Both
  elbows: Both
  wrists: Both
  lean: float = 0.0


def standing(dice: Dice) -> Joints:
  """Both feet on the ground, one a little ahead."""
  step = dice.gauss(0, 0.05)
  apart = dice.uniform(0.07, 0.15)
  return Joints(
    0.0,
    _pair(lambda side: (side * step * 0.6 + 0.02, side * apart * 0.95, 0.49)),
    _pair(lambda side: (side * step, side * apart, 0.08)),
    *_arms(dice, swing=0.05),
    lean=dice.gauss(0.02, 0.03),
  )


def walking(dice: Dice) -> Joints:
  """In the middle of a step."""
  stride = dice.uniform(0.12, 0.36) * (1 if dice.random() < 0.5 else -1)

  def ankle(side: int) -> Point:
    ahead = side * stride
    return (ahead, side * 0.08, 0.08 + max(0.0, -ahead) * 0.5)

  return Joints(
    abs(stride) * 0.08,
    _pair(lambda side: (side * stride * 0.55 + 0.07, side * 0.085, 0.5)),
    _pair(ankle),
    *_arms(dice, swing=-stride * 0.8),
    lean=dice.uniform(0.0, 0.12),
  )


def sitting(dice: Dice) -> Joints:
  """On a step, a seat or a bench 0.4 m high."""
  apart = dice.uniform(0.09, 0.2)
  reach = dice.uniform(0.3, 0.5)
  return Joints(
    0.47,
    _pair(lambda side: (0.4, side * apart, 0.5)),
    _pair(lambda side: (reach, side * apart, 0.08)),
    *_arms(dice, swing=0.1),
    lean=dice.uniform(-0.1, 0.4),
  )


def on_a_seat(dice: Dice) -> Joints:
  """Sitting where the surroundings have a seat."""
  return sitting(dice)


def squatting(dice: Dice) -> Joints:
  """On one's heels, or on the ground."""
  apart = dice.uniform(0.1, 0.22)
  return Joints(
    0.66,
    _pair(lambda side: (0.34, side * apart, 0.5)),
    _pair(lambda side: (0.16, side * apart, 0.08)),
    *_arms(dice, swing=0.15),
    lean=dice.uniform(0.1, 0.5),
  )


def bending(dice: Dice) -> Joints:
  """Over a bag, a child or goods on a table."""
  upright = standing(dice)
  return dataclasses.replace(upright, lean=dice.uniform(0.5, 1.0))


def cheering(dice: Dice) -> Joints:
  """Standing with one arm or both up, a phone or a flag in the hand."""
  upright = standing(dice)
  both = dice.random() < 0.5
  reach = dice.uniform(1.6, 1.95)
  wide = dice.uniform(0.16, 0.36)
  elbows, wrists = list(upright.elbows), list(upright.wrists)
  for i, side in enumerate(SIDES[: 2 if both else 1]):
    elbows[i] = (0.12, side * (wide * 0.5 + 0.18), 1.5)
    wrists[i] = (0.16, side * wide, reach)
  return dataclasses.replace(
    upright, elbows=(elbows[0], elbows[1]), wrists=(wrists[0], wrists[1])
  )


def _arms(dice: Dice, swing: float) -> tuple[Both, Both]:
  """Draws what each arm does."""
  kind = weighted(dice, _ARMS)
  left = kind(dice, 1, swing)
  if kind is not _folded:
    kind = weighted(dice, _ARMS[:-1])
  right = kind(dice, -1, swing)
  return (left[0], right[0]), (left[1], right[1])


def _hanging(dice: Dice, side: int, swing: float) -> tuple[Point, Point]:
  ahead = side * swing + dice.gauss(0, 0.03)
  out = dice.uniform(0.0, 0.07)
  return (
    (ahead * 0.5 - 0.03, side * (0.235 + out), 1.12),
    (ahead + 0.05, side * (0.24 + out), 0.88),
  )


def _holding(dice: Dice, side: int, swing: float) -> tuple[Point, Point]:
  """Something in front of the chest: a phone, a cup, a hand."""
  inward = side * dice.uniform(0.02, 0.14)
  return (0.03, side * 0.25, 1.11), (0.27, inward, dice.uniform(1.1, 1.32))


def _on_hip(dice: Dice, side: int, swing: float) -> tuple[Point, Point]:
  return (-0.06, side * 0.36, 1.13), (0.05, side * 0.2, 0.98)


def _at_head(dice: Dice, side: int, swing: float) -> tuple[Point, Point]:
  """A phone at the ear, a hand over the eyes or in the hair."""
  high = dice.uniform(1.5, 1.7)
  return (0.16, side * 0.26, 1.36), (0.1, side * 0.14, high)


def _folded(dice: Dice, side: int, swing: float) -> tuple[Point, Point]:
  return (0.06, side * 0.26, 1.14), (0.17, -side * 0.08, 1.18)


_Arm = Callable[[Dice, int, float], tuple[Point, Point]]
_ARMS: tuple[tuple[_Arm, float], ...] = (
  (_hanging, 0.52),
  (_holding, 0.34),
  (_on_hip, 0.04),
  (_at_head, 0.05),
  (_folded, 0.05),
)


def _pair(joint: Callable[[int], Point]) -> Both:
  return joint(1), joint(-1)
