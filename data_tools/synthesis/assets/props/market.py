"""Stalls, goods, tables and chairs."""

import math

from data_tools.synthesis.assets.props.thing import METAL, WOOD, Thing
from data_tools.synthesis.assets.swatches import goods, masonry, signs
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import (
  block,
  facing,
  level,
  pole,
  quad,
  upright,
)
from data_tools.synthesis.engine.solids import (
  Colour,
  Part,
  ball,
  dim,
  ring,
  unit_ring,
  vary,
)


def stall(dice: Dice) -> Thing:
  """A table with goods under an awning or a parasol."""
  cloth = vary(dice, choose(dice, BOARDS), 0.08)
  long = dice.uniform(0.8, 2.0)
  parts = block((-0.5, 0.5), (-long, long), (0.0, 0.85), dim(cloth, 0.8))
  shown = choose(dice, goods.DISPLAYS)(dice)
  corners = [
    (-0.45, -long, 1.05),
    (-0.45, long, 1.05),
    (0.55, long, 0.9),
    (0.55, -long, 0.9),
  ]
  parts.append(quad(corners, (1, 1, 1), shown, lift=0.5))
  for _ in range(dice.randint(0, 12)):
    x, y = dice.uniform(-0.4, 0.4), dice.uniform(-long, long)
    good = vary(dice, choose(dice, BOARDS), 0.15)
    pile = ball(x, y, 1.02, dice.uniform(0.06, 0.16))
    parts.append(Part(pile, good, 0.6))
  if dice.random() < 0.5:
    parts += _roof(dice, cloth, 1.45)
  else:
    for y in (-long, long):
      parts.append(pole((0.7, y, 0), (0.7, y, 2.2), 0.03, METAL[1]))
    slope = [
      (-0.7, long, 2.7),
      (-0.7, -long, 2.7),
      (0.95, -long, 2.1),
      (0.95, long, 2.1),
    ]
    parts.append(quad(slope, (1, 1, 1), signs.awning(dice), lift=1.2))
  return Thing(parts, (1.0, long + 0.2), "street")


def parasol(dice: Dice) -> Thing:
  """A parasol over a round table with chairs."""
  cloth = vary(dice, choose(dice, BOARDS), 0.06)
  table = ring(0.72, 0.5, 0.5, corners=12) + ring(0.76, 0.5, 0.5, corners=12)
  parts = [Part(table, (0.8, 0.8, 0.78), flat=True)]
  parts.append(pole((0, 0, 0), (0, 0, 2.5), 0.05, METAL[2], 0.03))
  for i in range(dice.randint(0, 4)):
    angle = i * math.pi / 2 + dice.uniform(-0.3, 0.3)
    parts += _chair(dice, 0.8 * math.cos(angle), 0.8 * math.sin(angle))
  return Thing(parts + _roof(dice, cloth, dice.uniform(1.1, 1.7)), (1.0, 1.0))


def chairs(dice: Dice) -> Thing:
  """Rows of empty chairs."""
  rows, columns = dice.randint(1, 5), dice.randint(2, 8)
  parts: list[Part] = []
  colour = vary(dice, choose(dice, BOARDS + METAL), 0.06)
  for row in range(rows):
    for column in range(columns):
      x = 0.9 * (row - (rows - 1) / 2)
      y = 0.55 * (column - (columns - 1) / 2)
      parts += _chair(dice, x, y, colour)
  return Thing(parts, (0.45 * rows, 0.28 * columns), "street")


def crates(dice: Dice) -> Thing:
  """Crates of fruit, bottles or flowers on the ground, in steps."""
  parts: list[Part] = []
  long = dice.uniform(0.6, 2.0)
  for step in range(dice.randint(1, 3)):
    x, z = -0.5 * step, 0.3 + 0.25 * step
    wood = vary(dice, choose(dice, WOOD))
    spans = (x - 0.25, x + 0.25), (-long, long), (0.0, z)
    parts += block(*spans, wood, masonry.planks(dice))
    shown = choose(dice, (goods.fruit, goods.fruit, goods.trinkets))(dice)
    parts.append(
      level(
        (x - 0.25, x + 0.25), (-long, long), z + 0.03, swatch=shown, lift=0.2
      )
    )
  return Thing(parts, (0.8, long), "street")


def rug(dice: Dice) -> Thing:
  """Goods spread on the ground."""
  wide, long = dice.uniform(0.5, 1.0), dice.uniform(0.6, 1.8)
  shown = choose(dice, goods.DISPLAYS)(dice)
  cloth = level((-wide, wide), (-long, long), 0.02, swatch=shown)
  return Thing([cloth], (wide, long), "street", flat=True)


def kiosk(dice: Dice) -> Thing:
  """A booth hung with goods and boards."""
  wide, deep, high = dice.uniform(0.8, 2.0), dice.uniform(0.7, 1.4), 2.6
  paint = vary(dice, choose(dice, BOARDS), 0.06)
  parts = block((-deep, deep), (-wide, wide), (0, high), paint)
  shelf, board = goods.shelves(dice), signs.banner(dice)
  for x, ends in ((deep + 0.02, (-wide, wide)), (-deep - 0.02, (wide, -wide))):
    start, end = (x, ends[0] * 0.9), (x, ends[1] * 0.9)
    parts.append(upright(start, end, (0.9, 2.0), swatch=shelf, lift=0.3))
    parts.append(
      upright(start, end, (2.05, 2.55), swatch=board, lift=0.3, bright=True)
    )
  return Thing(parts, (deep, wide), "street")


def rail_of_clothes(dice: Dice) -> Thing:
  """Clothes on a rail or pictures on a frame, seen from before."""
  long, kind = dice.uniform(0.6, 2.0), choose(dice, goods.DISPLAYS)
  shown = facing((0, 0, 1.0), 2 * long, 1.5, swatch=kind(dice))
  return Thing([shown], (0.3, long), "camera")


def _roof(dice: Dice, cloth: Colour, wide: float) -> list[Part]:
  """A parasol of eight segments, in one colour or two."""
  other = vary(dice, choose(dice, BOARDS)) if dice.random() < 0.3 else cloth
  rim, top = 2.2, (0.0, 0.0, dice.uniform(2.6, 2.9), 0.0)
  edge = [(wide * c, wide * s, rim, 0.0) for c, s in unit_ring(8)]
  parts = []
  for i in range(8):
    shade = 1.0 + 0.12 * unit_ring(8)[i][0]
    paint = dim(cloth if i % 2 else other, shade)
    segment = [top, edge[i], edge[(i + 1) % 8]]
    parts.append(Part(segment, paint, 0.8, flat=True))
  return parts


def _chair(
  dice: Dice, x: float, y: float, colour: Colour | None = None
) -> list[Part]:
  paint = colour or vary(dice, choose(dice, METAL + WOOD))
  seat = [(x + i, y + j, 0.45, 0.02) for i in (-0.2, 0.2) for j in (-0.2, 0.2)]
  back = [(x - 0.2, y + j, z, 0.02) for j in (-0.2, 0.2) for z in (0.5, 0.88)]
  legs = [
    pole((x + i, y + j, 0), (x + i, y + j, 0.45), 0.018, dim(paint, 0.6))
    for i in (-0.18, 0.18)
    for j in (-0.18, 0.18)
  ]
  return [
    *legs,
    Part(seat, paint, flat=True),
    Part(back, dim(paint, 0.85), flat=True),
  ]
