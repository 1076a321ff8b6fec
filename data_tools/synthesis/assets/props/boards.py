"""Boards, banners, lanterns, balloons: what hangs or stands above heads."""

from data_tools.synthesis.assets.props.thing import METAL, Thing
from data_tools.synthesis.assets.swatches import goods, signs
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import (
  block,
  pole,
  upright,
)
from data_tools.synthesis.engine.solids import (
  Part,
  ball,
  vary,
)


def sign(dice: Dice) -> Thing:
  """A board with writing or a picture on one post or two."""
  wide = dice.uniform(0.3, 0.9)
  low = choose(dice, (0.1, 0.3, 1.9, 2.2))
  high = low + wide * dice.uniform(1.0, 2.4)
  parts = [pole((0, 0, 0), (0, 0, high), 0.04, METAL[1])]
  sides = (-0.04, 0.04), (-wide, wide), (low, high)
  parts += block(*sides, (0.4, 0.4, 0.42))
  shown = choose(dice, (signs.poster, signs.poster, signs.portrait))(dice)
  glows = dice.random() < 0.4
  for x, y in ((0.05, wide), (-0.05, -wide)):
    part = upright((x, -y), (x, y), (low, high), swatch=shown, lift=0.1)
    parts.append(part._replace(bright=glows))
  return Thing(parts, (0.2, wide), "street")


def banners(dice: Dice) -> Thing:
  """A banner between two posts, or flags in a row."""
  long, high = dice.uniform(1.5, 4.0), dice.uniform(2.4, 5.0)
  parts = [
    pole((0, y, 0), (0, y, high), 0.04, choose(dice, METAL))
    for y in (-long, long)
  ]
  if dice.random() < 0.5:
    deep = long / 2 * dice.uniform(0.7, 1.1)
    ends = (0.02, -long), (0.02, long)
    parts.append(upright(*ends, (high - deep, high), swatch=signs.banner(dice)))
    ends = (-0.02, long), (-0.02, -long)
    parts.append(upright(*ends, (high - deep, high), swatch=signs.banner(dice)))
  else:
    count = dice.randint(6, 18)
    for i in range(count):
      y, wide = long * (2 * (i + 0.5) / count - 1), long / count
      sag = high - 0.5 * (1 - (y / long) ** 2)
      flag = [
        (0, y - wide, sag, 0.0),
        (0, y + wide, sag, 0.0),
        (0, y, sag - 0.3, 0.0),
      ]
      paint = vary(dice, choose(dice, BOARDS), 0.08)
      parts.append(Part(flag, paint, flat=True))
  return Thing(parts, (0.2, long), "street")


def lanterns(dice: Dice) -> Thing:
  """Round lanterns on a line between two posts, over people's heads."""
  long, high = dice.uniform(2.0, 5.0), dice.uniform(3.0, 5.0)
  row = upright(
    (0, -long),
    (0, long),
    (high - long / 2, high),
    swatch=goods.lanterns(dice),
    bright=dice.random() < 0.5,
  )
  parts = [row]
  parts += [
    pole((0, y, 0), (0, y, high), 0.05, METAL[0]) for y in (-long, long)
  ]
  return Thing(parts, (0.15, long), "street")


def balloons(dice: Dice) -> Thing:
  """A bunch of balloons, each as large as a head or larger."""
  parts = [pole((0, 0, 0), (0, 0, 1.6), 0.01, METAL[2])]
  middle = dice.uniform(1.7, 2.6)
  for _ in range(dice.randint(8, 30)):
    x, y, z = (dice.gauss(0, 0.25) for _ in range(3))
    paint = vary(dice, choose(dice, BOARDS), 0.08)
    parts.append(Part(ball(x, y, middle + z, dice.uniform(0.11, 0.17)), paint))
  return Thing(parts, (0.4, 0.4))
