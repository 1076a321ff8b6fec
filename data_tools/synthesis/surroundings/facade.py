"""Fronts of houses."""

from data_tools.synthesis.assets.swatches import (
  facades,
  foliage,
  masonry,
  signs,
)
from data_tools.synthesis.engine.draws import Dice, choose, weighted
from data_tools.synthesis.engine.shapes import quad, upright
from data_tools.synthesis.engine.solids import Colour, Part, dim, vary

GROUND_FLOOR, UPPER = 3.6, 9.0  # metres: a ground floor, three floors above it
WALLS: tuple[Colour, ...] = (
  (0.72, 0.67, 0.60),
  (0.82, 0.80, 0.76),
  (0.58, 0.40, 0.33),
  (0.52, 0.52, 0.54),
  (0.86, 0.74, 0.52),
  (0.62, 0.60, 0.58),
)
ROOFS: tuple[Colour, ...] = (
  (0.55, 0.30, 0.22),
  (0.36, 0.37, 0.39),
  (0.42, 0.26, 0.22),
)


def row_of_houses(
  dice: Dice,
  start: tuple[float, float],
  end: tuple[float, float],
  shops: float = 0.8,
  tall: float = 0.6,
  roofs: float = 0.7,
) -> list[Part]:
  """Houses side by side.

  Args:
    dice: of the picture.
    start: x, y of the left end, as seen from the street.
    end: x, y of the right end.
    shops: share of houses with a shop.
    tall: share of houses of more than one storey.
    roofs: share of the others that show their roof; those that do not have
      a parapet. 0 indoors, where neither is.
  """
  dx, dy = end[0] - start[0], end[1] - start[1]
  length = (dx * dx + dy * dy) ** 0.5
  parts: list[Part] = []
  at = 0.0
  while at < length - 1:
    wide = min(dice.uniform(9, 18), length - at)
    left, right = at / length, (at + wide) / length
    corners = (
      (start[0] + dx * left, start[1] + dy * left),
      (start[0] + dx * right, start[1] + dy * right),
    )
    parts += house(dice, *corners, shops, tall, roofs)
    at += wide
  return parts


def house(
  dice: Dice,
  start: tuple[float, float],
  end: tuple[float, float],
  shops: float,
  tall: float,
  roofs: float,
) -> list[Part]:
  """One house: a shop or a wall below, windows above, at times a roof."""
  wall = vary(dice, choose(dice, WALLS), 0.06)
  base = GROUND_FLOOR if dice.random() < shops else 0.0
  parts = []
  if base:
    shop = facades.shops(dice)
    glow = dice.random() < 0.4
    parts.append(upright(start, end, (0.0, base), swatch=shop, bright=glow))
  elif dice.random() < 0.5:
    stone = choose(dice, (masonry.bricks, masonry.blocks, foliage.hedge))(dice)
    base = dice.uniform(2.0, 4.0)
    parts.append(upright(start, end, (0.0, base), wall, stone))
  top = base
  if dice.random() < tall or not parts:
    upper = weighted(dice, facades.UPPER)(dice)
    for _ in range(dice.randint(1, 3)):
      parts.append(upright(start, end, (top, top + UPPER), wall, upper))
      top += UPPER
  elif dice.random() < roofs:
    parts.append(_roof(dice, start, end, top))
  elif roofs:
    parts.append(_parapet(dice, start, end, top, wall))
  if top > base and dice.random() < 0.4:
    parts.append(_banner(dice, start, end, base))
  return parts


def _roof(
  dice: Dice, start: tuple[float, float], end: tuple[float, float], top: float
) -> Part:
  """Tiles that slope up and away from the street."""
  inward = (start[1] - end[1], end[0] - start[0])
  length = (inward[0] ** 2 + inward[1] ** 2) ** 0.5
  deep, rise = dice.uniform(3, 6), dice.uniform(1.5, 4)
  back = (inward[0] / length * deep, inward[1] / length * deep)
  corners = [
    (start[0] + back[0], start[1] + back[1], top + rise),
    (end[0] + back[0], end[1] + back[1], top + rise),
    (end[0], end[1], top),
    (start[0], start[1], top),
  ]
  hue = vary(dice, choose(dice, ROOFS), 0.06)
  return quad(corners, hue, masonry.roof_tiles(dice))


def _parapet(
  dice: Dice,
  start: tuple[float, float],
  end: tuple[float, float],
  top: float,
  wall: Colour,
) -> Part:
  """What stands before a flat roof: a band of wall, or railings on it."""
  kind = choose(dice, (masonry.blocks, masonry.bricks, masonry.balusters))
  high = top + dice.uniform(0.6, 1.4)
  return upright(start, end, (top, high), dim(wall, 0.92), kind(dice))


def _banner(
  dice: Dice, start: tuple[float, float], end: tuple[float, float], low: float
) -> Part:
  """A board, a screen or hanging plants on the wall."""
  left = dice.uniform(0.05, 0.5)
  right = left + dice.uniform(0.2, 0.45)
  dx, dy = end[0] - start[0], end[1] - start[1]
  spots = (
    (start[0] + dx * left, start[1] + dy * left),
    (start[0] + dx * right, start[1] + dy * right),
  )
  high = low + dice.uniform(1.2, 4.0)
  kinds = (signs.banner, signs.screen, signs.portrait, foliage.ivy)
  shown = choose(dice, kinds)(dice)
  glows = dice.random() < 0.5
  tint = dim((1.0, 1.0, 1.0), dice.uniform(0.85, 1.0))
  return upright(*spots, (low, high), tint, shown, lift=3.0, bright=glows)


def skyline(dice: Dice, distance: float) -> list[Part]:
  """What closes the view beyond all else: woods, a wall, a town."""
  kinds = (foliage.hedge, foliage.hedge, facades.windows, facades.curtain_wall)
  parts: list[Part] = []
  x = -2.6 * distance
  while x < 2.6 * distance:
    wide, kind = dice.uniform(15, 50), choose(dice, kinds)
    high = dice.uniform(5, 9) if kind is foliage.hedge else dice.uniform(8, 30)
    tint = vary(dice, choose(dice, WALLS), 0.06)
    if kind is foliage.hedge:
      tint = vary(dice, (0.8, 0.85, 0.8), 0.1)
    y = distance + dice.uniform(0, 15)
    ends = (x, y), (x + wide, y)
    parts.append(upright(*ends, (0.0, high), tint, kind(dice)))
    x += wide * dice.uniform(0.7, 1.0)
  return parts
