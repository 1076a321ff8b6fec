"""Halls and platforms: ceilings, columns, lamps, trains."""

import itertools
import math

import numpy as np

from data_tools.synthesis.assets.props.boards import sign
from data_tools.synthesis.assets.props.street import bench
from data_tools.synthesis.assets.props.thing import METAL, STONE, stand
from data_tools.synthesis.assets.swatches import (
  facades,
  foliage,
  masonry,
  signs,
)
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import (
  block,
  level,
  quad,
  upright,
)
from data_tools.synthesis.engine.solids import (
  Colour,
  Part,
  Solid,
  dim,
  ring,
  vary,
)
from data_tools.synthesis.surroundings.base import Surroundings
from data_tools.synthesis.surroundings.facade import row_of_houses, skyline

EDGE = 2.5  # metres to the right of the camera where the platform ends
_STRIPS = (1.0, 3.0, 6.0, 10.0, 16.0, 24.0, 36.0, 55.0, 80.0)
_LAMP: Colour = (0.98, 0.97, 0.92)


def hall(dice: Dice) -> Surroundings:
  """A mall, a station hall or an exhibition."""
  left, right = -dice.uniform(5, 16), dice.uniform(5, 16)
  end, high = dice.uniform(18, 60), dice.uniform(3.2, 11)
  wall = vary(dice, (0.78, 0.76, 0.72), 0.1)
  sides = (
    ((left, 0.0), (left, end)),
    ((left, end), (right, end)),
    ((right, end), (right, 0.0)),
  )
  parts: list[Part] = []
  for start, stop in sides:
    parts += row_of_houses(dice, start, stop, shops=0.85, tall=0.0, roofs=0.0)
    if high > 3.8:
      upper = choose(
        dice, (facades.curtain_wall, facades.louvres, signs.banner)
      )
      band = (3.6, high)
      parts.append(upright(start, stop, band, dim(wall, 0.9), upper(dice)))
  parts += _ceiling(dice, (left, right), high, end)
  things = _columns(dice, (left, right), high, end)

  def open_ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x > left + 0.5) & (x < right - 0.5) & (y < end - 0.8)

  return Surroundings(
    Solid(parts, (0.0, 0.0, 0.0)), open_ground, tuple(things), ceiling=high
  )


def platform(dice: Dice) -> Surroundings:
  """A platform along a track, a train at it or not, columns and a roof."""
  left, end = -dice.uniform(2.5, 8), dice.uniform(40, 90)
  high = dice.uniform(3.0, 6.0)
  parts: list[Part] = []
  if dice.random() < 0.6:
    parts += row_of_houses(dice, (left, 0.0), (left, end), shops=0.4, tall=0.4)
  else:
    beyond = left - dice.uniform(0.5, 6)
    green = choose(dice, (foliage.hedge, masonry.bricks, masonry.planks))
    ends = (beyond, 1.0), (beyond, end)
    parts.append(upright(*ends, (0.0, dice.uniform(1, 4)), swatch=green(dice)))
  parts += skyline(dice, end + 5)
  far = dice.uniform(7, 14)
  tint = vary(dice, choose(dice, STONE))
  bands = facades.louvres(dice)
  parts.append(upright((far, end), (far, 1.0), (0.0, 4.0), tint, bands))
  roofed = dice.random() < 0.75
  if roofed:
    parts += _ceiling(dice, (left, EDGE + 1.0), high, end)
  train = dice.random() < 0.55
  if train:
    parts += _train(dice, end)
  things = []
  gap, x = dice.uniform(5, 9), dice.uniform(-2.2, -0.5)
  y = dice.uniform(4, 8)
  while y < end:
    things.append(_column(dice, x, y, high))
    if dice.random() < 0.5:
      thing = choose(dice, (bench, sign))(dice)
      solid = stand(dice, thing, (x, y + gap / 2, 0.0))
      things.append(solid)
    y += gap

  def open_ground(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a > left + 0.4) & (a < EDGE - 0.4) & (b < end - 1)

  doors = (EDGE - 0.6, dice.uniform(6, 20)) if train else None
  return Surroundings(
    Solid(parts, (0.0, 0.0, 0.0)),
    open_ground,
    tuple(things),
    focus=doors,
    ceiling=high if roofed else math.inf,
  )


