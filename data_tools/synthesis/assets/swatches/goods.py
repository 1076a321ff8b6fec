"""Things for sale and things that stand in rows, seen as a crowd might be."""

import cv2
import numpy as np

from data_tools.synthesis.assets.swatches.paint import as_paint, sheet, stain
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.solids import Colour, vary
from data_tools.synthesis.engine.swatch import Maker, Swatch, swatch

SIZE = 256
FRUIT: tuple[Colour, ...] = (
  (0.90, 0.50, 0.12),
  (0.75, 0.15, 0.13),
  (0.50, 0.62, 0.18),
  (0.92, 0.80, 0.25),
  (0.30, 0.14, 0.22),
  (0.55, 0.36, 0.22),
)


@swatch
def fruit(dice: Dice) -> Swatch:
  """Piles of round fruit in boxes: the very shape of packed heads."""
  picture = sheet(SIZE, SIZE, (0.25, 0.19, 0.13))
  boxes = dice.choice((2, 3, 4))
  step = SIZE // boxes
  for left in range(0, SIZE - 10, step):
    for top in range(0, SIZE - 10, step):
      colour, radius = choose(dice, FRUIT), dice.uniform(4, 11)
      for _ in range(int(1.7 * step**2 / (3.14 * radius**2))):
        x = left + 3 + dice.random() * (step - 8)
        y = top + 3 + dice.random() * (step - 8)
        _ball(picture, (x, y), radius, vary(dice, colour, 0.07))
  return Swatch(picture)


