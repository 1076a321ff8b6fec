"""Clutter between the camera and the scene, large in the picture.

A new one is one function of a `Window`, and a line in a table below.
"""

from collections.abc import Callable

from data_tools.synthesis.assets.props.thing import METAL, STONE
from data_tools.synthesis.assets.swatches import (
  facades,
  foliage,
  goods,
  masonry,
  signs,
)
from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.draws import Dice, choose, weighted
from data_tools.synthesis.engine.shapes import quad
from data_tools.synthesis.engine.solids import (
  WHITE,
  Colour,
  Part,
  Solid,
  dim,
  vary,
)
from data_tools.synthesis.engine.swatch import Maker
from data_tools.synthesis.scene.window import Window

Foreground = Callable[[Window], list[Part]]


def foreground(
  dice: Dice,
  camera: Camera,
  share: float,
  large: tuple[float, float],
  kinds: tuple[tuple[Foreground, float], ...],
) -> list[Solid]:
  """Draws what the camera looks past, if anything.

  Args:
    dice: of the picture.
    camera: of the picture.
    share: of pictures that have any.
    large: see `Window`.
    kinds: what it may be, with weights.
  """
  solids: list[Solid] = []
  while len(solids) < 2 and dice.random() < share:
    parts = weighted(dice, kinds)(Window(camera, dice, large))
    solids.append(Solid(parts, (0.0, 0.0, 0.0)))
    share *= 0.4
  return solids


def leaves_above(window: Window) -> list[Part]:
  """Branches that hang into the picture from above or from a side."""
  dice, reach = window.dice, window.size() * 1.2
  kind = choose(
    dice, (foliage.clump, foliage.clump, foliage.ivy, foliage.bare_twigs)
  )
  middle, wide = dice.uniform(-0.1, 1.1), dice.uniform(0.3, 1.2)
  hue = vary(dice, (0.95, 1.0, 0.9), 0.12)
  parts = []
  for _ in range(dice.randint(5, 16)):
    x = middle + dice.uniform(-0.5, 0.5) * wide
    size = dice.uniform(0.2, 0.5)
    top = dice.uniform(-0.4, 1.0) * reach - size * 0.8
    shade = dim(hue, dice.uniform(0.5, 1.1))
    depth = dice.uniform(2.0, 4.0)
    frame = (x - size / 2, top, x + size / 2, top + size)
    parts.append(window.piece(*frame, kind(dice), shade, depth))
  return parts


def hedge_below(window: Window) -> list[Part]:
  """A hedge, a bed or a balcony's flowers along the lower edge."""
  dice, top = window.dice, 1 - window.size()
  hue = vary(dice, (0.95, 1.0, 0.9), 0.12)
  kind = choose(dice, (foliage.hedge, foliage.hedge, foliage.flower_bed))
  slant, parts = dice.gauss(0, 0.06), []
  step = dice.uniform(0.25, 0.6)
  x = -0.1
  swatch = kind(dice)
  while x < 1.1:
    low = top + slant * x
    frame = (x, low, x + step * 1.01, low + step * 1.4)
    parts.append(window.piece(*frame, swatch, hue, 2.2, slant * step))
    lit = dim(hue, 1.15)
    edge = (x - step * 0.2, low - step * 0.2, x + step * 1.2, low + step * 0.3)
    if dice.random() < 0.7:
      parts.append(window.piece(*edge, foliage.clump(dice), lit, 2.1))
    x += step
  return parts


def wall_beside(window: Window) -> list[Part]:
  """A wall, a board or a window front at one side."""
  dice = window.dice
  makers: tuple[tuple[Maker, Colour], ...] = (
    (masonry.bricks, choose(dice, STONE)),
    (masonry.blocks, choose(dice, STONE)),
    (facades.windows, choose(dice, STONE)),
    (facades.curtain_wall, WHITE),
    (foliage.hedge, WHITE),
    (signs.poster, WHITE),
    (signs.portrait, WHITE),
    (goods.shelves, WHITE),
    (goods.clothes, WHITE),
  )
  maker, colour = choose(dice, makers)
  wide, tilt = window.size(), dice.uniform(-0.1, 0.1)
  start = -0.05 if window.side() == 0 else 1.05 - wide
  colour = vary(dice, colour) if colour != WHITE else colour
  top = dice.uniform(-0.3, 0.5) if dice.random() < 0.5 else -0.2
  frame = (start, top, start + wide, top + 1.6)
  return [window.piece(*frame, maker(dice), colour, 2.3, tilt)]


