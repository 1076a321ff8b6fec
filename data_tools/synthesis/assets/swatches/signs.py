"""Boards, banners and posters: writing of no language, pictures of nothing."""

import math

import cv2
import numpy as np

from data_tools.synthesis.assets.swatches.paint import (
  as_paint,
  glyphs,
  sheet,
  stain,
)
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.solids import Colour, vary
from data_tools.synthesis.engine.swatch import Swatch, swatch

BOARDS: tuple[Colour, ...] = (
  (0.62, 0.20, 0.19),
  (0.92, 0.91, 0.89),
  (0.17, 0.27, 0.48),
  (0.87, 0.76, 0.37),
  (0.19, 0.38, 0.28),
  (0.08, 0.08, 0.09),
  (0.77, 0.48, 0.28),
  (0.80, 0.79, 0.76),
  (0.52, 0.52, 0.53),
  (0.30, 0.31, 0.33),
)


@swatch
def banner(dice: Dice) -> Swatch:
  """One line of large writing, 4 to 1."""
  rows, columns = 72, 288
  paper = vary(dice, choose(dice, BOARDS), 0.08)
  picture = sheet(rows, columns, paper)
  ink = _ink(dice, paper)
  edge = dice.randint(8, 20)
  box = (edge, edge, columns - edge, rows - edge)
  glyphs(picture, dice, box, ink, dice.random() < 0.5)
  stain(picture, dice, 0.05, "folds")
  return Swatch(picture)


@swatch
def poster(dice: Dice) -> Swatch:
  """A picture with lines of writing, 3 to 4."""
  rows, columns = 256, 192
  paper = vary(dice, choose(dice, BOARDS), 0.1)
  picture = sheet(rows, columns, paper)
  ink = _ink(dice, paper)
  split = dice.randint(40, 200)
  if dice.random() < 0.6:
    _scene(picture[8:split, 8:-8], dice)
  y, latin = split + 10, dice.random() < 0.5
  while y < rows - 12:
    high = dice.choice((8, 12, 18, 28))
    end = columns - dice.randint(10, columns // 2)
    glyphs(picture, dice, (10, y, end, min(y + high, rows - 8)), ink, latin)
    y += int(high * 1.5)
  return Swatch(picture)


@swatch
def portrait(dice: Dice) -> Swatch:
  """A face far larger than any in the crowd: an advertisement."""
  size = 256
  picture = sheet(size, size, vary(dice, choose(dice, BOARDS), 0.15))
  stain(picture, dice, 0.1)
  skin, hair = (0.86, 0.68, 0.56), vary(dice, (0.15, 0.11, 0.09), 0.06)
  x, y, wide = (
    dice.randint(80, 170),
    dice.randint(90, 130),
    dice.randint(48, 76),
  )
  shirt = as_paint(vary(dice, choose(dice, BOARDS), 0.1))
  cv2.ellipse(picture, (x, size), (wide * 2, 110), 0, 0, 360, shirt, -1)
  tall = int(wide * 1.35)
  cv2.ellipse(
    picture, (x, y - 8), (wide + 14, tall), 0, 0, 360, as_paint(hair), -1
  )
  cv2.rectangle(
    picture,
    (x - wide // 3, y),
    (x + wide // 3, y + tall + 20),
    as_paint(skin, 0.8),
    -1,
  )
  cv2.ellipse(
    picture, (x, y + 8), (wide, tall - 6), 0, 0, 360, as_paint(skin), -1
  )
  for side in (-1, 1):
    eye = (x + side * wide // 2, y)
    cv2.ellipse(
      picture, eye, (wide // 5, wide // 11), 0, 0, 360, (40, 30, 30), -1
    )
  mouth = (x, y + tall // 2 + 6)
  cv2.ellipse(
    picture, mouth, (wide // 3, wide // 9), 0, 0, 180, (170, 60, 60), -1
  )
  return Swatch(picture)


@swatch
def screen(dice: Dice) -> Swatch:
  """A lit screen: bands and rounds of bright colours."""
  picture = sheet(144, 256, vary(dice, choose(dice, BOARDS), 0.1))
  _scene(picture, dice)
  return Swatch(picture)


@swatch
def awning(dice: Dice) -> Swatch:
  """Striped cloth with a scalloped edge, 3 to 1."""
  rows, columns = 80, 240
  picture = sheet(rows, columns, vary(dice, choose(dice, BOARDS), 0.06))
  stripe = as_paint(vary(dice, choose(dice, BOARDS), 0.06))
  wide = dice.choice((10, 15, 20, 30))
  for x in range(0, columns, 2 * wide):
    cv2.rectangle(picture, (x, 0), (x + wide - 1, rows), stripe, -1)
  mask = np.full((rows, columns), 255, np.uint8)
  mask[rows - wide // 2 :] = 0
  for x in range(0, columns, wide):
    centre = (x + wide // 2, rows - wide // 2)
    cv2.circle(mask, centre, wide // 2 - 1, 255, -1)
  return Swatch(picture, mask)


def _scene(picture: np.ndarray, dice: Dice) -> None:
  """Fills a picture with a gradient, rounds and bars, in place."""
  rows, columns = picture.shape[:2]
  top, low = (np.array(vary(dice, choose(dice, BOARDS), 0.2)) for _ in range(2))
  share = np.linspace(0, 1, rows)[:, None, None]
  picture[:] = (255 * (top * (1 - share) + low * share)).astype(np.uint8)
  for _ in range(dice.randint(3, 12)):
    centre = dice.randrange(columns), dice.randrange(rows)
    paint = as_paint(vary(dice, choose(dice, BOARDS), 0.2))
    size = int(min(rows, columns) * dice.uniform(0.04, 0.3))
    if dice.random() < 0.6:
      axes = (size, int(size * dice.uniform(0.4, 1)))
      cv2.ellipse(
        picture, centre, axes, dice.uniform(0, 180), 0, 360, paint, -1
      )
    else:
      angle = dice.uniform(0, math.pi)
      end = (
        int(centre[0] + 3 * size * math.cos(angle)),
        int(centre[1] + 3 * size * math.sin(angle)),
      )
      cv2.line(picture, centre, end, paint, max(1, size // 4))


def _ink(dice: Dice, paper: Colour) -> Colour:
  bright = sum(paper) / 3
  while True:
    ink = vary(dice, choose(dice, BOARDS), 0.1)
    if abs(sum(ink) / 3 - bright) > 0.25:
      return ink
