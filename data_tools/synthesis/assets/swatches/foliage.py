"""Leaves: masses of small things of one size, which no head is among."""

import math

import cv2
import numpy as np

from data_tools.synthesis.assets.swatches.paint import (
  Paint,
  as_paint,
  sheet,
  stain,
)
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.solids import Colour, vary
from data_tools.synthesis.engine.swatch import Swatch, swatch

SIZE = 320
GREENS: tuple[Colour, ...] = (
  (0.30, 0.42, 0.18),
  (0.22, 0.36, 0.16),
  (0.36, 0.46, 0.20),
  (0.24, 0.34, 0.22),
  (0.42, 0.46, 0.22),
)
PETALS: tuple[Colour, ...] = (
  (0.88, 0.20, 0.25),
  (0.92, 0.75, 0.15),
  (0.90, 0.88, 0.86),
  (0.78, 0.35, 0.65),
  (0.92, 0.50, 0.20),
  (0.45, 0.35, 0.75),
)


@swatch
def clump(dice: Dice) -> Swatch:
  """A clump of leaves with a ragged edge and holes: a part of a tree."""
  picture = sheet(SIZE, SIZE, (0.10, 0.15, 0.07))
  mask = np.zeros((SIZE, SIZE), np.uint8)
  green = vary(dice, choose(dice, GREENS), 0.05)
  size = dice.uniform(5, 14)
  blobs = [
    (dice.gauss(0.5, 0.14), dice.gauss(0.5, 0.14), dice.uniform(0.12, 0.26))
    for _ in range(dice.randint(5, 9))
  ]
  for turn in range(int(130000 / size**1.7)):
    x, y, wide = choose(dice, blobs)
    angle, out = dice.uniform(0, 2 * math.pi), abs(dice.gauss(0, 0.5))
    x, y = x + wide * out * math.cos(angle), y + wide * out * math.sin(angle)
    # What lies higher catches more light; what was drawn first lies deeper.
    light = 1.0 - 0.7 * (y - 0.5) - 0.35 * (turn < 500) + dice.gauss(0, 0.16)
    _leaf(picture, mask, dice, (x, y), size, as_paint(green, light))
  mask[[0, -1]] = 0
  mask[:, [0, -1]] = 0
  return Swatch(picture, mask)


@swatch
def hedge(dice: Dice) -> Swatch:
  """The clipped side of a hedge: leaves from edge to edge."""
  picture = sheet(SIZE, SIZE, (0.08, 0.12, 0.05))
  green = vary(dice, choose(dice, GREENS), 0.05)
  size = dice.uniform(4, 9)
  for turn in range(int(130000 / size**1.7)):
    place = (dice.random(), dice.random())
    light = 0.95 + dice.gauss(0, 0.2) - 0.35 * (turn < 1500)
    _leaf(picture, None, dice, place, size, as_paint(green, light))
  stain(picture, dice, 0.12)
  return Swatch(picture)


@swatch
def flower_bed(dice: Dice) -> Swatch:
  """Leaves with blossoms on them, each about as round as a head."""
  picture = sheet(SIZE, SIZE, (0.09, 0.13, 0.06))
  green = vary(dice, choose(dice, GREENS), 0.05)
  petals = [choose(dice, PETALS) for _ in range(dice.randint(1, 3))]
  size = dice.uniform(6, 11)
  for _ in range(int(60000 / size**1.7)):
    place = (dice.random(), dice.random())
    light = 0.9 + dice.gauss(0, 0.2)
    _leaf(picture, None, dice, place, size, as_paint(green, light))
  for _ in range(dice.randint(150, 700)):
    centre = dice.randrange(SIZE), dice.randrange(SIZE)
    radius = dice.randint(3, 8)
    colour = vary(dice, choose(dice, petals), 0.08)
    cv2.circle(picture, centre, radius, as_paint(colour, 0.75), -1)
    lit = (centre[0] - 1, centre[1] - 1)
    cv2.circle(picture, lit, max(1, radius - 2), as_paint(colour), -1)
  return Swatch(picture)


