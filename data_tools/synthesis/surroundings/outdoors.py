"""Streets, squares and parks."""

import dataclasses
import math

import numpy as np

from data_tools.synthesis.assets.props import (
  market,
  motorcycles,
  plants,
  shows,
  street,
  vehicles,
  walls,
)
from data_tools.synthesis.assets.props.thing import Prop, Thing, stand
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.solids import Part, Solid
from data_tools.synthesis.surroundings.base import Surroundings
from data_tools.synthesis.surroundings.facade import row_of_houses, skyline
from data_tools.synthesis.surroundings.room import apart, on_open_ground

_ALONG_STREETS: tuple[Prop, ...] = (
  plants.tree,
  plants.tree,
  plants.hedge,
  plants.bed,
  plants.planter,
  street.bicycles,
  motorcycles.motorcycles,
  motorcycles.motorcycles,
  vehicles.car,
  market.stall,
  market.crates,
  street.lamp,
  walls.balustrade,
)


def between_houses(dice: Dice) -> Surroundings:
  """A street: fronts along both sides, and at times at the end."""
  left, right = -dice.uniform(3.5, 13), dice.uniform(3.5, 13)
  end = dice.uniform(25, 120)
  parts = skyline(dice, end + dice.uniform(20, 60))
  parts += row_of_houses(dice, (left, 0.0), (left, end))
  parts += row_of_houses(dice, (right, end), (right, 0.0))
  if dice.random() < 0.7:
    parts += row_of_houses(dice, (left, end), (right, end))
  things = apart(
    _row_along(dice, left, 1, end) + _row_along(dice, right, -1, end)
  )

  def open_ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x > left + 0.5) & (x < right - 0.5) & (y < end - 1)

  return Surroundings(_backdrop(parts), open_ground, tuple(things))


def before_houses(dice: Dice) -> Surroundings:
  """A wide pavement or a small square with fronts across it."""
  distance, slope = dice.uniform(12, 40), dice.uniform(-0.35, 0.35)
  wide = distance * 1.4 + 10
  ends = (
    (-wide, distance - slope * wide),
    (wide, distance + slope * wide),
  )
  behind = distance + dice.uniform(15, 40)
  parts = skyline(dice, behind)
  parts += row_of_houses(dice, *ends, shops=0.9)
  things = []
  if dice.random() < 0.7:
    prop = choose(dice, _ALONG_STREETS)
    gap = dice.uniform(3, 8)
    for i in sorted(range(-6, 7), key=abs):  # long rows: the middle's first
      x, thing = i * gap, prop(dice)
      in_row = thing.heading == "street"
      deep = _depth(prop, thing) if in_row else math.hypot(*thing.reach)
      room = dice.uniform(0.4, 0.8) + deep
      y = distance + slope * x - room * math.hypot(1, slope)
      solid = stand(dice, thing, (x, y, 0.0))
      if in_row:
        heading = math.atan(slope) - math.pi / 2 * (prop is not vehicles.car)
        solid = dataclasses.replace(solid, heading=heading)
      if y > 4:
        things.append(solid)

  def open_ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return y < distance + slope * x - 1

  return Surroundings(_backdrop(parts), open_ground, tuple(apart(things)))


def open_place(dice: Dice) -> Surroundings:
  """An open place with houses or trees far off."""
  distance = dice.uniform(40, 110)
  parts = skyline(dice, distance + dice.uniform(20, 60))
  x = -distance * 1.3
  while x < distance * 1.3:
    length = dice.uniform(15, 45)
    y = distance + dice.uniform(0, 8)
    if dice.random() < 0.8:
      parts += row_of_houses(dice, (x, y), (x + length, y), shops=0.5)
    x += length + (dice.uniform(4, 14) if dice.random() < 0.3 else 0)
  things = []
  if dice.random() < 0.6:
    things = _line_of_trees(dice, distance - dice.uniform(3, 15))

  def open_ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return y < distance - 2

  return Surroundings(_backdrop(parts), open_ground, tuple(things))


def park(dice: Dice) -> Surroundings:
  """Rows of trees, hedges and beds, and people between them."""
  distance = dice.uniform(25, 80)
  things = _line_of_trees(dice, distance) + _line_of_trees(dice, distance - 4)
  for _ in range(dice.randint(1, 4)):
    y = dice.uniform(8, distance - 4)
    prop = choose(dice, (plants.hedge, plants.bed, plants.bush, walls.wall))
    gap = dice.uniform(4, 9)
    start = dice.uniform(-10, 10)
    for i in range(dice.randint(1, 5)):
      x = start + i * gap
      things.append(stand(dice, prop(dice), (x, y, 0.0)))

  def open_ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return y < distance - 1

  return Surroundings(
    _backdrop(skyline(dice, distance + dice.uniform(5, 40))),
    open_ground,
    tuple(apart(things)),
  )


def before_a_stage(dice: Dice) -> Surroundings:
  """A stage with a screen, lights and loudspeakers, which all look at."""
  stage = shows.stage(dice)
  while True:
    around = choose(dice, (open_place, park, between_houses))(dice)
    x, y = dice.uniform(-6, 6), dice.uniform(18, 45)
    solid = Solid(stage.parts, (x, y, 0.0), -math.pi / 2, stage.reach)
    if on_open_ground(solid.discs(), around.open_ground):
      break
  clear = y - stage.reach[0] - 1

  def open_ground(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return around.open_ground(a, b) & ((b < clear) | (np.abs(a - x) > 12))

  things = apart([solid, *around.things])
  return Surroundings(around.backdrop, open_ground, tuple(things), focus=(x, y))


def _row_along(dice: Dice, front: float, side: int, end: float) -> list[Solid]:
  """Trees, hedges, bicycles, … in a row along a front.

  Args:
    dice: of the picture.
    front: x of the houses.
    side: 1 where the street lies to their right, -1 to their left.
    end: y where the houses end.
  """
  if dice.random() < 0.45:
    return []
  prop, gap = choose(dice, _ALONG_STREETS), dice.uniform(3.5, 10)
  y, things = dice.uniform(3, 8), []
  while y < min(end, 60):
    thing = prop(dice)
    # A car is parked along the street; all else turns its back to the front.
    along, in_row = prop is vehicles.car, thing.heading == "street"
    long = max(thing.reach)
    room = _depth(prop, thing) if in_row else long
    x = front + side * (0.2 + max(0.7, room))
    if in_row:
      y += long
    solid = stand(dice, thing, (x, y, 0.0))
    if in_row:
      back = 0.0 if side > 0 else math.pi
      heading = math.pi / 2 if along else back
      solid = dataclasses.replace(solid, heading=heading)
    if y + long < end:
      things.append(solid)
    y += gap + long * in_row
  return apart(things)


def _depth(prop: Prop, thing: Thing) -> float:
  """Returns half of what a thing takes of the street, from the front on."""
  return thing.reach[1 if prop is vehicles.car else 0]


def _line_of_trees(dice: Dice, y: float) -> list[Solid]:
  gap, things = dice.uniform(2.5, 7), []
  x = -y * 0.9
  while x < y * 0.9:
    spot = (x, y + dice.gauss(0, 0.8), 0.0)
    things.append(stand(dice, plants.tree(dice), spot))
    x += gap * dice.uniform(0.8, 1.3)
  return things


def _backdrop(parts: list[Part]) -> Solid:
  return Solid(parts, (0.0, 0.0, 0.0))
