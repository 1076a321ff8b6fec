"""What covers the legs. A new garment is one function and a line in `BOTTOMS`.

Lengths are for a person of 1.70 m; see `poses`.
"""

from data_tools.synthesis.assets.people import colours
from data_tools.synthesis.assets.people.poses import HIP, SIDES
from data_tools.synthesis.assets.people.tops import Figure, Garment, limb
from data_tools.synthesis.assets.swatches import cloth
from data_tools.synthesis.engine.draws import Dice, choose
from data_tools.synthesis.engine.solids import (
  Colour,
  Part,
  Point,
  dim,
  ring,
  vary,
)
from data_tools.synthesis.engine.swatch import Swatch


def trousers(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """Two legs to the ankle, and shoes."""
  colour, pattern = _pattern(dice, colour, figure, 0.4)
  return _legs(dice, colour, colour, figure, pattern)


def shorts(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """Two legs to the knee, bare below."""
  colour, pattern = _pattern(dice, colour, figure, 0.6)
  return _legs(dice, colour, figure.skin, figure, pattern)


def leggings(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """Tight and dark."""
  return _legs(dice, dim(colour, 0.5), dim(colour, 0.5), figure)


def bare(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """What a dress leaves to be seen."""
  return _legs(dice, figure.skin, figure.skin, figure)


def skirt(dice: Dice, colour: Colour, figure: Figure) -> list[Part]:
  """A skirt of any length over bare legs."""
  if figure.joints.drop > 0.2:  # nobody sees a skirt when its wearer sits
    return shorts(dice, colour, figure)
  hem, flare = dice.uniform(0.2, 0.66), dice.uniform(1.0, 1.5)
  colour, pattern = _pattern(dice, colour, figure, 1.0)
  wraps = ring(hem, 0.13 * flare, 0.19 * flare)
  wraps += ring(1.0, 0.1, 0.15 * figure.build)
  covered = Part(wraps, colour, lift=0.16, cloth=pattern)  # over any step
  return [*bare(dice, colour, figure), covered]


def _pattern(
  dice: Dice, colour: Colour, figure: Figure, share: float
) -> tuple[Colour, Swatch | None]:
  if figure.detail > 0 and dice.random() < figure.patterned * share:
    return cloth.pattern_for(dice, colour)
  return colour, None


def _legs(
  dice: Dice,
  upper: Colour,
  lower: Colour,
  figure: Figure,
  pattern: Swatch | None = None,
) -> list[Part]:
  parts = []
  joints = figure.joints
  shoe = vary(dice, choose(dice, colours.MUTED + colours.LIVELY))
  sandals = lower == figure.skin and dice.random() < 0.5
  below = pattern if lower == upper else None
  for side, knee, ankle in zip(SIDES, joints.knees, joints.ankles, strict=True):
    hip = (0.0, side * 0.085 * figure.build, HIP - joints.drop)
    thigh, shin = 0.09 * figure.build, 0.062 if lower == upper else 0.05
    parts.append(Part(limb(hip, knee, thigh, 0.066), upper, cloth=pattern))
    parts.append(
      Part(limb(knee, ankle, shin, 0.046), lower, -0.01, cloth=below)
    )
    if figure.detail > 1:
      parts += _foot(ankle, shoe, figure.skin if sandals else shoe)
  return parts


def _foot(ankle: Point, shoe: Colour, upper: Colour) -> list[Part]:
  """A shoe with its sole, or a bare foot on one under a strap."""
  x, y, z = ankle
  heel, toe = (x - 0.03, y, z - 0.03), (x + 0.15, y * 1.15, z - 0.04)
  sole = [(a, b, c - 0.03, 0.03) for a, b, c in (heel, toe)]
  pale = (0.9, 0.9, 0.88) if sum(shoe) < 1.2 else dim(shoe, 0.4)
  parts = [
    Part(sole, pale, -0.03),
    Part(limb(heel, toe, 0.042, 0.032), upper, -0.02),
  ]
  if upper != shoe:
    strap = [(x + 0.09, y + j, z - 0.012, 0.014) for j in (-0.035, 0.035)]
    parts.append(Part(strap, shoe, 0.0))
  return parts


BOTTOMS: tuple[tuple[Garment, float], ...] = (
  (trousers, 0.66),
  (skirt, 0.12),
  (leggings, 0.1),
  (shorts, 0.12),
)
SUMMER_BOTTOMS: tuple[tuple[Garment, float], ...] = (
  (trousers, 0.44),
  (skirt, 0.16),
  (leggings, 0.12),
  (shorts, 0.28),
)
