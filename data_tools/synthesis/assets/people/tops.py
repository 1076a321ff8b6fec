"""What covers the trunk and the arms.

A new garment is one function of dice, colour and figure, and a line in `TOPS`.
Lengths are for a person of 1.70 m; see `poses`.
"""

import dataclasses
import math
from collections.abc import Callable

from data_tools.synthesis.assets.people import colours
from data_tools.synthesis.assets.people.poses import SIDES, Joints
from data_tools.synthesis.assets.swatches import cloth
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import quad
from data_tools.synthesis.engine.solids import (
  Colour,
  Part,
  Point,
  Sphere,
  dim,
  ring,
  vary,
)
from data_tools.synthesis.engine.swatch import Swatch

Garment = Callable[[Dice, Colour, "Figure"], list[Part]]


@dataclasses.dataclass(frozen=True)
class Figure:
  """Who wears it.

  Attributes:
    joints: where the limbs bend.
    build: factor on breadth.
    skin: colour.
    detail: 0 (a few pixels tall) to 3 (its face can be seen).
    patterned: share of tops with a pattern.
  """

  joints: Joints
  build: float
  skin: Colour
  detail: int
  patterned: float = 0.0


# Heights of the torso with its half depth and half width there.
_TORSO = (
  (0.90, 0.105, 0.165),
  (1.08, 0.095, 0.145),
  (1.25, 0.115, 0.165),
  (1.36, 0.095, 0.185),
)
_SHOULDERS: list[Sphere] = [
  (-0.01, 0.14, 1.375, 0.062),
  (-0.01, -0.14, 1.375, 0.062),
  (-0.005, 0.0, 1.41, 0.065),
]


def torso_above(z: float, figure: Figure, loose: float = 1.0) -> list[Sphere]:
  """Returns the hull of the torso from a height up."""
  grow = figure.build * loose
  corners = (6, 6, 8, 10)[figure.detail]
  spheres = [(x, y * figure.build, s, r * loose) for x, y, s, r in _SHOULDERS]
  below = _TORSO[0]
  for row in _TORSO:
    if row[0] > z:
      spheres += ring(row[0], row[1] * grow, row[2] * grow, corners=corners)
    else:
      below = row
  above = next((row for row in _TORSO if row[0] > z), below)
  share = max(0.0, z - below[0]) / max(above[0] - below[0], 1e-6)
  depth = below[1] + share * (above[1] - below[1])
  width = below[2] + share * (above[2] - below[2])
  return spheres + ring(z, depth * grow, width * grow, corners=corners)


