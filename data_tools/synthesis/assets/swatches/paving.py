"""What is laid on the ground, seen from above; it repeats without a seam.

Neutral, to be tinted, except for plants and carpets.
"""

import math

import cv2
import numpy as np

from data_tools.synthesis.assets.swatches.paint import as_paint, grain, sheet
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.swatch import Swatch, swatch

SIZE = 768


@swatch
def slabs(dice: Dice) -> Swatch:
  """Eight by eight square or oblong stones."""
  return _courses(dice, 8, dice.choice((1, 1, 2)))


@swatch
def small_stones(dice: Dice) -> Swatch:
  """Sixteen courses of small stones."""
  return _courses(dice, 16, dice.choice((1, 2, 2)))


@swatch
def checkerboard(dice: Dice) -> Swatch:
  """Two kinds of stones in turns."""
  return _courses(dice, 8, 1, dice.uniform(0.45, 0.85))


@swatch
def herringbone(dice: Dice) -> Swatch:
  """Bricks in a zigzag, 24 by 24 half bricks."""
  joint = dice.uniform(0.45, 0.85)
  picture = sheet(SIZE, SIZE, (joint, joint, joint))
  step = SIZE // 24
  for i in range(-1, 24):
    for j in range(-1, 24):
      kind = (i - j) % 4
      if kind not in (0, 3):
        continue
      across, down = (2, 1) if kind == 0 else (1, 2)
      x, y = i * step, j * step
      tone = 0.86 + dice.gauss(0, 0.06)
      hue = dice.gauss(0, 0.02)
      paint = as_paint((tone + hue, tone, tone - hue))
      end = (x + across * step - 3, y + down * step - 3)
      cv2.rectangle(picture, (x + 1, y + 1), end, paint, -1)
  grain(picture, dice, 0.04)
  return Swatch(picture)


@swatch
def fans(dice: Dice) -> Swatch:
  """Small stones in fans."""
  joint = dice.uniform(0.4, 0.7)
  picture = sheet(SIZE, SIZE, (joint, joint, joint * 0.98))
  wide, stone = SIZE // 4, dice.choice((11, 15))
  for row in range(17, -2, -1):
    for column in range(-1, 6):
      middle = (column + row % 2 / 2) * wide
      base = row * wide // 4 + wide // 2
      for ring in range(2, wide // 2 // stone + 2):
        radius = ring * stone
        count = max(1, int(math.pi * radius / stone / 1.15))
        for i in range(count + 1):
          angle = math.pi * (1 + i / count)
          x = middle + radius * math.cos(angle)
          y = base + radius * math.sin(angle)
          tone = as_paint((1.0, 1.0, 0.98), 0.84 + dice.gauss(0, 0.08))
          half = stone / 2 - 1
          box = ((x, y), (stone - 2, half * 2), math.degrees(angle) + 90)
          corners = cv2.boxPoints(box).astype(np.int32)
          cv2.fillConvexPoly(picture, corners, tone)
  return Swatch(picture[: SIZE // 2 * 2])


@swatch
def pebbles(dice: Dice) -> Swatch:
  """Gravel or ballast: round stones of one size."""
  picture = sheet(SIZE, SIZE, (0.28, 0.27, 0.25))
  size = dice.uniform(9, 20)
  for _ in range(int(3.0 * SIZE**2 / size**2)):
    x, y = dice.randrange(SIZE), dice.randrange(SIZE)
    tone = dice.uniform(0.45, 0.98)
    colour = (tone, tone * dice.uniform(0.9, 1.0), tone * dice.uniform(0.8, 1))
    long, wide = size * dice.uniform(0.5, 0.9), size * dice.uniform(0.4, 0.7)
    angle = dice.uniform(0, 180)
    for out, shade in ((1.0, 0.6), (0.7, 1.0)):
      axes = (max(1, int(long * out)), max(1, int(wide * out)))
      spot = (x, y) if shade < 1 else (x - 1, y - 2)
      paint = as_paint(colour, shade)
      cv2.ellipse(picture, spot, axes, angle, 0, 360, paint, -1)
  return Swatch(picture)


@swatch
def planks(dice: Dice) -> Swatch:
  """Sixteen boards side by side, butted here and there."""
  picture = sheet(SIZE, SIZE, (0.25, 0.23, 0.21))
  wide = SIZE // 16
  for i in range(16):
    start = dice.randrange(SIZE)
    for length, first in ((SIZE // 2, start), (SIZE // 2, start + SIZE // 2)):
      tone = 0.84 + dice.gauss(0, 0.05)
      paint = as_paint((tone, tone * 0.985, tone * 0.96))
      for shift in (0, -SIZE):
        top = first % SIZE + shift
        corner = (i * wide + wide - 4, top + length - 4)
        cv2.rectangle(picture, (i * wide, top), corner, paint, -1)
  grain(picture, dice, 0.05)
  return Swatch(picture)


@swatch
def carpet(dice: Dice) -> Swatch:
  """A woven pattern of two to three dim colours."""
  size = SIZE // 2
  base = [dice.uniform(0.12, 0.5) for _ in range(3)]
  mean = sum(base) / 3
  colours = [
    tuple(0.5 * (c + mean) + dice.gauss(0, 0.05) + shift for c in base)
    for shift in (-0.1, 0.0, dice.uniform(0.05, 0.3))
  ]
  picture = sheet(size, size, (base[0], base[1], base[2]))
  every = size // dice.choice((4, 6, 8, 12))
  kind = dice.randrange(3)
  for x in range(0, size, every):
    for y in range(0, size, every):
      red, green, blue = colours[(x // every + y // every) % 3]
      paint = as_paint((red, green, blue))
      centre = (x + every // 2, y + every // 2)
      if kind == 0:
        cv2.circle(picture, centre, int(every * 0.35), paint, -1)
      elif kind == 1:
        corner = (x + every - 1, y + every - 1)
        cv2.rectangle(picture, (x, y), corner, paint, every // 6 or 1)
      else:
        end = (x + every, y + every)
        cv2.line(picture, (x, y), end, paint, every // 5 or 1)
  grain(picture, dice, 0.1)
  return Swatch(picture)


def _courses(
  dice: Dice, courses: int, aspect: int, other: float = 1.0
) -> Swatch:
  """Rows of stones.

  Args:
    dice: of the swatch.
    courses: rows in the swatch.
    aspect: length of a stone over its breadth.
    other: tone of every second stone.
  """
  joint = dice.uniform(0.25, 0.75)
  picture = sheet(SIZE, SIZE, (joint, joint, joint))
  high = SIZE // courses
  wide = high * aspect
  staggered, spread = dice.random() < 0.6, dice.uniform(0.015, 0.09)
  gap = max(2, high // 30)
  for row in range(courses):
    shift = wide // 2 if staggered and row % 2 and other == 1 else 0
    for column in range(-1, SIZE // wide + 1):
      tone = 0.88 + dice.gauss(0, spread)
      if (row + column) % 2:
        tone *= other
      hue = dice.gauss(0, spread / 4)
      paint = as_paint((tone + hue, tone, tone - hue))
      x, y = column * wide + shift, row * high
      corner = (x + wide - gap - 1, y + high - gap - 1)
      if column < 0 and not shift:
        continue
      cv2.rectangle(picture, (x, y), corner, paint, -1)
      if shift and column < 0:  # the stone that leaves at the right
        low = (x + SIZE, y), (SIZE, y + high - gap - 1)
        cv2.rectangle(picture, *low, paint, -1)
  grain(picture, dice, dice.uniform(0.02, 0.09))
  return Swatch(picture)
