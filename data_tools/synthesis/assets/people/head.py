"""Head, hair and hats. A new one is one function and a line in a table below.

Lengths are for a person of 1.70 m; see `poses`.
"""

import math
from collections.abc import Callable

from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.solids import (
  Colour,
  Part,
  Point,
  Sphere,
  ball,
  dim,
)

CENTRE: Point = (0.012, 0.0, 1.58)  # of the head, where the label goes
RADIUS = 0.106
NECK: Point = (0.0, 0.0, 1.45)  # about which it nods
_CHIN = 1.47

Crown = Callable[[Dice, Colour], list[Part]]


def head(skin: Colour, detail: int) -> list[Part]:
  """Neck, skull, face, and the disc that visibility is measured on.

  Args:
    skin: colour.
    detail: see `person`; eyes come with the last.
  """
  x, y, z = CENTRE
  disc = Part([(x, y, z, RADIUS)], None, lift=0.3)
  skull = [(0.0, 0.0, z + 0.01, 0.095), (0.03, 0.0, z - 0.055, 0.062)]
  # Before the hair to who looks at it, behind the skull from the back.
  face = [(0.055, 0.0, z - 0.005, 0.05), (0.05, 0.0, z - 0.05, 0.045)]
  parts = [disc, Part(skull, skin), Part(face, skin, lift=0.03)]
  if detail < 2:
    return parts
  neck = [(-0.01, 0.0, 1.4, 0.058), (0.0, 0.0, 1.5, 0.05)]
  parts.append(Part(neck, dim(skin, 0.82)))
  if detail < 3:
    return parts
  shade = dim(skin, 0.42)
  for side in (1, -1):
    eye = [(0.088, side * 0.024, z, 0.006), (0.082, side * 0.045, z, 0.006)]
    parts.append(Part(eye, shade, lift=0.004, flat=True))
    ear = ball(0.0, side * 0.092, z - 0.015, 0.022)
    parts.append(Part(ear, dim(skin, 0.85)))
  mouth = [(0.088, side * 0.022, z - 0.075, 0.005) for side in (1, -1)]
  parts.append(Part(mouth, dim(skin, 0.6), lift=0.004, flat=True))
  nose = ball(0.1, 0, z - 0.035, 0.012)
  parts.append(Part(nose, dim(skin, 0.93), 0.004))
  return parts


def grown(part: Part, size: float) -> Part:
  """Scales a part of the head about the chin."""
  if size == 1:
    return part
  spheres = [
    (x * size, y * size, _CHIN + (z - _CHIN) * size, r * size)
    for x, y, z, r in part.spheres
  ]
  return part._replace(spheres=spheres)


def short_hair(dice: Dice, colour: Colour) -> list[Part]:
  """A cap of hair, parted from the face."""
  top = dice.uniform(0.0, 0.014)
  fringe = dice.uniform(0.03, 0.055)
  scalp = [
    (-0.022, 0, 1.618 + top, 0.098),
    (-0.042, 0, 1.57, 0.086),
    (fringe, 0, 1.655 + top - fringe * 0.3, 0.052),
  ]
  return [Part(scalp, colour, lift=0.008)]


def long_hair(dice: Dice, colour: Colour) -> list[Part]:
  """Hair to the shoulders or below, over the back."""
  end = dice.uniform(1.2, 1.46)
  strands = [
    (-0.05, 0.045, 1.58, 0.075),
    (-0.05, -0.045, 1.58, 0.075),
    (-0.085, 0.05, end, 0.05),
    (-0.085, -0.05, end, 0.05),
  ]
  parts = [Part(strands, colour, lift=0.02), *short_hair(dice, colour)]
  if dice.random() < 0.5:  # falls over a shoulder too
    side = 1 if dice.random() < 0.5 else -1
    lock = [
      (0.0, side * 0.085, 1.6, 0.03),
      (0.06, side * 0.11, end + 0.08, 0.03),
    ]
    parts.append(Part(lock, colour, lift=0.03))
  return parts


def bob(dice: Dice, colour: Colour) -> list[Part]:
  """Hair to the chin all round, with or without a fringe."""
  end = dice.uniform(1.47, 1.53)
  sides = [
    (-0.03, side * 0.06, z, 0.06) for side in (1, -1) for z in (1.62, end)
  ]
  fringe = [(0.07, side * 0.05, 1.64, 0.03) for side in (1, -1)]
  parts = [Part(sides, colour, lift=0.02), *short_hair(dice, colour)]
  return [*parts, Part(fringe, colour, 0.02)] if dice.random() < 0.5 else parts


