"""What a prop is, and the colours many of them share."""

import math
from collections.abc import Callable
from typing import NamedTuple

from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.solids import Colour, Part, Point, Solid


class Thing(NamedTuple):
  """A thing at the origin.

  Attributes:
    parts: x towards its front, y to its left.
    reach: half depth and half breadth in metres of the ground it takes.
    heading: `any`; `camera`, for what is drawn for one side only; or `street`,
      along or across the y axis, as most of what is built stands.
    flat: whether it lies on the ground, under all that stands.
    pieces: that it is made of, side by side.
  """

  parts: list[Part]
  reach: tuple[float, float]
  heading: str = "any"
  flat: bool = False
  pieces: int = 1


Prop = Callable[[Dice], Thing]


def stand(dice: Dice, thing: Thing, position: Point) -> Solid:
  """Puts a thing somewhere, turned as its kind is."""
  if thing.heading == "camera":
    heading = math.atan2(-position[1], -position[0])
  elif thing.heading == "street":
    heading = dice.randrange(4) * math.pi / 2 + dice.gauss(0, 0.06)
  else:
    heading = dice.uniform(0, 2 * math.pi)
  return Solid(
    thing.parts,
    position,
    heading,
    thing.reach,
    flat=thing.flat,
    pieces=thing.pieces,
  )


METAL: tuple[Colour, ...] = (
  (0.10, 0.10, 0.11),
  (0.55, 0.56, 0.58),
  (0.78, 0.78, 0.78),
  (0.14, 0.24, 0.19),
)
STONE: tuple[Colour, ...] = (
  (0.62, 0.60, 0.56),
  (0.48, 0.34, 0.28),
  (0.36, 0.35, 0.35),
  (0.74, 0.70, 0.62),
  (0.45, 0.20, 0.17),
)
WOOD: tuple[Colour, ...] = (
  (0.52, 0.38, 0.25),
  (0.38, 0.27, 0.19),
  (0.66, 0.55, 0.40),
)
