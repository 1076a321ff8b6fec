"""Walls, roofs and stone: small pieces in rows. Neutral, to be tinted."""

import math

import cv2
import numpy as np

from data_tools.synthesis.assets.swatches.paint import (
  as_paint,
  grain,
  sheet,
  stain,
)
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.solids import WHITE, Colour
from data_tools.synthesis.engine.swatch import Swatch, swatch

SIZE = 256


@swatch
def bricks(dice: Dice) -> Swatch:
  """Bricks in a bond, 2 m along a side."""
  joint = dice.uniform(0.55, 1.0)
  picture = sheet(SIZE, SIZE, (joint, joint, joint * 0.97))
  high = dice.choice((8, 10, 13))
  wide = high * 3
  for row, y in enumerate(range(0, SIZE, high)):
    start = -(wide // 2) * (row % 2)
    for x in range(start, SIZE, wide):
      tone = 0.8 + dice.gauss(0, 0.09)
      hue = dice.gauss(0, 0.03)
      paint = as_paint((tone + hue, tone, tone - hue))
      corner = (x + wide - 3, y + high - 3)
      cv2.rectangle(picture, (max(0, x), y), corner, paint, -1)
  stain(picture, dice, 0.1)
  return Swatch(picture)


@swatch
def blocks(dice: Dice) -> Swatch:
  """Large stones, dressed or rough, 2.5 m along a side."""
  picture = sheet(SIZE, SIZE, (0.45, 0.44, 0.42))
  y = 0
  while y < SIZE:
    high, x = dice.randint(22, 50), -dice.randint(0, 30)
    while x < SIZE:
      wide = dice.randint(30, 80)
      tone = 0.82 + dice.gauss(0, 0.07)
      paint = as_paint((tone, tone * 0.985, tone * 0.96))
      corner = (x + wide - 3, y + high - 3)
      cv2.rectangle(picture, (max(0, x), y), corner, paint, -1)
      x += wide
    y += high
  stain(picture, dice, 0.12)
  grain(picture, dice, 0.05)
  return Swatch(picture)


@swatch
def rubble(dice: Dice) -> Swatch:
  """Round stones of one size: a dry wall, ballast, a pebbled bank."""
  picture = sheet(SIZE, SIZE, (0.22, 0.21, 0.2))
  size = dice.uniform(5, 16)
  for _ in range(int(230000 / size**2)):
    centre = dice.randrange(SIZE), dice.randrange(SIZE)
    long, wide = size * dice.uniform(0.5, 1.0), size * dice.uniform(0.4, 0.8)
    tone = dice.uniform(0.4, 0.95)
    colour = (tone, tone * dice.uniform(0.9, 1.0), tone * dice.uniform(0.8, 1))
    angle = dice.uniform(0, 180)
    axes = (max(1, int(long)), max(1, int(wide)))
    shade = as_paint(colour, 0.6)
    cv2.ellipse(picture, centre, axes, angle, 0, 360, shade, -1)
    lit = (centre[0] - 1, centre[1] - 2)
    axes = (max(1, int(long * 0.7)), max(1, int(wide * 0.7)))
    cv2.ellipse(picture, lit, axes, angle, 0, 360, as_paint(colour), -1)
  return Swatch(picture)


@swatch
def roof_tiles(dice: Dice) -> Swatch:
  """Rows of half-round tiles, each as bright on top as a head of hair is not.

  4 m along a side.
  """
  picture = sheet(SIZE, SIZE, (0.35, 0.33, 0.32))
  wide = dice.choice((8, 11, 16))
  high = int(wide * dice.uniform(0.9, 1.6))
  stagger = dice.random() < 0.5
  for row, y in enumerate(range(-high, SIZE, high)):
    shift = wide // 2 if stagger and row % 2 else 0
    for x in range(-wide, SIZE + wide, wide):
      tone = 0.8 + dice.gauss(0, 0.08)
      centre = (x + shift + wide // 2, y)
      axes = (wide // 2 - 1, high)
      dark = as_paint((tone, tone, tone), 0.62)
      cv2.ellipse(picture, centre, axes, 0, 0, 180, dark, -1)
      lit = (centre[0] - wide // 8, y)
      axes = (max(1, wide // 4), int(high * 0.85))
      bright = as_paint((tone, tone, tone))
      cv2.ellipse(picture, lit, axes, 0, 0, 180, bright, -1)
  stain(picture, dice, 0.08)
  return Swatch(picture)


@swatch
def balusters(dice: Dice) -> Swatch:
  """A balustrade, 2 m long and 1 m high: knobs and gaps between two rails."""
  columns, rows = 384, 192
  picture = sheet(rows, columns, (0.85, 0.84, 0.82))
  mask = np.zeros((rows, columns), np.uint8)
  rail = 22
  mask[:rail] = mask[-rail:] = 255
  picture[rail : rail + 6] = picture[rail : rail + 6] // 2
  count = dice.randint(7, 15)
  pitch = columns / count
  swell = dice.uniform(0.5, 1.0)
  knobs = dice.choice((1.0, 2.0, 3.0))
  for i in range(count):
    middle = (i + 0.5) * pitch
    for y in range(rail, rows - rail):
      along = (y - rail) / (rows - 2 * rail)
      wave = 0.5 - 0.5 * math.cos(2 * math.pi * knobs * along)
      half = pitch * (0.14 + 0.26 * swell * wave)
      left, right = int(middle - half), int(middle + half)
      mask[y, left:right] = 255
      across = np.linspace(0.55, -0.55, max(1, right - left))
      tone = 215 * (0.78 + 0.3 * across)
      picture[y, left:right] = np.clip(tone, 0, 255)[:, None]
  stain(picture, dice, 0.06)
  return Swatch(picture, mask)


@swatch
def planks(dice: Dice) -> Swatch:
  """Boards side by side: a fence, a deck, shutters."""
  picture = sheet(SIZE, SIZE, (0.3, 0.27, 0.25))
  wide = dice.choice((10, 16, 25))
  for x in range(0, SIZE, wide):
    tone = 0.82 + dice.gauss(0, 0.06)
    right = x + wide - dice.choice((2, 3, 5)) - 1
    paint = as_paint((tone, tone * 0.98, tone * 0.95))
    cv2.rectangle(picture, (x, 0), (right, SIZE), paint, -1)
  stain(picture, dice, 0.1, "folds")
  return Swatch(picture)


def plaster(
  dice: Dice, rows: int, columns: int, tone: Colour = WHITE
) -> np.ndarray:
  """Returns an uneven wall to draw on."""
  picture = sheet(rows, columns, tone)
  stain(picture, dice, 0.05)
  return picture
