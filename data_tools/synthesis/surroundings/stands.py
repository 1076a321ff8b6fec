"""Rows of seats that rise: empty seats are clutter, taken ones are crowd."""

import math

import numpy as np

from data_tools.synthesis.assets.swatches import facades, goods, signs
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import level, upright
from data_tools.synthesis.engine.solids import Part, Solid, dim, vary
from data_tools.synthesis.engine.swatch import Swatch
from data_tools.synthesis.surroundings.base import Seat, Surroundings

SEAT, SECTION = 0.5, 6.0  # metres: a seat, a swatch of seats


def stand_across(dice: Dice) -> Surroundings:
  """A stand seen from the field or from the stand across."""
  first, rows = dice.uniform(7, 40), dice.randint(8, 34)
  half = SECTION * dice.randint(3, 9)
  base = dice.uniform(0.3, 2.5)
  rise, deep = dice.uniform(0.3, 0.55), dice.uniform(0.75, 0.95)
  plastic = [vary(dice, choose(dice, BOARDS), 0.06) for _ in range(2)]
  empty = goods.seats(dice)
  aisle = SECTION * dice.randint(1, 3)
  things: list[Solid] = []
  seats: list[Seat] = []
  for row in range(rows):
    y, z = first + row * deep, base + row * rise
    colour = plastic[row * 2 // rows] if dice.random() < 0.9 else plastic[0]
    things.append(_row(y, z, rise, deep, half, aisle, colour, empty))
    count = int(2 * half / SEAT)
    for i in range(count):
      x = -half + (i + 0.5) * SEAT
      if (x + half) % aisle > 1.1:
        seats.append((x, y, z))
  wide = half + 1
  board = upright(
    (-wide, 0.0),
    (wide, 0.0),
    (0.0, base + 0.7),
    vary(dice, choose(dice, BOARDS), 0.06),
    signs.banner(dice),
  )
  things.append(Solid([board], (0.0, first - 0.8, 0.0)))
  top = base + rows * rise
  back = first + rows * deep
  wall = choose(dice, (facades.louvres, facades.curtain_wall, signs.banner))
  shell = [
    upright(
      (-wide, back),
      (wide, back),
      (top - 0.5, top + dice.uniform(2, 6)),
      vary(dice, (0.6, 0.6, 0.62), 0.1),
      wall(dice),
    )
  ]
  ceiling = math.inf
  if dice.random() < 0.6:
    ceiling = top + 6
    roof = level(
      (-wide, wide),
      (first + 2, back + 1),
      ceiling,
      vary(dice, (0.4, 0.4, 0.42), 0.1),
    )
    shell.append(roof)

  def open_ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return y < first - 2

  return Surroundings(
    Solid(shell, (0.0, 0.0, 0.0)),
    open_ground,
    tuple(things),
    tuple(seats),
    sight=(
      dice.uniform(-0.5, 0.5) * half,
      (first + back) / 2,
      base + dice.uniform(0.3, 0.7) * rows * rise,
    ),
    ceiling=ceiling,
    in_rows=True,
  )


def _row(
  y: float,
  z: float,
  rise: float,
  deep: float,
  half: float,
  aisle: float,
  colour: tuple[float, float, float],
  empty: Swatch,
) -> Solid:
  """A step with seats on it, in the frame of its own front edge."""
  stone = (0.55, 0.55, 0.54)
  back, front = deep * 0.35, -deep / 2
  parts: list[Part] = []
  x = -half
  while x < half - 0.1:  # in sections: what is behind the camera is left out
    end = x + SECTION
    parts += [
      upright((x, front), (end, front), (-rise, 0.0), dim(stone, 0.7)),
      level((x, end), (front, -front), 0.0, stone),
    ]
    left = x + 1.1 if (x + half) % aisle < 0.1 else x
    spot = (left, back), (end, back)
    parts.append(upright(*spot, (0.05, 0.85), colour, empty, lift=0.5))
    x = end
  return Solid(parts, (0.0, y, z))
