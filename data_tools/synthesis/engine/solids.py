"""What everything that stands in a scene is made of.

A `Part` is the convex hull of some spheres: a head is one sphere, a forearm
two, a box eight of radius zero. Seen by a pinhole camera its outline is, very
nearly, the hull of the spheres' discs, which is quick to draw. Four corners
may carry a `Swatch` instead of a colour alone.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import NamedTuple

from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.swatch import Swatch

Sphere = tuple[float, float, float, float]  # x, y, z, radius in metres
Colour = tuple[float, float, float]  # red, green, blue in [0, 1]
Point = tuple[float, float, float]  # x, y, z in metres
WHITE: Colour = (1.0, 1.0, 1.0)


class Part(NamedTuple):
  """A convex piece of one colour.

  Attributes:
    spheres: x (the way a figure faces), y (to its left), z (up) and radius.
    colour: or None for a piece that is not painted but marks the head's disc
      in the id-buffer; a figure has exactly one. A factor where there is a
      panel.
    lift: metres by which the piece is drawn before its distance says; for
      things that lie on top of another piece.
    flat: whether it goes without shading from side to side.
    panel: laid on the four corners that the spheres then are: top left, top
      right, bottom right, bottom left.
    cloth: a pattern stretched over the outline.
    bright: whether it shines by itself, as signs do at night.
  """

  spheres: Sequence[Sphere]
  colour: Colour | None
  lift: float = 0.0
  flat: bool = False
  panel: Swatch | None = None
  cloth: Swatch | None = None
  bright: bool = False


class Bend(NamedTuple):
  """How parts are turned about a point: a head that nods, a trunk that leans.

  Attributes:
    start: the first part that is; all that follow it are too.
    pivot: x, y, z in the solid's own frame.
    nod: radians forward.
    turn: radians to the left, after that.
    drop: metres down, after that.
  """

  start: int
  pivot: Point
  nod: float
  turn: float = 0.0
  drop: float = 0.0


@dataclasses.dataclass(frozen=True)
class Solid:
  """Parts that stand somewhere.

  Attributes:
    parts: in the solid's own frame.
    position: x, y, z of its origin in the world, in metres.
    heading: radians from the world's x axis to the solid's, anticlockwise.
    reach: half depth (along its x) and half breadth (along its y) in metres
      of the ground that people keep clear of.
    scale: factor on all lengths.
    bends: applied one after the other.
    flat: whether it lies on the ground, under all that stands.
    pieces: so many, side by side along y, are sorted each by its distance.
  """

  parts: Sequence[Part]
  position: Point
  heading: float = 0.0
  reach: tuple[float, float] = (0.0, 0.0)
  scale: float = 1.0
  bends: tuple[Bend, ...] = ()
  flat: bool = False
  pieces: int = 1

  def distance(self) -> float:
    """Distance over the ground from the camera's foot, in metres."""
    return math.hypot(self.position[0], self.position[1])

  def discs(self) -> list[tuple[float, float, float]]:
    """Returns discs (x, y, radius) that cover the ground it takes."""
    deep, wide = self.reach
    thin = max(min(deep, wide), 0.15)
    cosine, sine = math.cos(self.heading), math.sin(self.heading)
    along_x = deep > wide
    half = max(deep, wide) - thin
    count = 1 + math.ceil(half / thin)
    discs = []
    for i in range(count):
      out = half * (2 * i / (count - 1) - 1) if count > 1 else 0.0
      x, y = (out, 0.0) if along_x else (0.0, out)
      discs.append(
        (
          self.position[0] + x * cosine - y * sine,
          self.position[1] + x * sine + y * cosine,
          thin,
        )
      )
    return discs


def split(solid: Solid) -> list[Solid]:
  """Returns a solid's pieces: what is long is near and far at once."""
  if solid.pieces < 2:
    return [solid]
  half = solid.reach[1]
  groups: dict[int, list[Part]] = {}
  for part in solid.parts:
    middle = sum(sphere[1] for sphere in part.spheres) / len(part.spheres)
    share = (middle / half + 1) / 2
    number = min(solid.pieces - 1, max(0, int(share * solid.pieces)))
    groups.setdefault(number, []).append(part)
  cosine, sine = math.cos(solid.heading), math.sin(solid.heading)
  x, y, z = solid.position
  split_up = []
  for number, parts in groups.items():
    out = half * ((2 * number + 1) / solid.pieces - 1)
    moved = [
      part._replace(spheres=[(a, b - out, c, r) for a, b, c, r in part.spheres])
      for part in parts
    ]
    place = (x - out * sine, y + out * cosine, z)
    split_up.append(
      dataclasses.replace(solid, parts=moved, position=place, pieces=1)
    )
  return split_up


def ball(x: float, y: float, z: float, radius: float) -> list[Sphere]:
  """One sphere."""
  return [(x, y, z, radius)]


def ring(
  z: float,
  depth: float,
  width: float,
  x: float = 0.0,
  y: float = 0.0,
  corners: int = 10,
) -> list[Sphere]:
  """A flat ellipse at height z with half axes depth (x) and width (y)."""
  return [
    (x + depth * cosine, y + width * sine, z, 0.0)
    for cosine, sine in unit_ring(corners)
  ]


def unit_ring(corners: int) -> list[tuple[float, float]]:
  """Corners of a regular polygon."""
  if corners not in _UNIT_RINGS:
    angles = [2 * math.pi * i / corners for i in range(corners)]
    _UNIT_RINGS[corners] = [(math.cos(a), math.sin(a)) for a in angles]
  return _UNIT_RINGS[corners]


def vary(dice: Dice, colour: Colour, amount: float = 0.05) -> Colour:
  """Returns a colour near another, in brightness most of all."""
  all_over = dice.gauss(0, amount)
  red, green, blue = colour
  third = amount / 3
  return (
    min(0.985, max(0.015, red + all_over + dice.gauss(0, third))),
    min(0.985, max(0.015, green + all_over + dice.gauss(0, third))),
    min(0.985, max(0.015, blue + all_over + dice.gauss(0, third))),
  )


def dim(colour: Colour, factor: float) -> Colour:
  """Returns a colour, darker or brighter."""
  red, green, blue = colour
  return (
    min(1.0, red * factor),
    min(1.0, green * factor),
    min(1.0, blue * factor),
  )


_UNIT_RINGS: dict[int, list[tuple[float, float]]] = {}
