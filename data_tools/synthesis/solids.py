"""What everything that stands in a scene is made of.

A `Part` is the convex hull of some spheres: a head is one sphere, a forearm
two, a box eight of radius zero. Seen by a pinhole camera its outline is, very
nearly, the hull of the spheres' discs, which is quick to draw.
"""

import dataclasses
import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

Sphere = tuple[float, float, float, float]  # x, y, z, radius in metres
Colour = tuple[float, float, float]  # red, green, blue in [0, 1]


class Part(NamedTuple):
  """A convex piece of one colour.

  Attributes:
    spheres: x (the way a figure faces), y (to its left), z (up) and radius.
    colour: or None for a piece that is not painted but marks the head's disc
      in the id-buffer; a figure has exactly one.
    lift: metres by which the piece is drawn before its distance says; for
      things that lie on top of another piece.
    flat: whether it goes without shading from side to side.
  """

  spheres: Sequence[Sphere]
  colour: Colour | None
  lift: float = 0.0
  flat: bool = False


@dataclasses.dataclass(frozen=True)
class Solid:
  """Parts that stand somewhere.

  Attributes:
    parts: in the solid's own frame.
    position: x, y, z of its origin in the world, in metres.
    heading: radians from the world's x axis to the solid's, anticlockwise.
    footprint: radius in metres of the ground that people keep clear of.
    scale: factor on all lengths.
    leafy: whether it is mottled all over, as leaves are.
  """

  parts: list[Part]
  position: tuple[float, float, float]
  heading: float = 0.0
  footprint: float = 0.0
  scale: float = 1.0
  leafy: bool = False

  @functools.cached_property
  def world_spheres(self) -> np.ndarray:
    """All spheres in the world's frame, float32 [spheres, 4]."""
    own = np.array(
      [sphere for part in self.parts for sphere in part.spheres], np.float32
    )
    own *= self.scale
    cosine, sine = math.cos(self.heading), math.sin(self.heading)
    world = own.copy()
    world[:, 0] = own[:, 0] * cosine - own[:, 1] * sine + self.position[0]
    world[:, 1] = own[:, 0] * sine + own[:, 1] * cosine + self.position[1]
    world[:, 2] += self.position[2]
    return world

  def distance(self) -> float:
    """Distance over the ground from the camera's foot, in metres."""
    return math.hypot(self.position[0], self.position[1])


def ball(x: float, y: float, z: float, radius: float) -> list[Sphere]:
  """One sphere."""
  return [(x, y, z, radius)]


def ring(
  z: float, depth: float, width: float, x: float = 0.0, corners: int = 10
) -> list[Sphere]:
  """A flat ellipse at height z with half axes depth (x) and width (y)."""
  return [
    (x + depth * cosine, width * sine, z, 0.0)
    for cosine, sine in _UNIT_RINGS[corners]
  ]


def box(
  x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]
) -> list[Sphere]:
  """A box along the axes."""
  return [(i, j, k, 0.0) for i in x for j in y for k in z]


def vary(
  rng: np.random.Generator, colour: Colour, amount: float = 0.05
) -> Colour:
  """Returns a colour near another, in brightness most of all."""
  all_over, *own = rng.normal(0, amount, 4).tolist()
  red, green, blue = (
    min(0.985, max(0.015, channel + all_over + change / 3))
    for channel, change in zip(colour, own, strict=True)
  )
  return red, green, blue


def dim(colour: Colour, factor: float) -> Colour:
  """Returns a colour, darker or brighter."""
  red, green, blue = colour
  return (
    min(1.0, red * factor),
    min(1.0, green * factor),
    min(1.0, blue * factor),
  )


_UNIT_RINGS = {
  corners: [
    (math.cos(2 * math.pi * i / corners), math.sin(2 * math.pi * i / corners))
    for i in range(corners)
  ]
  for corners in (6, 8, 10, 12)
}