@swatch
def ivy(dice: Dice) -> Swatch:
  """What hangs down in strands: ivy, a willow, a hanging basket."""
  picture = sheet(SIZE, SIZE, (0.10, 0.15, 0.07))
  mask = np.zeros((SIZE, SIZE), np.uint8)
  green = vary(dice, choose(dice, GREENS), 0.05)
  for _ in range(dice.randint(20, 45)):
    x, end = dice.uniform(0.03, 0.97), dice.uniform(0.35, 1.0)
    shade = dice.uniform(0.6, 1.2)
    for step in range(int(end * 40)):
      x += dice.gauss(0, 0.006)
      for _ in range(3):
        place = (x + dice.gauss(0, 0.012), step / 40 + dice.gauss(0, 0.01))
        light = shade + dice.gauss(0, 0.15)
        _leaf(picture, mask, dice, place, 6.0, as_paint(green, light))
  mask[-1] = 0
  return Swatch(picture, mask)


@swatch
def bare_twigs(dice: Dice) -> Swatch:
  """Branches without leaves."""
  picture = sheet(SIZE, SIZE, (0.26, 0.22, 0.19))
  mask = np.zeros((SIZE, SIZE), np.uint8)

  def grow(x: float, y: float, angle: float, length: float, depth: int) -> None:
    end = x + length * math.cos(angle), y - length * math.sin(angle)
    start, stop = (int(x), int(y)), (int(end[0]), int(end[1]))
    thick = max(1, round(length / 14))
    cv2.line(mask, start, stop, 255, thick)
    if depth:
      for _ in range(3):
        turn = angle + dice.gauss(0, 0.5)
        grow(*end, turn, length * dice.uniform(0.6, 0.85), depth - 1)

  grow(SIZE / 2, SIZE - 1, math.pi / 2, SIZE * 0.22, 5)
  stain(picture, dice, 0.2)
  return Swatch(picture, mask)


@swatch
def frond(dice: Dice) -> Swatch:
  """A leaf of a palm, from its stem at the left to its tip at the right."""
  rows = SIZE // 3
  picture = sheet(rows, SIZE, (0.12, 0.18, 0.08))
  mask = np.zeros((rows, SIZE), np.uint8)
  green = vary(dice, choose(dice, GREENS), 0.05)
  for x in range(6, SIZE - 6, 4):
    along = x / SIZE
    reach = rows * 0.46 * math.sin(math.pi * min(1, 0.15 + along * 0.85)) + 3
    for side in (1, -1):
      end = int(x + reach * 0.7), int(rows / 2 + side * reach)
      light = 0.8 + dice.gauss(0, 0.15) + 0.25 * (side < 0)
      start = (x, rows // 2)
      cv2.line(picture, start, end, as_paint(green, light), 3)
      cv2.line(mask, start, end, 255, 3)
  cv2.line(picture, (0, rows // 2), (SIZE, rows // 2), as_paint(green, 1.3), 2)
  cv2.line(mask, (0, rows // 2), (SIZE - 4, rows // 2), 255, 2)
  return Swatch(picture, mask)


def _leaf(
  picture: np.ndarray,
  mask: np.ndarray | None,
  dice: Dice,
  place: tuple[float, float],
  size: float,
  paint: Paint,
) -> None:
  """Draws a leaf at a place in [0, 1]."""
  x, y = place[0] * picture.shape[1], place[1] * picture.shape[0]
  angle = dice.uniform(0, 2 * math.pi)
  long, wide = size * dice.uniform(0.6, 1.2), size * dice.uniform(0.25, 0.5)
  dx, dy = math.cos(angle), math.sin(angle)
  corners = np.array(
    [
      [x + dx * long, y + dy * long],
      [x - dy * wide, y + dx * wide],
      [x - dx * long, y - dy * long],
      [x + dy * wide, y - dx * wide],
    ]
  ).astype(np.int32)
  cv2.fillConvexPoly(picture, corners, paint)
  if mask is not None:
    cv2.fillConvexPoly(mask, corners, 255)
