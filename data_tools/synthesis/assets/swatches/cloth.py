"""Woven and printed patterns; they are multiplied with a garment's colour."""

import cv2
import numpy as np

from data_tools.synthesis.assets.swatches.paint import as_paint, glyphs, sheet
from data_tools.synthesis.engine.draws import Dice, choose, weighted
from data_tools.synthesis.engine.solids import WHITE, Colour, vary
from data_tools.synthesis.engine.swatch import Maker, Swatch, swatch

SIZE = 96
INKS: tuple[Colour, ...] = (
  (0.15, 0.15, 0.19),
  (0.22, 0.25, 0.43),
  (0.60, 0.25, 0.28),
  (0.29, 0.43, 0.36),
  (0.79, 0.61, 0.40),
  (0.69, 0.48, 0.59),
)


@swatch
def checks(dice: Dice) -> Swatch:
  """Plaid or gingham."""
  picture = sheet(SIZE, SIZE, WHITE).astype(np.float32)
  for _ in range(dice.randint(1, 3)):
    ink = np.array(vary(dice, choose(dice, INKS), 0.1), np.float32)
    every = dice.choice((8, 12, 16, 24))
    wide = dice.randint(1, max(1, every // 2))
    for start in range(dice.randrange(every), SIZE, every):
      picture[start : start + wide] *= (1 + ink) / 2
      picture[:, start : start + wide] *= (1 + ink) / 2
  return Swatch(picture.astype(np.uint8))


@swatch
def dots(dice: Dice) -> Swatch:
  """Dots in rows, or specks anywhere."""
  picture = sheet(SIZE, SIZE, WHITE)
  ink = as_paint(vary(dice, choose(dice, INKS), 0.1))
  every, radius = dice.choice((8, 12, 16)), dice.randint(1, 3)
  for y in range(every // 2, SIZE, every):
    for x in range(every // 2, SIZE, every):
      shift = every // 2 if y // every % 2 else 0
      cv2.circle(picture, ((x + shift) % SIZE, y), radius, ink, -1)
  return Swatch(picture)


@swatch
def flowers(dice: Dice) -> Swatch:
  """Blots of several colours."""
  picture = sheet(SIZE, SIZE, WHITE)
  size = dice.randint(3, 9)
  for _ in range(700 // size):
    centre = dice.randrange(SIZE), dice.randrange(SIZE)
    axes = dice.randint(1, size), dice.randint(1, size)
    ink = as_paint(vary(dice, choose(dice, INKS), 0.15))
    cv2.ellipse(picture, centre, axes, dice.uniform(0, 180), 0, 360, ink, -1)
  return Swatch(picture)


@swatch
def lengthwise(dice: Dice) -> Swatch:
  """Stripes along the body."""
  picture = sheet(SIZE, SIZE, WHITE)
  every = dice.choice((6, 8, 12))
  ink = as_paint(vary(dice, choose(dice, INKS), 0.1))
  for x in range(0, SIZE, every):
    picture[:, x : x + max(1, every // 2 - 1)] = ink
  return Swatch(picture)


@swatch
def blotches(dice: Dice) -> Swatch:
  """Batik, camouflage, faded denim: large blots without an edge."""
  picture = sheet(SIZE, SIZE, WHITE).astype(np.float32)
  rng = np.random.default_rng(dice.randrange(1 << 30))
  for _ in range(dice.randint(1, 3)):
    ink = np.array(vary(dice, choose(dice, INKS), 0.15), np.float32)
    grain = dice.choice((5, 8, 14))
    field = rng.standard_normal((grain, grain)).astype(np.float32)
    field = cv2.resize(field, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
    share = np.clip(4 * (field - dice.uniform(0.0, 0.6)), 0, 1)[..., None]
    picture *= 1 - share * (1 - ink) * dice.uniform(0.4, 1.0)
  return Swatch(picture.astype(np.uint8))


@swatch
def bright_on_dark(dice: Dice) -> Swatch:
  """Flowers, stars or writing on dark cloth; for white garments only."""
  dark = choose(dice, (*INKS[:2], _PAPERS[1], (0.3, 0.06, 0.1)))
  picture = sheet(SIZE, SIZE, vary(dice, dark, 0.05))
  size, inks = dice.randint(2, 8), dice.randint(1, 4)
  paints = [
    as_paint(vary(dice, choose(dice, _BRIGHT), 0.1)) for _ in range(inks)
  ]
  for _ in range(500 // size):
    centre = dice.randrange(SIZE), dice.randrange(SIZE)
    axes = dice.randint(1, size), dice.randint(1, size)
    paint = choose(dice, paints)
    cv2.ellipse(picture, centre, axes, dice.uniform(0, 180), 0, 360, paint, -1)
  return Swatch(picture)


def pattern_for(dice: Dice, colour: Colour) -> tuple[Colour, Swatch]:
  """Draws a pattern, and the colour that a garment takes under it.

  Patterns are multiplied with the colour, so dark garments become pale ones,
  or white ones under a pattern that is dark itself.
  """
  if dice.random() < _DARK_SHARE:
    return WHITE, bright_on_dark(dice)
  pale = colour if max(colour) > _PALE_FROM else choose(dice, PALE)
  return pale, weighted(dice, PATTERNS)(dice)


@swatch
def print_on_shirt(dice: Dice) -> Swatch:
  """What is printed on chests and bags: a picture, a word, a badge."""
  paper = vary(dice, choose(dice, INKS + _PAPERS), 0.1)
  picture = sheet(SIZE, SIZE, paper)
  for _ in range(dice.randint(1, 12)):
    ink = as_paint(vary(dice, choose(dice, INKS + _PAPERS), 0.15))
    centre = dice.randrange(SIZE), dice.randrange(SIZE // 2)
    axes = dice.randint(3, 30), dice.randint(3, 24)
    cv2.ellipse(picture, centre, axes, dice.uniform(0, 180), 0, 360, ink, -1)
  if dice.random() < 0.7:
    ink = vary(dice, choose(dice, INKS + _PAPERS), 0.1)
    top = dice.randint(20, 60)
    box = (6, top, SIZE - 6, min(SIZE - 4, top + dice.randint(14, 40)))
    glyphs(picture, dice, box, ink, dice.random() < 0.5)
  return Swatch(picture)


_PAPERS: tuple[Colour, ...] = ((0.95, 0.95, 0.93), (0.08, 0.08, 0.09))
_BRIGHT: tuple[Colour, ...] = (
  (0.95, 0.95, 0.94),
  (0.73, 0.31, 0.34),
  (0.90, 0.80, 0.45),
  (0.84, 0.63, 0.70),
  (0.46, 0.64, 0.81),
  (0.54, 0.72, 0.47),
)
PALE: tuple[Colour, ...] = (
  (0.92, 0.92, 0.91),
  (0.84, 0.80, 0.75),
  (0.74, 0.80, 0.87),
  (0.88, 0.74, 0.75),
  (0.68, 0.30, 0.29),
  (0.39, 0.51, 0.70),
)
_PALE_FROM, _DARK_SHARE = 0.4, 0.3
PATTERNS: tuple[tuple[Maker, float], ...] = (
  (checks, 0.3),
  (dots, 0.15),
  (flowers, 0.3),
  (blotches, 0.17),
  (lengthwise, 0.08),
)
