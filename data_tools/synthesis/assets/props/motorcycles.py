"""Motorcycles and scooters in rows.

Helmets, boxes, mirrors and lamps are as large and as round as heads and stand
in rows as crowds do: of all clutter, counters take these for people the most.
"""

import math

from data_tools.synthesis.assets.props.thing import METAL, Thing
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import facing, pole
from data_tools.synthesis.engine.solids import (
  Colour,
  Part,
  ball,
  dim,
  unit_ring,
  vary,
)

_RUBBER: Colour = (0.06, 0.06, 0.06)
_BLACK: Colour = (0.09, 0.09, 0.10)
_CHROME: Colour = (0.70, 0.71, 0.73)
_PAINTS: tuple[Colour, ...] = (
  _BLACK,
  _BLACK,
  (0.16, 0.16, 0.18),
  (0.24, 0.24, 0.26),
  (0.55, 0.10, 0.12),
  (0.40, 0.10, 0.12),
  *METAL,
  *BOARDS,
)
_LAMP: Colour = (0.86, 0.86, 0.82)


def motorcycles(dice: Dice) -> Thing:
  """A few of them, or a long row along a kerb."""
  count = dice.randint(1, 8) if dice.random() < 0.4 else dice.randint(10, 30)
  gap, turned = dice.uniform(0.65, 0.95), dice.gauss(0, 0.15)
  parts: list[Part] = []
  for i in range(count):
    y = gap * (i - (count - 1) / 2)
    # All lean on their stands, to the same side.
    own = _motorcycle(dice)
    parts += _placed(
      own, dice.gauss(0, 0.08), y, turned + dice.gauss(0, 0.05), 0.12
    )
  return Thing(parts, (1.0, gap * count / 2), "street", pieces=count)


def _motorcycle(dice: Dice) -> list[Part]:
  """One of them, its front along x."""
  paint = vary(dice, choose(dice, _PAINTS), 0.06)
  parts = [*_wheel(-0.62, 0.27), *_wheel(0.66, 0.27)]
  # Engine and step board below, tail and seat above them.
  engine = [(-0.35, 0, 0.38, 0.13), (0.2, 0, 0.3, 0.11)]
  tail = [(-0.72, 0, 0.72, 0.07), (-0.3, 0, 0.62, 0.14), (0, 0, 0.55, 0.1)]
  seat = [(-0.55, 0, 0.8, 0.09), (0.0, 0, 0.77, 0.1)]
  guard = [(-0.85, 0, 0.55, 0.05), (-0.62, 0, 0.66, 0.06)]
  parts += [
    Part(engine, dim(_CHROME, dice.uniform(0.3, 0.8))),
    Part(guard, dim(paint, 0.8)),
    Part(tail, paint, 0.02),
    Part(seat, vary(dice, _RUBBER, 0.02), 0.05),
    facing((-0.88, 0, 0.5), 0.18, 0.14, dim(_LAMP, 0.95), lift=0.03),
  ]
  if dice.random() < 0.5:  # a tank between the knees, or a shield before them
    tank = [(0.08, 0, 0.82, 0.12), (0.36, 0, 0.86, 0.11)]
    parts.append(Part(tank, paint, 0.03))
  else:
    shield = [(0.46, y, z, 0.04) for y in (-0.17, 0.17) for z in (0.4, 0.85)]
    parts.append(Part(shield, dim(paint, 1.1), 0.02))
  parts += [*_fork(dice, paint), *_behind(dice)]
  if dice.random() < 0.3:
    parts += _helmet(dice)
  return parts


