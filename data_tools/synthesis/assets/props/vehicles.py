"""Cars, vans, buses."""

from data_tools.synthesis.assets.props.thing import METAL, Thing
from data_tools.synthesis.assets.swatches import signs
from data_tools.synthesis.assets.swatches.signs import BOARDS
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.shapes import block, upright
from data_tools.synthesis.engine.solids import Part, dim, unit_ring, vary

_GLASS = (0.12, 0.14, 0.16)


def car(dice: Dice) -> Thing:
  """A parked car."""
  paint = vary(dice, choose(dice, BOARDS + METAL), 0.08)
  parts = block((-2.0, 2.0), (-0.82, 0.82), (0.3, 0.8), paint)
  corners = [(x, y, 0.8, 0.0) for x in (-1.6, 0.95) for y in (-0.78, 0.78)]
  corners += [(x, y, 1.38, 0.0) for x in (-1.1, 0.3) for y in (-0.6, 0.6)]
  roof = [(x, y, 1.42, 0.02) for x in (-1.1, 0.3) for y in (-0.58, 0.58)]
  parts += [
    Part(corners, vary(dice, _GLASS, 0.03), 0.6),
    Part(roof, dim(paint, 1.06), 0.9, flat=True),
  ]
  return Thing(parts + _wheels((-1.3, 1.3), 0.82, 0.32), (2.1, 0.9), "street")


def van(dice: Dice) -> Thing:
  """A van with something written on it."""
  paint = vary(dice, choose(dice, BOARDS + METAL), 0.06)
  parts = block((-2.4, 1.9), (-0.95, 0.95), (0.35, 2.1), paint)
  parts += block((1.9, 2.5), (-0.92, 0.92), (0.35, 1.2), paint)
  parts.append(
    upright((1.93, -0.85), (1.93, 0.85), (1.2, 1.95), _GLASS, lift=0.3)
  )
  shown = signs.banner(dice)
  for y, ends in ((0.97, (1.6, -2.2)), (-0.97, (-2.2, 1.6))):
    start, end = (ends[0], y), (ends[1], y)
    parts.append(upright(start, end, (0.9, 1.7), swatch=shown, lift=0.3))
  return Thing(parts + _wheels((-1.6, 1.6), 0.95, 0.36), (2.5, 1.0), "street")


def bus(dice: Dice) -> Thing:
  """A bus or a tram: rows of windows, boards, round lamps."""
  paint = vary(dice, choose(dice, BOARDS), 0.06)
  half, high = dice.uniform(3.5, 5.5), dice.uniform(2.6, 3.2)
  parts = block((-half, half), (-1.2, 1.2), (0.35, high), paint)
  count = int(half * 1.4)
  for y in (-1.22, 1.22):
    way = 1 if y < 0 else -1
    for i in range(count):
      left = way * half * (2 * (i + 0.06) / count - 1)
      right = way * half * (2 * (i + 0.94) / count - 1)
      glass = vary(dice, (0.2, 0.24, 0.27), 0.05)
      spot = (left, y), (right, y)
      parts.append(upright(*spot, (1.35, high - 0.35), glass, lift=0.5))
    ends = (-way * half * 0.8, y), (way * half * 0.7, y)
    shown = signs.banner(dice)
    parts.append(upright(*ends, (0.6, 1.25), swatch=shown, lift=0.5))
  for x in (-half - 0.02, half + 0.02):
    way = 1 if x > 0 else -1
    pane = (x, -way * 1.1), (x, way * 1.1)
    parts.append(upright(*pane, (1.2, high - 0.5), _GLASS, lift=0.5))
  return Thing(
    parts + _wheels((-half + 1, half - 1), 1.2, 0.45), (half, 1.3), "street"
  )


def _wheels(xs: tuple[float, float], y: float, radius: float) -> list[Part]:
  return [
    part for x in xs for side in (-y, y) for part in _wheel(x, side, radius)
  ]


def _wheel(x: float, y: float, radius: float) -> list[Part]:
  tyre = [
    (x + radius * c, y, radius + radius * s, 0.04) for c, s in unit_ring(8)
  ]
  hub = [
    (x + 0.5 * radius * c, y * 1.02, radius + 0.5 * radius * s, 0.0)
    for c, s in unit_ring(8)
  ]
  return [
    Part(tyre, (0.06, 0.06, 0.06), 0.1),
    Part(hub, (0.5, 0.5, 0.52), 0.15, flat=True),
  ]