@swatch
def shelves(dice: Dice) -> Swatch:
  """Bottles, tins and boxes on shelves."""
  picture = sheet(SIZE, SIZE, vary(dice, (0.4, 0.38, 0.35), 0.1))
  high = dice.choice((32, 42, 64))
  for y in range(0, SIZE, high):
    x = 0
    while x < SIZE:
      colour, wide = vary(dice, choose(dice, BOARDS), 0.12), dice.randint(5, 18)
      tall = int(high * dice.uniform(0.5, 0.85))
      for _ in range(dice.randint(1, 6)):
        low = y + high - 4
        corner = (x + wide - 2, low)
        cv2.rectangle(picture, (x, low - tall), corner, as_paint(colour), -1)
        middle = (x, low - tall // 2), (x + wide - 2, low - tall // 3)
        cv2.rectangle(picture, *middle, (225, 222, 215), -1)
        x += wide
    cv2.rectangle(
      picture, (0, y + high - 4), (SIZE, y + high), (90, 80, 70), -1
    )
  return Swatch(picture)


@swatch
def clothes(dice: Dice) -> Swatch:
  """Clothes on a rail, or folded in piles."""
  picture = sheet(SIZE, SIZE, vary(dice, (0.5, 0.48, 0.45), 0.15))
  for y in range(0, SIZE, SIZE // 2):
    x = 4
    cv2.line(picture, (0, y + 8), (SIZE, y + 8), (70, 70, 70), 3)
    while x < SIZE - 8:
      wide = dice.randint(6, 20)
      colour = vary(dice, choose(dice, BOARDS), 0.15)
      end = y + dice.randint(70, 122)
      cv2.rectangle(picture, (x, y + 10), (x + wide, end), as_paint(colour), -1)
      cv2.line(picture, (x, y + 10), (x, end), as_paint(colour, 0.6), 2)
      x += wide + 1
  stain(picture, dice, 0.06, "folds")
  return Swatch(picture)


@swatch
def trinkets(dice: Dice) -> Swatch:
  """Small things of all shapes on a cloth, a rug or a tray."""
  picture = sheet(SIZE, SIZE, vary(dice, choose(dice, BOARDS), 0.1))
  every = dice.choice((16, 22, 32))
  for y in range(every // 2, SIZE, every):
    for x in range(every // 2, SIZE, every):
      colour = vary(dice, choose(dice, BOARDS + FRUIT), 0.1)
      size = every * dice.uniform(0.2, 0.42)
      if dice.random() < 0.6:
        _ball(picture, (x, y), size, colour)
      else:
        low, high = (
          (int(x - size), int(y - size)),
          (int(x + size), int(y + size)),
        )
        cv2.rectangle(picture, low, high, as_paint(colour), -1)
  return Swatch(picture)


@swatch
def lanterns(dice: Dice) -> Swatch:
  """Rows of round lanterns on strings, 4 to 1."""
  rows, columns = 96, 384
  picture = sheet(rows, columns, (0.2, 0.18, 0.16))
  mask = np.zeros((rows, columns), np.uint8)
  colour = choose(
    dice, ((0.80, 0.12, 0.10), (0.92, 0.75, 0.30), (0.9, 0.88, 0.8))
  )
  every = dice.choice((24, 32, 48))
  radius = every * dice.uniform(0.25, 0.42)
  cv2.line(mask, (0, 8), (columns, 8), 255, 2)
  for x in range(every // 2, columns, every):
    y = 12 + radius + dice.uniform(0, 30)
    cv2.line(mask, (x, 8), (x, int(y)), 255, 1)
    cv2.circle(mask, (x, int(y)), int(radius), 255, -1)
    _ball(picture, (x, y), radius, vary(dice, colour, 0.05))
  return Swatch(picture, mask)


@swatch
def bicycle(dice: Dice) -> Swatch:
  """A bicycle from the side, 1.8 m by 1.1 m."""
  rows, columns = 176, 288
  picture = sheet(rows, columns, (0.09, 0.09, 0.10))
  mask = np.zeros((rows, columns), np.uint8)
  frame = vary(dice, choose(dice, BOARDS), 0.1)
  wheels = ((58, 118), (228, 118))
  for wheel in wheels:
    for angle in range(0, 360, 30):
      end = cv2.ellipse2Poly(wheel, (50, 50), 0, angle, angle, 1)[0]
      cv2.line(mask, wheel, tuple(end.tolist()), 255, 1)
    cv2.circle(mask, wheel, 51, 255, 6)
  hub, seat, head = (128, 122), (112, 40), (204, 44)
  for start, end in (
    (wheels[0], hub),
    (hub, seat),
    (seat, head),
    (hub, head),
    (wheels[0], (116, 60)),
    (head, wheels[1]),
  ):
    cv2.line(mask, start, end, 255, 6)
    cv2.line(picture, start, end, as_paint(frame), 6)
  cv2.ellipse(mask, (110, 32), (20, 6), 0, 0, 360, 255, -1)
  cv2.line(mask, head, (196, 22), 255, 5)
  cv2.line(mask, (184, 20), (216, 26), 255, 5)
  if dice.random() < 0.5:
    cv2.rectangle(mask, (206, 34), (250, 66), 255, -1)
    cv2.rectangle(
      picture, (206, 34), (250, 66), as_paint((0.5, 0.45, 0.38)), -1
    )
  return Swatch(picture, mask)


@swatch
def seats(dice: Dice) -> Swatch:
  """A row of twelve empty seats from the front, 6 m by 0.9 m."""
  rows, columns = 72, 480
  picture = sheet(rows, columns, (0.18, 0.18, 0.19))
  tone = dice.uniform(0.75, 1.0)
  for i in range(12):
    left = i * 40 + 4
    back = as_paint((tone, tone, tone), dice.uniform(0.75, 0.85))
    cv2.rectangle(picture, (left, 6), (left + 31, 44), back, -1)
    cv2.ellipse(picture, (left + 16, 8), (16, 7), 0, 180, 360, back, -1)
    pan = as_paint((tone, tone, tone), dice.uniform(0.92, 1.05))
    cv2.rectangle(picture, (left - 1, 44), (left + 32, 54), pan, -1)
  return Swatch(picture)


def _ball(
  picture: np.ndarray,
  centre: tuple[float, float],
  radius: float,
  colour: Colour,
) -> None:
  x, y = int(centre[0]), int(centre[1])
  size = max(1, int(radius))
  cv2.circle(picture, (x, y), size, as_paint(colour, 0.6), -1)
  part = max(1, int(radius * 0.8))
  cv2.circle(
    picture, (x - size // 5, y - size // 5), part, as_paint(colour), -1
  )
  part = max(1, int(radius * 0.3))
  lit = (x - size // 3, y - size // 3)
  cv2.circle(picture, lit, part, as_paint(colour, 1.35), -1)


DISPLAYS: tuple[Maker, ...] = (fruit, shelves, clothes, trinkets)