def _fork(dice: Dice, paint: Colour) -> list[Part]:
  """Fork, mudguard, headlamp, handlebar and two mirrors on stalks."""
  parts = [
    pole((0.66, y, 0.27), (0.44, y, 0.98), 0.022, _CHROME)
    for y in (-0.07, 0.07)
  ]
  mudguard = [(0.5, 0, 0.56, 0.05), (0.72, 0, 0.58, 0.05)]
  cowl = [(0.5, 0, 0.9, 0.09), (0.42, 0, 1.0, 0.06)]
  bar = [(0.36, y, 1.03, 0.02) for y in (-0.26, 0.26)]
  parts += [
    Part(mudguard, dim(paint, 0.9), 0.02),
    Part(cowl, paint, 0.02),
    Part(ball(0.56, 0, 0.88, 0.075), _LAMP, 0.04),
    Part(bar, _BLACK, 0.03),
  ]
  high = dice.uniform(1.14, 1.26)
  for y in (-0.25, 0.25):
    grip = [(0.34, y, 1.03, 0.03), (0.3, y * 1.25, 1.02, 0.03)]
    mirror = [(0.38, y * 1.25, high, 0.05), (0.37, y * 1.35, high, 0.045)]
    stalk = pole((0.38, y * 0.8, 1.04), (0.38, y * 1.25, high), 0.01, _BLACK)
    parts += [
      Part(grip, _RUBBER, 0.03),
      stalk,
      Part(mirror, vary(dice, _BLACK, 0.02), 0.03),
    ]
  if dice.random() < 0.2:  # a basket before the handlebar
    basket = [
      (x, y, z, 0.01)
      for x in (0.56, 0.82)
      for y in (-0.16, 0.16)
      for z in (0.78, 1.0)
    ]
    parts.append(Part(basket, vary(dice, (0.3, 0.3, 0.31), 0.08), 0.03))
  return parts


def _behind(dice: Dice) -> list[Part]:
  """A round box, a square one, a rack or nothing behind the seat."""
  kind = dice.random()
  if kind < 0.35:
    paint = vary(dice, choose(dice, _PAINTS), 0.05)
    dome = [(x, y, 0.97, 0.13) for x in (-0.86, -0.66) for y in (-0.08, 0.08)]
    gleam = [(-0.8, 0.03, 1.1, 0.02), (-0.72, 0.05, 1.1, 0.02)]
    return [
      Part(dome, paint, 0.04),
      Part(gleam, dim(_LAMP, 1.05), 0.08, flat=True),
    ]
  if kind < 0.5:
    paint = vary(dice, choose(dice, BOARDS), 0.06)
    box = [
      (x, y, z, 0.02)
      for x in (-0.95, -0.6)
      for y in (-0.2, 0.2)
      for z in (0.88, 1.25)
    ]
    return [Part(box, paint, 0.04)]
  if kind < 0.75:
    return [pole((-0.6, 0, 0.86), (-0.84, 0, 0.9), 0.03, _CHROME)]
  return []


def _helmet(dice: Dice) -> list[Part]:
  """A helmet on the seat or hung on a mirror: no head is in it."""
  paint = vary(dice, choose(dice, _PAINTS), 0.06)
  x, y, z = choose(
    dice, ((-0.3, 0.0, 0.96), (-0.1, 0.0, 0.95), (0.36, 0.38, 1.12))
  )
  visor = [(x + 0.1, y + j, z + 0.01, 0.03) for j in (-0.06, 0.06)]
  return [
    Part(ball(x, y, z, 0.135), paint, 0.06),
    Part(visor, _BLACK, 0.1),
  ]


def _wheel(x: float, radius: float) -> list[Part]:
  tyre = [
    (x + radius * c, 0.0, radius + radius * s, 0.045) for c, s in unit_ring(8)
  ]
  parts = [Part(tyre, _RUBBER)]
  for side in (-0.05, 0.05):
    rim = [
      (x + 0.62 * radius * c, side, radius + 0.62 * radius * s, 0.0)
      for c, s in unit_ring(8)
    ]
    parts.append(Part(rim, (0.34, 0.34, 0.36), 0.03, flat=True))
  return parts


def _placed(
  parts: list[Part], x: float, y: float, turn: float, lean: float
) -> list[Part]:
  """Moves and turns parts, and leans them to the left."""
  cosine, sine = math.cos(turn), math.sin(turn)
  return [
    part._replace(
      spheres=[
        (
          x + a * cosine - (b + c * lean) * sine,
          y + a * sine + (b + c * lean) * cosine,
          c,
          radius,
        )
        for a, b, c, radius in part.spheres
      ]
    )
    for part in parts
  ]
