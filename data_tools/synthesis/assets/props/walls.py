"""Low walls, balustrades, roofs, steps: masonry that stands by itself."""

from data_tools.synthesis.assets.props.thing import METAL, STONE, WOOD, Thing
from data_tools.synthesis.assets.swatches import foliage, goods, masonry, signs
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import (
  block,
  level,
  pole,
  quad,
  side_by_side,
  upright,
)
from data_tools.synthesis.engine.solids import Part, dim, vary

_MASONRY = (masonry.bricks, masonry.blocks, masonry.rubble)


def wall(dice: Dice) -> Thing:
  """A wall of bricks or stones, low or as tall as a person."""
  long, high = dice.uniform(1.0, 4.0), dice.uniform(0.5, 2.2)
  stone = vary(dice, choose(dice, STONE))
  side = choose(dice, _MASONRY)(dice)
  count = max(1, round(long / 1.2))
  parts: list[Part] = []
  for i in range(count):
    ends = side_by_side(long, count, i)
    parts += block((-0.2, 0.2), ends, (0, high), stone, side)
    top = (high, high + 0.08)
    parts += block((-0.25, 0.25), ends, top, dim(stone, 1.2), lift=0.1)
  return Thing(parts, (0.25, long), "street", pieces=count)


def balustrade(dice: Dice) -> Thing:
  """Rows of balusters: knobs at one height, side by side."""
  count, stone = dice.randint(1, 5), vary(dice, (0.85, 0.83, 0.79), 0.1)
  row = masonry.balusters(dice)
  high, low = dice.uniform(0.8, 1.1), dice.uniform(0.0, 0.4)
  parts: list[Part] = []
  base = masonry.blocks(dice)
  for i in range(count):
    left, right = side_by_side(float(count), count, i)
    if low > 0.1:
      span = (-0.2, 0.2), (left, right), (0.0, low)
      parts += block(*span, dim(stone, 0.9), base)
    ends, high_span = ((0.0, left), (0.0, right)), (low, low + high)
    parts.append(upright(*ends, high_span, stone, row, lift=0.05))
  for i in range(count + 1):
    y = 2.0 * i - count
    post = (-0.14, 0.14), (y - 0.14, y + 0.14), (0.0, low + high + 0.08)
    parts += block(*post, dim(stone, 0.95), lift=0.1)
  return Thing(parts, (0.25, float(count)), "street", pieces=count)


def pavilion(dice: Dice) -> Thing:
  """A roof of tiles on four posts or four walls."""
  deep, wide = dice.uniform(1.2, 2.5), dice.uniform(1.5, 3.5)
  eaves, ridge = dice.uniform(2.2, 3.0), dice.uniform(0.6, 1.6)
  hue = vary(
    dice,
    choose(dice, ((0.55, 0.3, 0.22), (0.35, 0.36, 0.38), (0.3, 0.42, 0.36))),
    0.06,
  )
  tiles = masonry.roof_tiles(dice)
  parts: list[Part] = []
  if dice.random() < 0.5:
    for x in (-deep, deep):
      for y in (-wide, wide):
        post = choose(dice, METAL + WOOD)
        parts.append(
          pole((x * 0.9, y * 0.9, 0), (x * 0.9, y * 0.9, eaves), 0.08, post)
        )
  else:
    stone, side = vary(dice, choose(dice, STONE)), choose(dice, _MASONRY)(dice)
    spans = (-deep * 0.85, deep * 0.85), (-wide * 0.85, wide * 0.85)
    parts += block(*spans, (0, eaves), stone, side)
  top = eaves + ridge
  for way, shade in ((1, 1.0), (-1, 0.85)):
    slope = [
      (0.0, -way * wide, top),
      (0.0, way * wide, top),
      (way * (deep + 0.4), way * wide, eaves),
      (way * (deep + 0.4), -way * wide, eaves),
    ]
    parts.append(quad(slope, dim(hue, shade), tiles, lift=0.8))
  for y in (-wide, wide):
    gable = [(0.0, y, top, 0.0), (deep, y, eaves, 0.0), (-deep, y, eaves, 0.0)]
    parts.append(Part(gable, (0.62, 0.58, 0.52), 0.4, flat=True))
  return Thing(parts, (deep, wide), "street")


def steps(dice: Dice) -> Thing:
  """A flight of steps that leads nowhere in particular."""
  count, long = dice.randint(2, 7), dice.uniform(1.0, 4.0)
  stone = vary(dice, choose(dice, STONE))
  parts: list[Part] = []
  for i in range(count):
    x, z = 0.35 * (count / 2 - i), 0.16 * (i + 1)
    tread = level((x - 0.35, x), (-long, long), z, dim(stone, 1.1), lift=0.1)
    front = upright((x, -long), (x, long), (z - 0.16, z), dim(stone, 0.75))
    parts += [front, tread]
  return Thing(parts, (0.2 * count, long), "street")


def hoarding(dice: Dice) -> Thing:
  """Boards around a building site, or a wall of posters, plants or planks."""
  long, high = dice.uniform(2.0, 6.0), dice.uniform(1.8, 2.6)
  kinds = (
    masonry.planks,
    signs.poster,
    goods.shelves,
    foliage.hedge,
    signs.screen,
  )
  kind = choose(dice, kinds)
  tint = (1.0, 1.0, 1.0)
  if kind is masonry.planks:
    tint = vary(dice, choose(dice, WOOD))
  count = max(1, round(2 * long / 1.6))
  parts = []
  for way in (1, -1):
    for i in range(count):
      left, right = side_by_side(way * long, count, i)
      spot = (0.03 * way, left), (0.03 * way, right)
      parts.append(upright(*spot, (0.0, high), tint, kind(dice)))
  return Thing(parts, (0.2, long), "street", pieces=count)
