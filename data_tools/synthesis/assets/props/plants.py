"""Trees, hedges, beds: what counters most easily take for packed crowds."""

import math

from data_tools.synthesis.assets.props.thing import STONE, WOOD, Thing
from data_tools.synthesis.assets.swatches import foliage, masonry
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import (
  block,
  facing,
  pole,
  quad,
  side_by_side,
)
from data_tools.synthesis.engine.solids import (
  WHITE,
  Part,
  dim,
  ring,
  vary,
)
from data_tools.synthesis.engine.swatch import Maker


def tree(dice: Dice) -> Thing:
  """A tree with a crown of many clumps."""
  trunk, wide = dice.uniform(1.8, 4.0), dice.uniform(1.2, 3.2)
  bark = vary(dice, (0.30, 0.24, 0.19))
  parts = [pole((0, 0, 0), (0, 0, trunk + wide * 0.6), 0.17, bark, 0.08)]
  parts += _crown(dice, wide, trunk + wide * 0.8)
  return Thing(parts, (0.5, 0.5), "camera")


def bare_tree(dice: Dice) -> Thing:
  """A tree in winter."""
  high = dice.uniform(4, 9)
  shade = dim(WHITE, dice.uniform(0.6, 1.0))
  twigs = foliage.bare_twigs(dice)
  parts = [
    facing((x, 0, high / 2), high * 0.9, high, shade, twigs) for x in (0, 0.6)
  ]
  return Thing(parts, (0.4, 0.4), "camera")


def palm(dice: Dice) -> Thing:
  """A palm or a cycad: fronds all round."""
  trunk, long = choose(dice, (0.3, 0.6, 3.5, 5.0)), dice.uniform(1.0, 2.2)
  bark = vary(dice, (0.34, 0.27, 0.2))
  parts = [pole((0, 0, 0), (0, 0, trunk), 0.2, bark, 0.15)]
  count = dice.randint(18, 34)
  for i in range(count):
    angle = 2 * math.pi * (i * 0.618 % 1)
    rise = dice.uniform(-0.5, 1.2)
    out, up = math.cos(rise) * long, math.sin(rise) * long
    cosine, sine = math.cos(angle), math.sin(angle)
    half = long * 0.16
    corners = [
      (-sine * half, cosine * half, trunk),
      (cosine * out - sine * half, sine * out + cosine * half, trunk + up),
      (cosine * out + sine * half, sine * out - cosine * half, trunk + up),
      (sine * half, -cosine * half, trunk),
    ]
    shade = dim(WHITE, 0.55 + 0.3 * (rise + 0.5) / 1.7)
    parts.append(quad(corners, shade, foliage.frond(dice)))
  return Thing(parts, (0.6, 0.6))


def bush(dice: Dice) -> Thing:
  """A round shrub on the ground, at times several side by side."""
  parts: list[Part] = []
  spread = dice.uniform(0.0, 2.5)
  for _ in range(dice.randint(1, 5)):
    wide = dice.uniform(0.4, 1.0)
    y = dice.uniform(-spread, spread)
    parts += _shrub(dice, wide, wide * 0.7, y)
  return Thing(parts, (0.6, 0.6 + spread), "camera")


def hedge(dice: Dice) -> Thing:
  """A clipped hedge."""
  long, deep = dice.uniform(1.5, 8.0), dice.uniform(0.3, 0.8)
  high = dice.uniform(0.5, 1.9)
  parts = _leafy_block(dice, deep, long, 0.0, high)
  pieces = _leafy_pieces(long, high)
  return Thing(parts, (deep + 0.1, long), "street", pieces=pieces)


def bed(dice: Dice) -> Thing:
  """A raised bed of flowers within a kerb, at times with trees."""
  deep, long = dice.uniform(0.6, 1.6), dice.uniform(0.8, 5.0)
  high = dice.uniform(0.2, 0.55)
  stone = vary(dice, choose(dice, STONE))
  side = choose(dice, (masonry.bricks, masonry.blocks, masonry.rubble))(dice)
  parts = block((-deep, deep), (-long, long), (0.0, high), stone, side)
  inner, wide = deep - 0.15, long - 0.15
  if dice.random() < 0.6:
    count = max(1, round(wide / inner))
    for i in range(count):
      ends = side_by_side(wide, count, i)
      corners = [
        (inner, ends[1], high + 0.05),
        (inner, ends[0], high + 0.05),
        (-inner, ends[0], high + 0.05),
        (-inner, ends[1], high + 0.05),
      ]
      blossom = foliage.flower_bed(dice)
      parts.append(quad(corners, WHITE, blossom, lift=0.3))
  else:
    parts += _leafy_block(
      dice, inner, wide, high, high + dice.uniform(0.2, 0.8)
    )
  return Thing(parts, (deep + 0.1, long + 0.1), "street")


