"""What people carry, push or hold. A new one is one function and a line below.

Lengths are for a person of 1.70 m; see `poses`. What is held in a hand takes
the wrist's place from the figure.
"""

import math

from data_tools.synthesis.assets.people import colours
from data_tools.synthesis.assets.people.poses import SIDES
from data_tools.synthesis.assets.people.tops import Figure, Garment
from data_tools.synthesis.assets.swatches import cloth, signs
from data_tools.synthesis.engine.draws import Dice, choose, weighted
from data_tools.synthesis.engine.shapes import block, quad
from data_tools.synthesis.engine.solids import (
  Colour,
  Part,
  ball,
  dim,
  unit_ring,
  vary,
)
from data_tools.synthesis.engine.swatch import Swatch


def backpack(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """On both shoulders."""
  deep = dice.uniform(0.18, 0.27)
  pack = [(-0.14, y, z, 0.045) for y in (0.1, -0.1) for z in (1.05, 1.33)] + [
    (-deep, y, z, 0.04) for y in (0.07, -0.07) for z in (1.05, 1.25)
  ]
  pocket = [
    (-deep - 0.04, y, z, 0.03) for y in (-0.06, 0.06) for z in (1.06, 1.14)
  ]
  parts = [
    Part(pack, colour, cloth=_stuff(dice)),
    Part(pocket, dim(colour, dice.choice((0.6, 0.8, 1.4)))),
  ]
  for side in SIDES:
    strap = [(0.1, side * 0.1, 1.2, 0.018), (0.06, side * 0.11, 1.4, 0.018)]
    parts.append(Part(strap, dim(colour, 0.8), 0.02, flat=True))
  return parts


def shoulder_bag(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """At the hip, its strap across the chest."""
  side = choose(dice, SIDES)
  low = dice.uniform(0.72, 0.92)
  bag = [
    (x, side * 0.25, z, 0.035) for x in (-0.1, 0.1) for z in (low, low + 0.16)
  ]
  flap = [(x, side * 0.29, low + 0.14, 0.02) for x in (-0.1, 0.1)]
  flap += [(x, side * 0.3, low + 0.07, 0.01) for x in (-0.06, 0.06)]
  strap = [(0.12, side * 0.14, 1.02, 0.014), (0.09, -side * 0.06, 1.4, 0.014)]
  return [
    Part(bag, colour, 0.04, cloth=_stuff(dice)),
    Part(flap, dim(colour, dice.choice((0.5, 0.75, 1.5))), 0.05),
    Part(strap, dim(colour, 0.8), 0.02, flat=True),
  ]


def handbag(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """By its handles, in a hand."""
  side = choose(dice, (0, 1))
  x, y, z = figure.joints.wrists[side]
  paint = vary(dice, choose(dice, colours.LIVELY + colours.MUTED), 0.08)
  wide, high = dice.uniform(0.1, 0.19), dice.uniform(0.14, 0.26)
  top = z - dice.uniform(0.16, 0.24)
  bag = [
    (x + i * grow * wide, y + j * 0.05, c, 0.015)
    for i in SIDES
    for j in SIDES
    for c, grow in ((top, 0.75), (_above_ground(top - high, figure), 1.0))
  ]
  parts = [Part(bag, paint, 0.06, cloth=_stuff(dice))]
  for i in SIDES:
    handle = [
      (x + 0.02, y, z - 0.06, 0.009),
      (x + i * wide * 0.6, y, top, 0.009),
    ]
    parts.append(Part(handle, dim(paint, 0.6), 0.05, flat=True))
  clasp = [(x + i * 0.02, y + 0.06, top - 0.05, 0.012) for i in SIDES]
  return [*parts, Part(clasp, (0.85, 0.75, 0.4), 0.08, flat=True)]


def carrier_bag(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """From one hand, with a shop's name on it."""
  number = choose(dice, (0, 1))
  side = SIDES[number]
  x, y, z = figure.joints.wrists[number]
  paint = vary(dice, choose(dice, colours.LIVELY), 0.1)
  top = z - 0.12
  low = _above_ground(top - dice.uniform(0.2, 0.36), figure)
  near, far = y - side * 0.05, y + side * 0.05
  bag = [
    (x + a, b, c, 0.0)
    for a in (-0.12, 0.12)
    for b in (near, far)
    for c in (low, top)
  ]
  parts = [Part(bag, paint, 0.05)]
  for a in (-0.06, 0.06):
    handle = [(x, y, z - 0.05, 0.006), (x + a, y, top, 0.006)]
    parts.append(Part(handle, dim(paint, 0.8), 0.04, flat=True))
  if figure.detail > 1 and dice.random() < 0.6:
    out = far + side * 0.005
    corners = [
      (x + side * 0.1, out, top - 0.03),
      (x - side * 0.1, out, top - 0.03),
      (x - side * 0.1, out, low + 0.03),
      (x + side * 0.1, out, low + 0.03),
    ]
    parts.append(quad(corners, swatch=cloth.print_on_shirt(dice), lift=0.06))
  return parts


def telephone(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A telephone or a tablet before the face."""
  x, y, z = figure.joints.wrists[0]
  size = dice.uniform(0.04, 0.09)
  dark = dim(colour, 0.3)
  case = [
    (x + 0.04, y + i * size, z + j * size, 0.01) for i in SIDES for j in SIDES
  ]
  return [Part(case, dark, 0.03, flat=True)]


def cup(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A bottle, a cup or an ice cream."""
  x, y, z = figure.joints.wrists[0]
  ends = [(x + 0.05, y, z - 0.03, 0.03), (x + 0.05, y, z + 0.1, 0.03)]
  paint = vary(dice, choose(dice, colours.LIVELY), 0.1)
  return [Part(ends, paint, 0.04)]


def flag(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A flag on a stick."""
  x, y, z = figure.joints.wrists[0]
  high, wide = dice.uniform(0.5, 1.3), dice.uniform(0.3, 1.0)
  stick = [(x, y, z - 0.1, 0.012), (x, y, z + high, 0.01)]
  drop = wide * 0.66
  corners = [
    (x, y, z + high),
    (x - wide, y + wide * 0.2, z + high - wide * 0.1),
    (x - wide, y + wide * 0.2, z + high - wide * 0.1 - drop),
    (x, y, z + high - drop),
  ]
  paint = vary(dice, choose(dice, colours.LIVELY), 0.08)
  return [Part(stick, (0.7, 0.7, 0.68)), quad(corners, paint, lift=0.1)]


def placard(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A board with writing on a stick."""
  x, y, z = figure.joints.wrists[0]
  z = max(z, 1.3)
  wide, high = dice.uniform(0.25, 0.5), dice.uniform(0.3, 0.6)
  low = z + dice.uniform(0.3, 0.7)
  stick = [(x, y, z - 0.3, 0.014), (x, y, low + 0.1, 0.014)]
  corners = [
    (x + 0.02, y - wide, low + high),
    (x + 0.02, y + wide, low + high),
    (x + 0.02, y + wide, low),
    (x + 0.02, y - wide, low),
  ]
  board = quad(corners, (1.0, 1.0, 1.0), signs.poster(dice), lift=0.3)
  return [Part(stick, (0.6, 0.5, 0.35)), board]


def umbrella(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """An open umbrella held over the head, which it hides from above."""
  hand_x, hand_y, hand_z = choose(dice, figure.joints.wrists)
  wide = dice.uniform(0.45, 0.62)
  x, y = dice.uniform(-0.05, 0.15), dice.uniform(-0.14, 0.14)
  rim, top = dice.uniform(1.72, 1.88), 0.2
  tilt = dice.uniform(-0.12, 0.12)
  paint = vary(dice, choose(dice, colours.LIVELY + colours.MUTED), 0.08)
  other = choose(dice, colours.LIVELY) if dice.random() < 0.2 else paint
  grip = (hand_x, hand_y, hand_z - 0.08, 0.014)
  parts = [Part([grip, (x, y, rim + top, 0.012)], (0.3, 0.3, 0.3))]
  edge = [
    (x + wide * c, y + wide * s, rim + tilt * c, 0.0) for c, s in unit_ring(8)
  ]
  middle = (x, y, rim + top, 0.0)
  for i in range(8):
    far = edge[(i + 1) % 8]
    bulge = (
      0.55 * (edge[i][0] + far[0]) + x * -0.1,
      0.55 * (edge[i][1] + far[1]) + y * -0.1,
      rim + top * 0.62,
      0.0,
    )
    shade = 1.0 + 0.16 * unit_ring(8)[i][0]
    cloth = dim(paint if i % 2 else other, shade)
    parts.append(Part([middle, edge[i], bulge, far], cloth, 0.35, flat=True))
  return parts


def pram(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A pram with its hood up: nobody's head is seen in it."""
  paint = vary(dice, choose(dice, colours.LIVELY + colours.MUTED), 0.06)
  tub = [
    (x, y, z, 0.03)
    for x in (0.55, 1.05)
    for y in (-0.2, 0.2)
    for z in (0.45, 0.6)
  ]
  hood = [
    (0.8 + 0.28 * math.cos(a), y, 0.66 + 0.3 * math.sin(a), 0.02)
    for a in (0.6, 1.4, 2.2, 3.0)
    for y in (-0.2, 0.2)
  ]
  parts = [Part(tub, dim(paint, 0.7)), Part(hood, paint, 0.02)]
  for y in (-0.22, 0.22):
    bar = [(0.3, y, 1.02, 0.014), (0.9, y, 0.3, 0.014)]
    parts.append(Part(bar, (0.5, 0.5, 0.52)))
    for x in (0.55, 1.05):
      wheel = [
        (x + 0.11 * c, y, 0.13 + 0.11 * s, 0.012) for c, s in unit_ring(8)
      ]
      parts.append(Part(wheel, (0.08, 0.08, 0.08)))
  return parts


def suitcase(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A suitcase on wheels, drawn behind."""
  paint = vary(dice, choose(dice, colours.LIVELY + colours.MUTED), 0.06)
  high, side = dice.uniform(0.5, 0.75), choose(dice, SIDES) * 0.2
  parts = block((-0.75, -0.5), (side - 0.18, side + 0.18), (0.06, high), paint)
  bar = [(-0.55, side, high, 0.012), (-0.25, side, 0.95, 0.012)]
  return [*parts, Part(bar, (0.6, 0.6, 0.6))]


def balloon(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A round thing as large as a head, over the heads, on a string."""
  x, y, z = figure.joints.wrists[1]
  high = dice.uniform(0.7, 1.5)
  paint = vary(dice, choose(dice, colours.LIVELY), 0.08)
  string = [(x, y, z, 0.004), (x, y, z + high, 0.004)]
  return [
    Part(string, (0.8, 0.8, 0.8), flat=True),
    Part(ball(x, y, z + high + 0.12, dice.uniform(0.1, 0.17)), paint, 0.2),
  ]


def _above_ground(z: float, figure: Figure) -> float:
  """Returns a height, or that of the ground for who sits, squats and leans."""
  return max(z, figure.joints.drop + 0.12)


def _stuff(dice: Dice) -> Swatch | None:
  """Returns the pattern of a bag, if it has any."""
  if dice.random() < 0.3:
    return weighted(dice, cloth.PATTERNS)(dice)
  return None


BAGS: tuple[tuple[Garment, float], ...] = (
  (backpack, 0.3),
  (shoulder_bag, 0.26),
  (handbag, 0.24),
  (carrier_bag, 0.2),
)
IN_HAND: tuple[tuple[Garment, float], ...] = (
  (telephone, 0.62),
  (cup, 0.38),
)
DEMONSTRATED: tuple[tuple[Garment, float], ...] = (
  (flag, 0.4),
  (placard, 0.25),
  (balloon, 0.35),
)
PUSHED: tuple[tuple[Garment, float], ...] = ((pram, 0.45), (suitcase, 0.55))