def tied_hair(dice: Dice, colour: Colour) -> list[Part]:
  """A bun or a pony tail."""
  if dice.random() < 0.4:
    knot = ball(-0.08, 0, dice.uniform(1.6, 1.71), 0.05)
  else:
    end = dice.uniform(1.34, 1.5)
    knot = [(-0.12, 0, 1.62, 0.035), (-0.14, 0, end, 0.025)]
  return [Part(knot, colour, lift=0.03), *short_hair(dice, colour)]


def curly_hair(dice: Dice, colour: Colour) -> list[Part]:
  """A round shock of hair."""
  wide = dice.uniform(0.12, 0.165)
  shock = [(-0.035, 0, 1.62, wide), (0.0, 0, 1.67, wide * 0.75)]
  return [Part(shock, colour, lift=0.0)]


def thin_hair(dice: Dice, colour: Colour) -> list[Part]:
  """Hair around the back of a bald or shaven head."""
  if dice.random() < 0.5:
    return []
  return [Part([(-0.03, 0, 1.565, 0.092)], colour)]


def cap(dice: Dice, colour: Colour) -> list[Part]:
  """A cap with a peak, which is at times at the back."""
  front = 1 if dice.random() < 0.85 else -1
  dome = [(-0.008, 0, 1.63, 0.1), (-0.008, 0, 1.665, 0.068)]
  peak = [
    (front * 0.07, 0.05, 1.64, 0.012),
    (front * 0.07, -0.05, 1.64, 0.012),
    (front * 0.165, 0.035, 1.625, 0.012),
    (front * 0.165, -0.035, 1.625, 0.012),
  ]
  return [Part(dome, colour, 0.03), Part(peak, dim(colour, 0.8), 0.04)]


def brimmed_hat(dice: Dice, colour: Colour) -> list[Part]:
  """A sun hat, a boater, a bowler: brims of any width, crowns of any height."""
  wide, high = dice.uniform(0.13, 0.21), dice.uniform(1.68, 1.74)
  brim: list[Sphere] = [
    (wide * 0.92 * math.cos(a), wide * math.sin(a), 1.635, 0.008)
    for a in (i * math.pi / 6 for i in range(12))
  ]
  crown = [(0, 0, 1.66, 0.09), (0, 0, high, 0.062)]
  parts = [Part(brim, colour, 0.03), Part(crown, dim(colour, 1.08), 0.06)]
  if dice.random() < 0.5:
    band = [
      (0.09 * math.cos(a), 0.09 * math.sin(a), 1.66, 0.012) for a in _ROUND
    ]
    parts.append(Part(band, dim(colour, 0.4), 0.061, flat=True))
  return parts


def knitted_hat(dice: Dice, colour: Colour) -> list[Part]:
  """A beanie, at times with a bobble."""
  high = dice.uniform(1.67, 1.72)
  dome = [(-0.012, 0, 1.625, 0.107), (-0.03, 0, high, 0.05)]
  parts = [Part(dome, colour, 0.03)]
  if dice.random() < 0.3:
    parts.append(
      Part(ball(-0.03, 0, high + 0.06, 0.035), dim(colour, 1.2), 0.05)
    )
  return parts


def headscarf(dice: Dice, colour: Colour) -> list[Part]:
  """A scarf over hair and shoulders, or a hood."""
  wraps = [
    (-0.03, 0, 1.6, 0.112),
    (-0.05, 0.05, 1.42, 0.09),
    (-0.05, -0.05, 1.42, 0.09),
  ]
  fold = dice.uniform(0.01, 0.04)
  chin = [(0.02, 0.06, 1.46, 0.05), (0.02 + fold, -0.06, 1.46, 0.05)]
  return [Part(wraps, colour, 0.008), Part(chin, dim(colour, 0.92), 0.01)]


_ROUND = [i * math.pi / 5 for i in range(10)]
HAIR: tuple[tuple[Crown, float], ...] = (
  (short_hair, 0.5),
  (long_hair, 0.2),
  (tied_hair, 0.14),
  (bob, 0.08),
  (thin_hair, 0.05),
  (curly_hair, 0.03),
)
HATS: tuple[tuple[Crown, float], ...] = (
  (cap, 0.42),
  (brimmed_hat, 0.3),
  (knitted_hat, 0.12),
  (headscarf, 0.16),
)
