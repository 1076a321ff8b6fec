"""Walls of houses. Neutral, to be tinted; what is glass stays dark."""

import cv2
import numpy as np

from data_tools.synthesis.assets.swatches import goods
from data_tools.synthesis.assets.swatches.masonry import bricks, plaster
from data_tools.synthesis.assets.swatches.paint import (
  as_paint,
  glyphs,
  sheet,
  stain,
)
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.solids import Colour, vary
from data_tools.synthesis.engine.swatch import Maker, Swatch, swatch

BAYS, FLOORS = 5, 3  # of an upper wall; a bay and a floor are 3 m each
CELL = 96  # pixels
GLASS: Colour = (0.20, 0.23, 0.26)


@swatch
def windows(dice: Dice) -> Swatch:
  """Rows of windows in a plastered or a brick wall."""
  rows, columns = FLOORS * CELL, BAYS * CELL
  if dice.random() < 0.4:
    pixels, _ = bricks(dice).levels[0]
    wall = np.tile(pixels, (2, 2, 1))[:rows, :columns].copy()
  else:
    wall = plaster(dice, rows, columns)
  inset = dice.randint(16, 34)
  top, sill = dice.randint(14, 26), dice.randint(12, 30)
  panes, crossbar = dice.choice((1, 2, 2, 3)), dice.random() < 0.6
  balcony = dice.random() < 0.25
  for floor in range(FLOORS):
    for bay in range(BAYS):
      left, high = bay * CELL + inset, floor * CELL + top
      right, low = (bay + 1) * CELL - inset, (floor + 1) * CELL - sill
      tone = as_paint(vary(dice, GLASS, 0.06))
      frame = (left - 4, high - 4), (right + 4, low + 4)
      cv2.rectangle(wall, *frame, (235, 235, 232), -1)
      cv2.rectangle(wall, (left, high), (right, low), tone, -1)
      if dice.random() < 0.4:  # a curtain or a blind
        end = high + int((low - high) * dice.uniform(0.2, 0.9))
        cv2.rectangle(wall, (left, high), (right, end), (165, 160, 150), -1)
      for i in range(1, panes):
        x = left + (right - left) * i // panes
        cv2.line(wall, (x, high), (x, low), (225, 225, 222), 3)
      if crossbar:
        y = high + (low - high) // 3
        cv2.line(wall, (left, y), (right, y), (225, 225, 222), 3)
      shade = (left - 4, low + 4), (right + 4, low + 7)
      cv2.rectangle(wall, *shade, (130, 130, 128), -1)
      if dice.random() < 0.2:  # an air conditioner
        box = (left, low - 2), (left + 20, low + 12)
        cv2.rectangle(wall, *box, (205, 205, 200), -1)
        cv2.circle(wall, (left + 10, low + 5), 5, (120, 120, 120), -1)
      if balcony:
        for x in range(left - 12, right + 12, 5):
          cv2.line(wall, (x, low - 16), (x, low + 6), (60, 60, 62), 1)
  stain(wall, dice, 0.06)
  return Swatch(wall)


@swatch
def curtain_wall(dice: Dice) -> Swatch:
  """A grid of glass, each pane with a shade of its own."""
  rows, columns = FLOORS * CELL, BAYS * CELL
  wall = sheet(rows, columns, (0.75, 0.76, 0.78))
  wide, high = dice.choice((16, 24, 32, 48)), dice.choice((24, 32, 48))
  hue = vary(dice, (0.35, 0.42, 0.48), 0.1)
  for y in range(0, rows, high):
    for x in range(0, columns, wide):
      tone = as_paint(hue, dice.uniform(0.6, 1.35))
      corner = (x + wide - 3, y + high - 4)
      cv2.rectangle(wall, (x + 1, y + 1), corner, tone, -1)
  stain(wall, dice, 0.12)
  return Swatch(wall)


