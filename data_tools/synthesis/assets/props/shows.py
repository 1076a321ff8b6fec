"""Stages, screens, marquees and other things that crowds gather about."""

import math

from data_tools.synthesis.assets.props.thing import METAL, Thing
from data_tools.synthesis.assets.swatches import foliage, signs
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import (
  block,
  facing,
  pole,
  quad,
  upright,
)
from data_tools.synthesis.engine.solids import Part, ball, dim, vary


def stage(dice: Dice) -> Thing:
  """A stage: floor, back, screen, towers of loudspeakers, rows of lamps."""
  wide, high = dice.uniform(4, 9), dice.uniform(4.5, 8)
  parts = block((-3, 2), (-wide, wide), (0, 1.2), (0.15, 0.15, 0.16))
  back = vary(dice, choose(dice, BOARDS), 0.1)
  parts.append(upright((-3, -wide), (-3, wide), (1.2, high), dim(back, 0.5)))
  screen = choose(dice, (signs.screen, signs.portrait, signs.banner))(dice)
  ends = (-2.8, -wide * 0.5), (-2.8, wide * 0.5)
  parts.append(upright(*ends, (2.0, high - 0.8), swatch=screen, bright=True))
  for y in (-wide, wide):
    for x in (-2.8, 1.8):
      parts.append(pole((x, y, 0), (x, y, high), 0.12, METAL[1]))
    stack = (0.8, 1.9), (y - 0.6, y + 0.6), (1.2, dice.uniform(2.5, high))
    parts += block(*stack, (0.08, 0.08, 0.09))
  bar = (1.8, -wide, high), (1.8, wide, high)
  parts.append(pole(*bar, 0.12, METAL[1]))
  for i in range(12):
    y = wide * (2 * (i + 0.5) / 12 - 1)
    paint = vary(dice, choose(dice, BOARDS), 0.1)
    lamp = ball(1.8, y, high - 0.25, 0.16)
    parts.append(Part(lamp, paint, 0.3, bright=True))
  roof = [
    (-3.2, wide, high + 1),
    (-3.2, -wide, high + 1),
    (2.0, -wide, high + 0.1),
    (2.0, wide, high + 0.1),
  ]
  parts.append(quad(roof, dim(back, 0.8), lift=0.5))
  return Thing(parts, (3.0, wide))


def marquee(dice: Dice) -> Thing:
  """A tent open on all sides, with tables in its shade."""
  deep, wide = dice.uniform(1.5, 2.5), dice.uniform(1.5, 3.5)
  cloth = vary(dice, choose(dice, BOARDS), 0.06)
  parts: list[Part] = [
    pole((x, y, 0), (x, y, 2.3), 0.04, METAL[2])
    for x in (-deep, deep)
    for y in (-wide, wide)
  ]
  parts += block(
    (-0.4, 0.4), (-wide * 0.8, wide * 0.8), (0, 0.8), (0.8, 0.8, 0.8)
  )
  top = (0.0, 0.0, dice.uniform(3.0, 4.0), 0.0)
  corners = [(-deep, -wide), (deep, -wide), (deep, wide), (-deep, wide)]
  for i, shade in enumerate((0.85, 1.0, 0.92, 0.8)):
    (x, y), (u, v) = corners[i], corners[(i + 1) % 4]
    slope = [top, (x, y, 2.35, 0.0), (u, v, 2.35, 0.0)]
    parts.append(Part(slope, dim(cloth, shade), 1.0, flat=True))
    edge = upright(
      (x, y), (u, v), (2.1, 2.38), dim(cloth, shade * 0.9), lift=0.9
    )
    parts.append(edge)
  return Thing(parts, (deep, wide), "street")


def fountain(dice: Dice) -> Thing:
  """A basin with spray."""
  wide = dice.uniform(1.2, 3.0)
  stone = vary(dice, (0.7, 0.68, 0.64), 0.08)
  rim = [
    (wide * math.cos(a), wide * math.sin(a), z, 0.0)
    for a in (i * math.pi / 8 for i in range(16))
    for z in (0.0, 0.5)
  ]
  water = [
    (0.9 * wide * math.cos(a), 0.9 * wide * math.sin(a), 0.5, 0.0)
    for a in (i * math.pi / 8 for i in range(16))
  ]
  parts = [Part(rim, stone), Part(water, (0.35, 0.45, 0.5), 1.0, flat=True)]
  for _ in range(40):
    x, y = dice.gauss(0, wide * 0.2), dice.gauss(0, wide * 0.2)
    drop = ball(x, y, dice.uniform(0.5, 2.2), dice.uniform(0.03, 0.12))
    parts.append(Part(drop, (0.86, 0.9, 0.93), 1.2, flat=True))
  return Thing(parts, (wide, wide))


def big_screen(dice: Dice) -> Thing:
  """An advertisement as large as a house."""
  wide, high = dice.uniform(1.5, 5.0), dice.uniform(2.0, 5.0)
  low = dice.uniform(0.5, 3.0)
  kinds = (signs.screen, signs.portrait, signs.poster, signs.banner)
  shown = facing(
    (0, 0, low + high / 2), 2 * wide, high, swatch=choose(dice, kinds)(dice)
  )
  legs = [
    pole((-0.1, y, 0), (-0.1, y, low), 0.12, METAL[1])
    for y in (-wide * 0.7, wide * 0.7)
  ]
  glowing = shown._replace(bright=dice.random() < 0.5)
  return Thing([*legs, glowing], (0.3, wide), "camera")


def flower_sculpture(dice: Dice) -> Thing:
  """Flowers planted over a frame, such as parks put up for holidays."""
  parts: list[Part] = []
  count = dice.randint(1, 4)
  for i in range(count):
    wide = dice.uniform(0.8, 1.8)
    y = 1.6 * (i - (count - 1) / 2)
    middle = (0.0, y, wide * 0.6)
    bloom = foliage.flower_bed(dice)
    parts.append(facing(middle, wide * 1.6, wide * 1.2, swatch=bloom, lean=0.5))
    parts.append(
      facing((0.1, y, 0.15), wide * 1.8, 0.4, swatch=foliage.hedge(dice))
    )
  return Thing(parts, (0.5, 0.8 * count + 0.5), "camera")
