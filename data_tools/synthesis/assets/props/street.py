"""What stands in streets."""

from data_tools.synthesis.assets.props.thing import METAL, STONE, WOOD, Thing
from data_tools.synthesis.assets.swatches import goods, masonry
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import (
  block,
  facing,
  level,
  pole,
  upright,
)
from data_tools.synthesis.engine.solids import Part, ball, dim, ring, vary


def bollard(dice: Dice) -> Thing:
  """A row of posts, at times with a ball as large as a head on each."""
  high, colour = dice.uniform(0.5, 1.0), vary(dice, choose(dice, METAL + STONE))
  round_top, gap = dice.random() < 0.6, dice.uniform(1.0, 1.8)
  parts = []
  count = dice.randint(1, 6)
  for i in range(count):
    y = gap * (i - (count - 1) / 2)
    parts.append(pole((0, y, 0.05), (0, y, high), 0.08, colour))
    if round_top:
      top = ball(0, y, high + 0.12, 0.14)
      parts.append(Part(top, dim(colour, 1.2), 0.2))
  return Thing(parts, (0.2, gap * count / 2), "street", pieces=count)


def stone_ball(dice: Dice) -> Thing:
  """A ball of stone such as keeps cars off."""
  radius, colour = dice.uniform(0.2, 0.45), vary(dice, choose(dice, STONE))
  return Thing([Part(ball(0, 0, radius, radius), colour)], (radius, radius))


def lamp(dice: Dice) -> Thing:
  """A street lamp with one to three globes."""
  high, colour = dice.uniform(3.2, 6.0), vary(dice, choose(dice, METAL))
  parts = [pole((0, 0, 0), (0, 0, high), 0.09, colour, 0.05)]
  for i in range(dice.randint(1, 3)):
    out = 0.4 * (i - 1)
    parts.append(pole((0, 0, high - 0.1), (0, out, high), 0.03, colour))
    globe = ball(0, out, high + 0.1, dice.uniform(0.12, 0.2))
    parts.append(Part(globe, (0.97, 0.95, 0.85), 0.1, bright=True))
  return Thing(parts, (0.3, 0.3), "street")


def railing(dice: Dice) -> Thing:
  """Lengths of barrier such as queues are kept behind."""
  colour, length = vary(dice, choose(dice, METAL)), 2.2
  parts = []
  count = dice.randint(1, 4)
  for i in range(count):
    middle = length * (i - (count - 1) / 2)
    ends = middle - length / 2 + 0.04, middle + length / 2 - 0.04
    for z in (0.18, 1.05):
      rail = [(0, y, z, 0.022) for y in ends]
      parts.append(Part(rail, colour, flat=True))
    for step in range(12):
      y = ends[0] + (ends[1] - ends[0]) * step / 11
      bar = [(0, y, 0.05, 0.012), (0, y, 1.05, 0.012)]
      parts.append(Part(bar, colour, flat=True))
  return Thing(parts, (0.3, length * count / 2), "street", pieces=count)


def bicycles(dice: Dice) -> Thing:
  """Parked bicycles side by side."""
  parts = []
  count, gap = dice.randint(2, 14), dice.uniform(0.4, 0.7)
  lean = dice.uniform(-0.15, 0.15)
  for i in range(count):
    y = gap * (i - (count - 1) / 2)
    x = dice.uniform(-0.15, 0.15)
    part = upright(
      (x - 0.9, y), (x + 0.9, y + lean), (0.0, 1.1), swatch=goods.bicycle(dice)
    )
    parts.append(part)
  return Thing(parts, (0.8, gap * count / 2 + 0.2), "street", pieces=count)


def bench(dice: Dice) -> Thing:
  """A bench of wood or stone."""
  long = dice.uniform(0.7, 1.6)
  if dice.random() < 0.5:
    colour = vary(dice, choose(dice, STONE))
    side = masonry.blocks(dice)
    sides = block((-0.25, 0.25), (-long, long), (0, 0.45), colour, side)
    return Thing(sides, (0.35, long), "street")
  colour, planks = vary(dice, choose(dice, WOOD)), masonry.planks(dice)
  parts = [
    level((-0.22, 0.22), (-long, long), 0.45, colour, planks, 0.1),
    upright((-0.24, -long), (-0.24, long), (0.5, 0.88), colour, planks),
  ]
  legs = (-long * 0.8, long * 0.8)
  parts += [pole((0, y, 0), (0, y, 0.45), 0.04, METAL[0]) for y in legs]
  return Thing(parts, (0.35, long), "street")


