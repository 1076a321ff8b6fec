"""Colours of skin, hair and clothes, and who wears which."""

import dataclasses

from data_tools.synthesis.engine.solids import Colour

SKINS: tuple[Colour, ...] = (
  (0.90, 0.74, 0.64),
  (0.84, 0.66, 0.53),
  (0.76, 0.56, 0.43),
  (0.62, 0.44, 0.32),
  (0.44, 0.30, 0.22),
  (0.29, 0.19, 0.14),
)
HAIRS: tuple[Colour, ...] = (
  (0.05, 0.045, 0.045),
  (0.09, 0.07, 0.06),
  (0.20, 0.13, 0.09),
  (0.36, 0.24, 0.14),
  (0.62, 0.48, 0.28),
  (0.60, 0.59, 0.58),
)
NAVY: Colour = (0.10, 0.13, 0.26)
MUTED: tuple[Colour, ...] = (
  (0.07, 0.07, 0.08),
  (0.11, 0.11, 0.13),
  (0.90, 0.90, 0.89),
  (0.82, 0.81, 0.78),
  (0.50, 0.51, 0.52),
  (0.32, 0.33, 0.35),
  NAVY,
  (0.24, 0.33, 0.50),
  (0.55, 0.47, 0.36),
  (0.33, 0.27, 0.20),
)
LIVELY: tuple[Colour, ...] = (
  (0.61, 0.18, 0.19),
  (0.92, 0.92, 0.92),
  (0.20, 0.33, 0.59),
  (0.84, 0.72, 0.33),
  (0.22, 0.42, 0.30),
  (0.80, 0.52, 0.62),
  (0.79, 0.48, 0.28),
  (0.48, 0.64, 0.75),
  (0.41, 0.27, 0.45),
)
UNIFORM: tuple[Colour, Colour] = ((0.42, 0.43, 0.45), (0.20, 0.21, 0.24))
LEGWEAR: tuple[Colour, ...] = (
  (0.08, 0.08, 0.09),
  NAVY,
  (0.20, 0.27, 0.40),
  (0.32, 0.40, 0.52),
  (0.30, 0.30, 0.31),
  (0.58, 0.52, 0.42),
  (0.78, 0.76, 0.72),
)


@dataclasses.dataclass(frozen=True)
class Wardrobe:
  """What the people of a preset look like; shares unless said otherwise.

  Attributes:
    lively: of tops in lively colours.
    patterned: of garments with a woven or printed pattern.
    long_sleeves: of tops with long sleeves; falls in warm places.
    hats: of people with something on their head.
    bags: of people with a bag.
    in_hand: of people with a phone or a cup in their hand.
    demonstrate: of people with a flag, a placard or a balloon.
    umbrellas: of people under an umbrella when it does not rain.
    prams: of those who walk or stand, with a pram or a suitcase.
    children: of people below 1.45 m.
    team: of tops in one colour, which each picture draws.
    skins: weights of `SKINS`.
    hairs: weights of `HAIRS`.
    uniform: whether all wear the same, and nobody an umbrella.
  """

  lively: float = 0.35
  patterned: float = 0.4
  long_sleeves: float = 0.5
  hats: float = 0.12
  bags: float = 0.5
  in_hand: float = 0.2
  demonstrate: float = 0.0
  umbrellas: float = 0.01
  prams: float = 0.02
  children: float = 0.07
  team: float = 0.0
  skins: tuple[float, ...] = (0.25, 0.3, 0.2, 0.12, 0.08, 0.05)
  hairs: tuple[float, ...] = (0.45, 0.27, 0.12, 0.08, 0.04, 0.04)
  uniform: bool = False