def _ceiling(
  dice: Dice, across: tuple[float, float], high: float, end: float
) -> list[Part]:
  """Panels with rows of lamps, nearer ones smaller for the perspective."""
  tone = vary(dice, (0.62, 0.62, 0.60), 0.14)
  spots, gap = dice.random() < 0.5, dice.uniform(1.5, 3.5)
  parts = []
  for near, far in itertools.pairwise(_STRIPS):
    if near >= end:
      break
    span = (near, min(far, end))
    parts.append(level(across, span, high, tone, lift=-3.0))
    y = near
    while y < span[1]:
      for i in range(-4, 5):
        x = i * gap
        if not across[0] < x < across[1]:
          continue
        size = (0.12, 0.12) if spots else (0.6, 0.09)
        lamp = (x - size[0], x + size[0]), (y, y + size[1] * 2)
        parts.append(
          level(*lamp, high - 0.05, _LAMP)._replace(bright=True, lift=-1.0)
        )
      y += gap * (1 if y < 24 else 3)
  return parts


def _columns(
  dice: Dice, across: tuple[float, float], high: float, end: float
) -> list[Solid]:
  if dice.random() < 0.4:
    return []
  gap, things = dice.uniform(5, 10), []
  xs = [x * dice.uniform(0.5, 0.75) for x in across]
  y = dice.uniform(5, 9)
  while y < end:
    things += [_column(dice, x, y, high) for x in xs]
    y += gap
  return things


def _column(dice: Dice, x: float, y: float, high: float) -> Solid:
  wide = dice.uniform(0.2, 0.5)
  stone = vary(dice, choose(dice, STONE + METAL))
  if dice.random() < 0.5:
    # Between flat rings: a bar's round ends would stick out below the floor.
    parts = [
      Part(ring(0.0, wide, wide) + ring(high, wide, wide), stone),
      Part(
        ring(0.0, 1.15 * wide, 1.15 * wide)
        + ring(0.12, 1.15 * wide, 1.15 * wide),
        dim(stone, 0.85),
        0.02,
      ),
    ]
  else:
    parts = block((-wide, wide), (-wide, wide), (0, high), stone)
  if dice.random() < 0.4:
    board = upright(
      (wide + 0.02, -wide),
      (wide + 0.02, wide),
      (0.8, 0.8 + 2.6 * wide),
      swatch=signs.poster(dice),
      lift=0.2,
    )
    parts.append(board)
  return Solid(parts, (x, y, 0.0), -math.pi / 2, (wide, wide))


def _train(dice: Dice, end: float) -> list[Part]:
  """The side of a train along the edge, its doors open or shut."""
  paint = vary(dice, choose(dice, signs.BOARDS + METAL), 0.06)
  stripe = vary(dice, choose(dice, signs.BOARDS), 0.06)
  parts: list[Part] = []
  x, y = EDGE + 0.15, 1.5

  def side(
    near: float,
    far: float,
    low: float,
    high: float,
    colour: Colour,
    lift: float,
  ) -> Part:
    return upright((x, far), (x, near), (low, high), colour, lift=lift)

  while y < end:
    parts.append(side(y, y + 4, 0.0, 3.2, paint, 0.0))
    parts.append(side(y, y + 4, 0.9, 1.15, stripe, 0.2))
    glass = vary(dice, (0.2, 0.23, 0.26), 0.05)
    parts.append(side(y + 0.3, y + 1.9, 1.3, 2.3, glass, 0.4))
    door = (0.15, 0.15, 0.16) if dice.random() < 0.4 else dim(paint, 0.85)
    parts.append(side(y + 2.3, y + 3.6, 0.0, 2.4, door, 0.4))
    parts.append(side(y + 2.92, y + 2.98, 0.0, 2.4, (0.1, 0.1, 0.1), 0.5))
    y += 4
  roof = [(x, y, 3.2), (x, 1.5, 3.2), (x + 2.5, 1.5, 3.5), (x + 2.5, y, 3.5)]
  parts.append(quad(roof, dim(paint, 0.7), lift=-1.0))
  return parts