def plain(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A top of one colour, or woven or printed all over."""
  pattern = None
  if figure.detail > 0 and dice.random() < figure.patterned:
    colour, pattern = cloth.pattern_for(dice, colour)
  return [Part(torso_above(0.9, figure), colour, cloth=pattern)]


def striped(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A top with stripes around it."""
  other = (0.85, 0.85, 0.83) if sum(colour) < 1.4 else colours.NAVY
  other = vary(dice, other)
  bands = 2 * dice.randint(3, 7)
  parts = [Part(torso_above(0.9, figure), colour)]
  if figure.detail < 2:
    bands = 3
  for i in range(bands):
    z = 0.94 + 0.42 * i / (bands - 1)
    paint = colour if i % 2 else other
    parts.append(Part(torso_above(z, figure, 1.01), paint, lift=0.002 * i))
  return parts


def printed(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A top with a picture or writing on chest or back."""
  trunk = Part(torso_above(0.9, figure), colour)
  front = 0.124 * figure.build
  ahead = 1 if dice.random() < 0.7 else -1
  wide, high = dice.uniform(0.06, 0.13), dice.uniform(0.06, 0.32)
  top = dice.uniform(1.24, 1.34)
  left, right = ahead * wide, -ahead * wide
  corners = [
    (ahead * front, left, top),
    (ahead * front, right, top),
    (ahead * front, right, top - high),
    (ahead * front, left, top - high),
  ]
  if figure.detail < 2:
    paint = vary(dice, choose(dice, colours.LIVELY), 0.1)
    return [trunk, quad(corners, paint)]
  return [trunk, quad(corners, swatch=cloth.print_on_shirt(dice))]


def two_coloured(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A top whose yoke or body has another colour."""
  other = vary(dice, choose(dice, colours.MUTED))
  line = dice.uniform(1.0, 1.3)
  return [
    Part(torso_above(0.9, figure), other),
    Part(torso_above(line, figure, 1.01), colour, 0.01),
  ]


def jacket(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """An open jacket with a shirt under it, to the hips or to the knees."""
  inner = vary(dice, choose(dice, colours.MUTED))
  front, wide = 0.122 * figure.build, dice.uniform(0.025, 0.06)
  strip = [
    (front - 0.03, 0.0, 1.41, 0.02),
    (front, wide, 1.25, 0.0),
    (front, -wide, 1.25, 0.0),
    (front, wide * 1.3, 0.9, 0.0),
    (front, -wide * 1.3, 0.9, 0.0),
  ]
  hem = dice.uniform(0.72, 0.9) if dice.random() < 0.8 else 0.55
  return [
    Part(torso_above(hem, figure, 1.08), colour),
    Part(strip, inner, flat=True),
  ]


def dress(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A top and a skirt in one."""
  trunk = plain(dice, colour, figure)
  hem, flare = dice.uniform(0.3, 0.6), dice.uniform(1.0, 1.5)
  # Whoever sits or squats has it gathered on the lap.
  hem = max(hem, min(0.85, figure.joints.drop + 0.25))
  below = ring(hem, 0.13 * flare, 0.19 * flare)
  below += ring(1.0, 0.1, 0.15 * figure.build)
  # Over a leg that steps ahead.
  return [*trunk, Part(below, trunk[0].colour, 0.16, cloth=trunk[0].cloth)]


def sleeves(
  cloth_colour: Colour,
  figure: Figure,
  length: int,
  pattern: Swatch | None = None,
) -> list[Part]:
  """Both arms.

  Args:
    cloth_colour: of the sleeves.
    figure: who wears them.
    length: 0 none, 1 short, 2 long.
    pattern: of the sleeves, if any.
  """
  parts = []
  shade = dim(cloth_colour, 0.93)
  joints, skin, build = figure.joints, figure.skin, figure.build
  for side, elbow, wrist in zip(
    SIDES, joints.elbows, joints.wrists, strict=True
  ):
    shoulder = (-0.01, side * 0.175 * build, 1.37)
    thick = 0.058 * build
    if length == 2:
      upper = limb(shoulder, elbow, thick, 0.048)
      parts.append(Part(upper, shade, cloth=pattern))
      parts.append(Part(limb(elbow, wrist, 0.047, 0.036), shade, cloth=pattern))
    else:
      parts.append(Part(limb(elbow, wrist, 0.042, 0.03), skin))
      if length == 1 and figure.detail < 2:
        upper = limb(shoulder, elbow, thick, 0.045)
        parts.append(Part(upper, shade, cloth=pattern))
      else:
        parts.append(Part(limb(shoulder, elbow, 0.05, 0.04), skin))
      if length == 1 and figure.detail > 1:
        end = [0.4 * a + 0.6 * b for a, b in zip(shoulder, elbow, strict=True)]
        sleeve = limb(shoulder, (end[0], end[1], end[2]), thick, 0.055)
        parts.append(Part(sleeve, shade, 0.01, cloth=pattern))
    if figure.detail > 1:
      parts += _hand(elbow, wrist, side, skin, figure.detail)
  return parts


def _hand(
  elbow: Point, wrist: Point, side: int, skin: Colour, detail: int
) -> list[Part]:
  """A hand where the forearm ends; it has fingers with the last detail."""
  ahead = [b - a for a, b in zip(elbow, wrist, strict=True)]
  long = math.hypot(*ahead) or 1.0
  dx, dy, dz = (0.085 / long * step for step in ahead)
  x, y, z = wrist
  palm = [(x + dx * 0.3, y, z + dz * 0.3, 0.034)]
  palm.append((x + dx, y + dy, z + dz, 0.03))
  if detail < 3:
    return [Part(palm, skin)]
  parts = [Part(palm, dim(skin, 0.97))]
  tips = (-0.026, -0.009, 0.009, 0.026)
  for number, across in enumerate(tips):
    finger = [
      (x + dx + across, y + dy, z + dz, 0.011),
      (x + 1.9 * dx + across * 1.2, y + 1.8 * dy, z + 1.9 * dz, 0.009),
    ]
    parts.append(Part(finger, dim(skin, 0.8 + 0.12 * (number % 2)), 0.004))
  thumb = [
    (x + 0.3 * dx, y - side * 0.02, z + 0.3 * dz, 0.014),
    (x + dx + 0.02, y - side * 0.05, z + 0.9 * dz, 0.011),
  ]
  return [*parts, Part(thumb, dim(skin, 0.9), 0.006)]


def limb(start: Point, end: Point, thick: float, thin: float) -> list[Sphere]:
  """A tapering limb."""
  return [(*start, thick), (*end, thin)]


TOPS: tuple[tuple[Garment, float], ...] = (
  (plain, 0.47),
  (printed, 0.16),
  (striped, 0.12),
  (two_coloured, 0.06),
  (jacket, 0.12),
  (dress, 0.07),
)