def planter(dice: Dice) -> Thing:
  """A pot with a shrub, flowers or a small tree in it."""
  wide, high = dice.uniform(0.3, 0.9), dice.uniform(0.35, 0.7)
  pot = ring(0.0, wide * 0.85, wide * 0.85, corners=12)
  pot += ring(high, wide, wide, corners=12)
  parts = [Part(pot, vary(dice, choose(dice, STONE + WOOD)))]
  kind = dice.random()
  if kind < 0.2:
    soil = ring(high + 0.02, wide * 0.85, wide * 0.85, corners=12)
    parts.append(Part(soil, (0.22, 0.16, 0.12), 0.2, flat=True))
  elif kind < 0.75:
    parts += _shrub(dice, wide * dice.uniform(0.8, 1.3), high + wide * 0.4)
  else:
    stem = high + dice.uniform(0.5, 1.2)
    bark = vary(dice, (0.30, 0.24, 0.19))
    parts.append(pole((0, 0, high), (0, 0, stem), 0.05, bark))
    parts += _crown(dice, wide * 0.9, stem + wide * 0.6, clumps=7)
  return Thing(parts, (wide + 0.15, wide + 0.15), "camera")


def green_wall(dice: Dice) -> Thing:
  """A wall or a frame overgrown from the ground up."""
  long, high = dice.uniform(1.5, 5.0), dice.uniform(1.5, 4.0)
  parts = _leafy_block(dice, 0.2, long, 0.0, high)
  for i in range(3):
    y = long * (2 * (i + 0.5) / 3 - 1)
    hanging = facing(
      (0.3, y, high * 0.6),
      long * 0.8,
      high * 0.9,
      WHITE,
      foliage.ivy(dice),
      lift=0.1,
    )
    parts.append(hanging)
  return Thing(parts, (0.4, long), "street")


def _crown(dice: Dice, wide: float, z: float, clumps: int = 18) -> list[Part]:
  """Clumps of leaves about a point, dark below and within."""
  kind, hue = foliage.clump, vary(dice, (0.95, 1.0, 0.9), 0.12)
  swatches = [kind(dice) for _ in range(3)]
  parts = [
    facing(
      (-0.1, 0, z),
      wide * 1.7,
      wide * 1.6,
      dim(hue, 0.5),
      choose(dice, swatches),
      lift=-1.0,
    ),
  ]
  for _ in range(clumps):
    angle, up = dice.uniform(0, 2 * math.pi), dice.uniform(-1, 1)
    out = math.sqrt(max(0.0, 1 - up * up)) * dice.uniform(0.4, 0.75)
    x, y = wide * out * math.cos(angle), wide * out * math.sin(angle)
    size = wide * dice.uniform(0.6, 1.0)
    light = 0.75 + 0.35 * up + dice.uniform(-0.1, 0.1)
    parts.append(
      facing(
        (x, y, z + up * wide * 0.65),
        size * choose(dice, (1, -1)),
        size * dice.uniform(0.7, 1.0),
        dim(hue, light),
        choose(dice, swatches),
        lean=0.4,
      )
    )
  return parts


def _shrub(dice: Dice, wide: float, z: float, y: float = 0.0) -> list[Part]:
  """A round bush about a point: a mass of leaves with a ragged edge."""
  hue = vary(dice, (0.95, 1.0, 0.9), 0.1)
  mass = ring(z - wide * 0.55, wide * 0.6, wide * 0.75, y=y, corners=10)
  mass += [(0.0, y, z, wide * 0.72)]
  parts = [Part(mass, (0.10, 0.16, 0.07), -0.3)]
  for _ in range(7):
    dy, dz = dice.uniform(-0.45, 0.45) * wide, dice.uniform(-0.4, 0.4) * wide
    size = wide * dice.uniform(0.9, 1.4)
    light = 0.8 + 0.5 * dz / wide + dice.uniform(-0.08, 0.08)
    leaves = foliage.clump(dice)
    centre = (0.3 * wide, y + dy, max(size * 0.3, z + dz))
    parts.append(
      facing(centre, size, size * 0.8, dim(hue, light), leaves, lean=0.4)
    )
  return parts


def _leafy_block(
  dice: Dice, deep: float, long: float, low: float, high: float
) -> list[Part]:
  """A box of leaves, cut so that leaves keep their size."""
  leaves: Maker = foliage.hedge
  hue = vary(dice, (0.95, 1.0, 0.9), 0.12)
  swatch = leaves(dice)
  parts = []
  count = _leafy_pieces(long, high - low)
  for i in range(count):
    ends = side_by_side(long, count, i)
    parts += block((-deep, deep), ends, (low, high), hue, swatch, swatch)
  return parts


def _leafy_pieces(long: float, high: float) -> int:
  return max(1, round(2 * long / max(high, 0.8)))