def balustrade_below(window: Window) -> list[Part]:
  """A balustrade or a row of seats or goods along the lower edge."""
  dice, high = window.dice, window.size()
  kind = choose(dice, (masonry.balusters, masonry.balusters, goods.seats))
  hue = vary(dice, (0.85, 0.83, 0.79), 0.12)
  wide, x = high * dice.uniform(1.4, 2.4), -0.1
  parts = []
  slant = dice.gauss(0, 0.03)
  row = kind(dice)
  while x < 1.1:
    top = 1.03 - high + slant * x
    frame = (x, top, x + wide, top + high)
    parts.append(window.piece(*frame, row, hue, 2.2, slant * wide))
    x += wide
  return parts


def awning_above(window: Window) -> list[Part]:
  """An awning, a banner or lanterns along the upper edge."""
  dice, low = window.dice, window.size() * 0.8
  kind = choose(
    dice, (signs.awning, signs.banner, goods.lanterns, goods.lanterns)
  )
  left = dice.uniform(-0.4, 0.4)
  right = left + dice.uniform(0.5, 1.2)
  slant = dice.gauss(0, 0.05)
  top = -0.1 if kind is signs.awning else low - dice.uniform(0.1, 0.25)
  return [window.piece(left, top, right, low, kind(dice), slant=slant)]


def post(window: Window) -> list[Part]:
  """A post or a tree's trunk from top to bottom, at times with a board."""
  dice, x, wide = (
    window.dice,
    window.dice.random(),
    window.dice.uniform(0.01, 0.05),
  )
  paint = vary(dice, choose(dice, METAL + STONE))
  parts = []
  lean = dice.gauss(0, 0.02)
  for i, shade in enumerate((0.75, 1.0, 1.15, 0.9)):
    left, right = x + wide * i / 4, x + wide * (i + 1) / 4
    corners = [
      (left + lean, -0.1),
      (right + lean, -0.1),
      (right, 1.1),
      (left, 1.1),
    ]
    points = [window.point(a, b, 2.4) for a, b in corners]
    parts.append(quad(points, dim(paint, shade), lift=-2.4))
  if dice.random() < 0.4:
    top, size = dice.uniform(-0.1, 0.6), window.size()
    frame = (
      x - size / 2,
      top,
      x + size / 2,
      top + size * dice.uniform(0.5, 1.6),
    )
    parts.append(window.piece(*frame, signs.poster(dice), depth=2.3))
  return parts


def roof_below(window: Window) -> list[Part]:
  """A roof of tiles, a canopy or a parked car's roof below the camera."""
  dice, top = window.dice, 1 - window.size()
  hue = vary(dice, choose(dice, ((0.55, 0.3, 0.22), (0.36, 0.37, 0.39))), 0.06)
  left, right = dice.uniform(-0.3, 0.3), dice.uniform(0.6, 1.3)
  slant = dice.gauss(0, 0.1)
  kind = choose(dice, (masonry.roof_tiles, masonry.roof_tiles, goods.fruit))
  tint = WHITE if kind is goods.fruit else hue
  frame = (left, top, right, 1.2)
  return [window.piece(*frame, kind(dice), tint, slant=slant)]


OUTDOORS: tuple[tuple[Foreground, float], ...] = (
  (leaves_above, 0.3),
  (hedge_below, 0.2),
  (wall_beside, 0.15),
  (balustrade_below, 0.08),
  (awning_above, 0.1),
  (post, 0.1),
  (roof_below, 0.07),
)
INDOORS: tuple[tuple[Foreground, float], ...] = (
  (wall_beside, 0.4),
  (balustrade_below, 0.25),
  (awning_above, 0.2),
  (post, 0.15),
)
