"""A picture's crowd: how many, and in what formations."""

import dataclasses
import math

import numpy as np

from data_tools.synthesis.crowd.floor import (
  HEAD_HEIGHT,
  LEAST_HEAD,
  Floor,
  Place,
  seats_in_sight,
)
from data_tools.synthesis.crowd.formations import Formation, Manner, gathering
from data_tools.synthesis.crowd.overrun import top_reach
from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.draws import (
  Dice,
  Pair,
  between,
  chance,
  weighted,
)
from data_tools.synthesis.surroundings.base import Surroundings

_REFERENCE_WIDTH = 1024  # pixels


@dataclasses.dataclass(frozen=True)
class CrowdRange:
  """From what crowds a preset draws; pairs are (least, most).

  Attributes:
    people: in a picture, drawn evenly in the logarithm.
    empty_share: share of pictures without anybody.
    few_share: share of pictures with a handful of people at most.
    spacing: distance people keep, in metres.
    grouped: share of people who came with others.
    moving: share of people who walk.
    farthest: metres beyond which nobody stands.
    formations: with their weights.
    packed: share of crowds that stand in one place rather than anywhere.
    density: people per square metre where they do.
    least_head: pixels in a picture of full width; people whose heads are
      smaller are too far off.
    sitting: share of those who do not walk that sit.
    overruns: share of crowds that go on beyond the top of the picture.
    apart: whether only those stay whose heads are in sight; see `render`.
  """

  people: tuple[int, int]
  empty_share: float
  spacing: Pair
  grouped: float
  moving: Pair
  farthest: float
  formations: tuple[tuple[Formation, float], ...] = ((gathering, 1.0),)
  few_share: float = 0.0
  packed: float = 0.2
  density: Pair = (0.6, 3.0)
  least_head: Pair = (3.0, 5.0)
  sitting: float = 0.0
  overruns: float = 0.0
  apart: bool = False


def place_crowd(
  rng: np.random.Generator,
  dice: Dice,
  camera: Camera,
  surroundings: Surroundings,
  obstacles: list[tuple[float, float, float]],
  choice: CrowdRange,
  max_heads: int | None = None,
  overruns: bool = False,
) -> list[Place]:
  """Draws a crowd.

  Args:
    rng: of the picture.
    dice: of the picture.
    camera: people stand where it sees their heads.
    surroundings: tells where people may stand.
    obstacles: x, y and radius of what stands in the way, in metres.
    choice: of the preset.
    max_heads: no more than so many.
    overruns: whether the crowd goes on beyond the picture's top, where the
      camera sees open ground.

  Returns:
    As many places as were drawn, or as many as there was room for.
  """
  room = None
  if surroundings.seats:
    room = len(seats_in_sight(camera, surroundings))
  limits = [limit for limit in (room, max_heads) if limit is not None]
  wanted = how_many(dice, choice, min(limits, default=None))
  if not wanted:
    return []
  # The largest crowds need all the room there is: near one another, and far.
  ease = 1.0 - min(1.0, wanted / choice.people[1])
  gap = _from_least(dice, choice.spacing, ease)
  smallest = _from_least(dice, choice.least_head, ease)
  smallest *= math.sqrt(min(1.0, camera.width / _REFERENCE_WIDTH))
  smallest = max(smallest, LEAST_HEAD)
  reach = camera.focal * HEAD_HEIGHT / smallest
  over_ground = math.sqrt(max(0.0, reach**2 - camera.height**2))
  # A high camera sees small heads only, but sees some.
  far = min(choice.farthest, max(over_ground, 2.5 * camera.height))
  end = top_reach(camera) if overruns else None
  far = far if end is None else max(far, end)
  floor = Floor(rng, camera, surroundings, obstacles, gap, far, end is None)
  if chance(dice, choice.packed):
    area = wanted / between(dice, choice.density)
    floor.gather_at(dice, math.sqrt(area / math.pi), end)
  manner = Manner(
    dice, between(dice, choice.moving), choice.sitting, choice.grouped
  )
  formation = weighted(dice, choice.formations)
  if surroundings.seats:
    return list(formation(dice, floor, wanted, manner))
  first = wanted
  if formation is not gathering or floor.patch:
    first = round(wanted * dice.choice((0.4, 0.8, 1.0)))
  places = list(formation(dice, floor, first, manner))
  floor.patch = None
  return [*places, *gathering(dice, floor, wanted - len(places), manner)]


def _from_least(dice: Dice, pair: Pair, share: float) -> float:
  """Draws from the lower share of a range."""
  least, most = pair
  return between(dice, (least, least + share * (most - least)))


def how_many(dice: Dice, choice: CrowdRange, room: int | None = None) -> int:
  """Draws how many people there are to be.

  Args:
    dice: of the picture.
    choice: of the preset.
    room: never more people; crowds are drawn up to it, not cut down to it.
  """
  kind = dice.random()
  if kind < choice.empty_share:
    return 0
  if kind < choice.empty_share + choice.few_share:
    few = dice.randint(1, 8)
    return few if room is None else min(few, room)
  fewest, most = choice.people
  if room is not None and room < most:
    # The whole range shrinks: cut off at its end, most would be of one size.
    fewest, most = max(1, round(fewest * room / most)), room
  if not most:
    return 0
  return round(math.exp(dice.uniform(math.log(fewest), math.log(most))))