@swatch
def columns_and_arches(dice: Dice) -> Swatch:
  """An old stone front: pilasters, arched windows, cornices."""
  rows, columns = FLOORS * CELL, BAYS * CELL
  wall = plaster(dice, rows, columns, (0.95, 0.94, 0.92))
  for floor in range(FLOORS):
    y = floor * CELL
    cv2.rectangle(wall, (0, y), (columns, y + 8), (200, 198, 195), -1)
    cv2.rectangle(wall, (0, y + 9), (columns, y + 12), (120, 118, 115), -1)
    for bay in range(BAYS):
      x = bay * CELL
      cv2.rectangle(wall, (x, y + 12), (x + 14, y + CELL), (220, 218, 214), -1)
      cv2.line(wall, (x + 15, y + 12), (x + 15, y + CELL), (140, 138, 134), 3)
      middle, half = x + CELL // 2 + 7, dice.randint(18, 22)
      tone = as_paint(vary(dice, GLASS, 0.05))
      arch = (middle, y + 44)
      cv2.ellipse(
        wall, arch, (half + 5, half + 5), 0, 180, 360, (205, 203, 200), -1
      )
      cv2.ellipse(wall, arch, (half, half), 0, 180, 360, tone, -1)
      low = (middle + half, y + CELL - 12)
      cv2.rectangle(wall, (middle - half, y + 44), low, tone, -1)
      cv2.line(wall, (middle, y + 26), (middle, low[1]), (215, 214, 210), 2)
  stain(wall, dice, 0.08)
  return Swatch(wall)


@swatch
def louvres(dice: Dice) -> Swatch:
  """Bands of slats, grilles and openings: a car park, a plant room."""
  rows, columns = FLOORS * CELL, BAYS * CELL
  wall = plaster(dice, rows, columns, (0.8, 0.8, 0.8))
  every = dice.choice((6, 9, 14))
  for floor in range(FLOORS):
    start, end = floor * CELL + dice.randint(8, 30), (floor + 1) * CELL - 8
    for y in range(start, end, every):
      cv2.rectangle(wall, (0, y), (columns, y + every // 2), (70, 72, 75), -1)
  for x in range(0, columns, CELL):
    cv2.rectangle(wall, (x, 0), (x + 10, rows), (190, 190, 188), -1)
  stain(wall, dice, 0.1)
  return Swatch(wall)


@swatch
def shops(dice: Dice) -> Swatch:
  """Ground floors: signs over windows full of goods, 15 m by 3.6 m."""
  rows, columns = 144, 600
  wall = plaster(dice, rows, columns, (0.55, 0.53, 0.5))
  x = 6
  while x < columns - 40:
    wide = min(columns - 6 - x, dice.randint(80, 200))
    _shop(wall, dice, x, wide)
    x += wide + dice.randint(4, 14)
  return Swatch(wall)


def _shop(wall: np.ndarray, dice: Dice, left: int, wide: int) -> None:
  board = vary(dice, choose(dice, BOARDS), 0.1)
  right, sign = left + wide, dice.randint(26, 44)
  top = dice.randint(0, 10)
  cv2.rectangle(wall, (left, top), (right, top + sign), as_paint(board), -1)
  ink = (0.95, 0.95, 0.92) if sum(board) < 1.6 else (0.12, 0.1, 0.12)
  box = (left + wide // 6, top + 7, right - wide // 8, top + sign - 7)
  glyphs(wall, dice, box, ink, dice.random() < 0.4)
  low, high = 138, top + sign + 4
  if dice.random() < 0.12:  # a shutter
    cv2.rectangle(wall, (left, high), (right, low), (140, 142, 145), -1)
    for y in range(high, low, 5):
      cv2.line(wall, (left, y), (right, y), (100, 102, 105), 1)
    return
  glow = dice.uniform(0.3, 1.0)
  inside = (
    glow,
    glow * dice.uniform(0.85, 0.98),
    glow * dice.uniform(0.6, 0.95),
  )
  cv2.rectangle(wall, (left, high), (right, low), as_paint(inside, 0.8), -1)
  if dice.random() < 0.75:
    pixels, _ = choose(dice, goods.DISPLAYS)(dice).levels[0]
    region = wall[high + 8 : low - 14, left + 6 : right - 6]
    if region.size:
      size = region.shape[1::-1]
      shown = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
      region[:] = cv2.addWeighted(shown, glow, region, 1 - glow, 0)
  door = left + dice.randint(0, max(1, wide - 36))
  cv2.rectangle(wall, (door, high), (door + 30, low), (38, 40, 44), -1)
  cv2.rectangle(wall, (door, high), (door + 30, low), (150, 150, 150), 2)
  for x in range(left, right + 1, dice.randint(28, 60)):
    cv2.line(wall, (x, high), (x, low), (70, 70, 72), 3)


UPPER: tuple[tuple[Maker, float], ...] = (
  (windows, 0.5),
  (curtain_wall, 0.2),
  (columns_and_arches, 0.2),
  (louvres, 0.1),
)