def bin_or_box(dice: Dice) -> Thing:
  """A litter bin, a crate or a bag left on the ground."""
  wide, high = dice.uniform(0.15, 0.4), dice.uniform(0.25, 1.0)
  paint = vary(dice, choose(dice, METAL + STONE + BOARDS), 0.05)
  if dice.random() < 0.5:
    parts = block((-wide, wide), (-wide, wide), (0, high), paint)
    return Thing(parts, (wide, wide))
  lid = ring(high, wide * 0.8, wide * 0.8, corners=8)
  sides = ring(0.0, wide, wide, corners=8) + ring(high, wide, wide, corners=8)
  parts = [Part(sides, paint), Part(lid, dim(paint, 0.4), 0.3)]
  return Thing(parts, (wide, wide))


def cones(dice: Dice) -> Thing:
  """Traffic cones in a row."""
  parts, count = [], dice.randint(1, 6)
  for i in range(count):
    y = 1.3 * (i - (count - 1) / 2)
    foot = ring(0.02, 0.18, 0.18, y=y, corners=8)
    tip = [*foot, (0, y, 0.7, 0.03)]
    parts.append(Part(tip, (0.92, 0.33, 0.12)))
    band = ring(0.3, 0.12, 0.12, y=y, corners=8)
    band += ring(0.42, 0.09, 0.09, y=y, corners=8)
    parts.append(Part(band, (0.92, 0.92, 0.9), 0.05))
  return Thing(parts, (0.2, 0.65 * count), "street")


def statue(dice: Dice) -> Thing:
  """An abstract piece on a plinth: stacked rounds, of no one's likeness."""
  stone = vary(dice, choose(dice, STONE + METAL))
  high = dice.uniform(0.5, 1.4)
  parts = block(
    (-0.5, 0.5), (-0.5, 0.5), (0, high), dim(stone, 0.8), masonry.blocks(dice)
  )
  z = high
  for _ in range(dice.randint(1, 4)):
    radius = dice.uniform(0.25, 0.6)
    x, y = dice.gauss(0, 0.12), dice.gauss(0, 0.12)
    parts.append(Part(ball(x, y, z + radius, radius), stone, 0.1))
    z += radius * dice.uniform(1.0, 2.0)
  return Thing(parts, (0.7, 0.7))


def cardboard(dice: Dice) -> Thing:
  """A pile of boxes, sacks or cobbles."""
  parts: list[Part] = []
  tan = (0.60, 0.46, 0.30)
  for layer in range(dice.randint(1, 4)):
    for _ in range(dice.randint(1, 4)):
      x, y, size = (
        dice.gauss(0, 0.4),
        dice.gauss(0, 0.5),
        dice.uniform(0.15, 0.35),
      )
      low = layer * 0.4
      colour = vary(dice, tan, 0.08)
      spans = (x - size, x + size), (y - size, y + size), (low, low + 0.4)
      parts += block(*spans, colour)
  return Thing(parts, (0.7, 0.9))


def pebbles(dice: Dice) -> Thing:
  """A patch of round stones or of fallen leaves."""
  wide, long = dice.uniform(0.5, 2.0), dice.uniform(0.5, 2.0)
  patch = level((-wide, wide), (-long, long), 0.02, swatch=masonry.rubble(dice))
  return Thing([patch], (0.0, 0.0), flat=True)


def mannequins(dice: Dice) -> Thing:
  """Clothes on stands without heads."""
  parts, count = [], dice.randint(1, 5)
  for i in range(count):
    y = 0.6 * (i - (count - 1) / 2)
    colour = vary(dice, choose(dice, BOARDS), 0.1)
    trunk = ring(0.8, 0.12, 0.18, y=y) + ring(1.35, 0.1, 0.2, y=y)
    parts.append(pole((0, y, 0), (0, y, 0.9), 0.02, METAL[0]))
    parts.append(Part(trunk, colour))
  rail = facing((-0.4, 0, 0.9), 0.7 * count, 1.5, swatch=goods.clothes(dice))
  return Thing([rail, *parts], (0.5, 0.4 * count), "camera")
