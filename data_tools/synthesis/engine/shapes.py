"""Pieces that props and buildings are put together from."""

import math
from collections.abc import Sequence

from data_tools.synthesis.engine.solids import (
  WHITE,
  Colour,
  Part,
  Point,
  Sphere,
  dim,
)
from data_tools.synthesis.engine.swatch import Swatch

Span = tuple[float, float]


def pole(
  start: Point, end: Point, thick: float, colour: Colour, thin: float = 0.0
) -> Part:
  """A round bar; `thin` is the radius at the end, if it tapers."""
  ends = [(*start, thick), (*end, thin or thick)]
  return Part(ends, colour)


def quad(
  corners: Sequence[Point],
  colour: Colour = WHITE,
  swatch: Swatch | None = None,
  lift: float = 0.0,
  bright: bool = False,
) -> Part:
  """A flat piece: top left, top right, bottom right, bottom left."""
  spheres: list[Sphere] = [(*corner, 0.0) for corner in corners]
  return Part(spheres, colour, lift, True, swatch, None, bright)


def upright(
  start: tuple[float, float],
  end: tuple[float, float],
  z: Span,
  colour: Colour = WHITE,
  swatch: Swatch | None = None,
  lift: float = 0.0,
  bright: bool = False,
) -> Part:
  """An upright piece from x, y to x, y (seen: left to right)."""
  low, high = z
  corners = [(*start, high), (*end, high), (*end, low), (*start, low)]
  return quad(corners, colour, swatch, lift, bright)


def level(
  x: Span,
  y: Span,
  z: float,
  colour: Colour = WHITE,
  swatch: Swatch | None = None,
  lift: float = 0.0,
) -> Part:
  """A piece that lies flat."""
  corners = [(x[1], y[1], z), (x[1], y[0], z), (x[0], y[0], z), (x[0], y[1], z)]
  return quad(corners, colour, swatch, lift)


def block(
  x: Span,
  y: Span,
  z: Span,
  colour: Colour,
  side: Swatch | None = None,
  top: Swatch | None = None,
  lift: float = 0.0,
) -> list[Part]:
  """A box: four sides of different shade, and a top."""
  walls = (
    ((x[1], y[0]), (x[1], y[1]), 0.86),
    ((x[0], y[1]), (x[0], y[0]), 0.74),
    ((x[1], y[1]), (x[0], y[1]), 0.66),
    ((x[0], y[0]), (x[1], y[0]), 0.8),
  )
  parts = [
    upright(a, b, z, dim(colour, shade), side, lift) for a, b, shade in walls
  ]
  return [*parts, level(x, y, z[1], colour, top, lift + 0.02)]


def facing(
  centre: Point,
  wide: float,
  high: float,
  colour: Colour = WHITE,
  swatch: Swatch | None = None,
  lean: float = 0.0,
  lift: float = 0.0,
) -> Part:
  """An upright piece across the x axis, seen from where x is large.

  Args:
    centre: x, y, z.
    wide: in metres.
    high: in metres.
    colour: or factor on the swatch.
    swatch: what is on it.
    lean: radians by which it leans back.
    lift: see `Part`.
  """
  x, y, z = centre
  back, up = math.sin(lean) * high / 2, math.cos(lean) * high / 2
  half = wide / 2
  corners = [
    (x - back, y - half, z + up),
    (x - back, y + half, z + up),
    (x + back, y + half, z - up),
    (x + back, y - half, z - up),
  ]
  return quad(corners, colour, swatch, lift)


def side_by_side(half: float, count: int, number: int) -> Span:
  """Returns the ends of one of several equal pieces between -half and half."""
  return (
    half * (2 * number / count - 1),
    half * (2 * (number + 1) / count - 1),
  )
