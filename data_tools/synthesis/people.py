"""Random people: who they are, how they stand, what they wear."""

import bisect
import dataclasses
import itertools
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from data_tools.synthesis import body, garments
from data_tools.synthesis.solids import (
  Colour,
  Part,
  Solid,
  box,
  ring,
  vary,
)

T = TypeVar("T")
SMALL, DETAILED = 20, 90  # figure heights in pixels where details come in
SKINS: tuple[Colour, ...] = (
  (0.90, 0.74, 0.64),
  (0.84, 0.66, 0.53),
  (0.76, 0.56, 0.43),
  (0.62, 0.44, 0.32),
  (0.44, 0.30, 0.22),
  (0.29, 0.19, 0.14),
)
HAIR_COLOURS: tuple[Colour, ...] = (
  (0.05, 0.045, 0.045),
  (0.09, 0.07, 0.06),
  (0.20, 0.13, 0.09),
  (0.36, 0.24, 0.14),
  (0.62, 0.48, 0.28),
  (0.60, 0.59, 0.58),
)


@dataclasses.dataclass(frozen=True)
class Wardrobe:
  """What the people of a preset look like.

  Attributes:
    lively: share of tops in lively colours.
    long_sleeves: share of tops with long sleeves; falls in warm places.
    hats: share of people with something on their head.
    bags: share of people with a bag.
    children: share of people below 1.45 m.
    skins: weights of `SKINS`.
    hairs: weights of `HAIR_COLOURS`.
  """

  lively: float = 0.4
  long_sleeves: float = 0.5
  hats: float = 0.12
  bags: float = 0.4
  children: float = 0.07
  skins: tuple[float, ...] = (0.25, 0.3, 0.2, 0.12, 0.08, 0.05)
  hairs: tuple[float, ...] = (0.4, 0.25, 0.15, 0.1, 0.05, 0.05)


def draw_person(
  rng: np.random.Generator,
  wardrobe: Wardrobe,
  position: tuple[float, float, float],
  heading: float,
  pixels_per_metre: float,
  moving: bool,
  seated: bool = False,
) -> Solid:
  """Draws one person.

  Args:
    rng: of the picture.
    wardrobe: of the preset.
    position: of the feet, in metres.
    heading: see `Solid`.
    pixels_per_metre: in the picture; sets the level of detail.
    moving: whether the person walks.
    seated: whether the person sits.
  """
  child = rng.random() < wardrobe.children
  height = rng.uniform(1.0, 1.42) if child else rng.normal(1.69, 0.085)
  height = float(np.clip(height, 0.95, 1.98))
  build = float(np.clip(rng.normal(1.03, 0.11), 0.82, 1.4))
  pixels = height * pixels_per_metre
  skin = vary(rng, _choose(rng, SKINS, wardrobe.skins), 0.03)
  hair = vary(rng, _choose(rng, HAIR_COLOURS, wardrobe.hairs), 0.02)
  size = 1 + 0.55 * max(0.0, 1.5 - height)
  pose = body.walking if moving else body.standing
  if seated:
    pose = body.sitting
  joints = pose(rng)
  parts = _dressed(rng, wardrobe, joints, build, skin, pixels)
  if seated:
    parts.append(_seat(rng))
  upper = body.head(skin, size, pixels > DETAILED)
  if rng.random() < wardrobe.hats:
    colour = _choose(rng, garments.MUTED + garments.LIVELY)
    hat = _choose(rng, *_table(body.HATS))
    crown = hat(rng, vary(rng, colour))
    if hat is not body.headscarf:
      crown += body.short_hair(rng, hair)
  else:
    crown = _choose(rng, *_table(body.HAIR))(rng, hair)
  upper += [body.grown(part, size) for part in crown]
  if pixels > SMALL and rng.random() < wardrobe.bags:
    bag = _choose(rng, *_table(garments.BAGS))
    upper += bag(rng, vary(rng, _choose(rng, garments.MUTED)))
  parts += body.lowered(upper, joints.drop)
  return Solid(parts, position, heading, 0.25, height / 1.7)


def head_centre(person: Solid) -> tuple[float, float, float, float]:
  """Returns the head's centre in the world and its radius, in metres."""
  disc = next(part for part in person.parts if part.colour is None)
  only = dataclasses.replace(person, parts=[disc])
  return tuple(only.world_spheres[0].tolist())


def _dressed(
  rng: np.random.Generator,
  wardrobe: Wardrobe,
  joints: body.Joints,
  build: float,
  skin: Colour,
  pixels: float,
) -> list[Part]:
  """Returns torso, arms and legs in clothes."""
  palette = garments.MUTED
  if rng.random() < wardrobe.lively:
    palette = garments.LIVELY
  cloth = vary(rng, _choose(rng, palette), 0.06)
  legwear = vary(rng, _choose(rng, garments.LEGWEAR), 0.04)
  shoe = vary(rng, _choose(rng, garments.MUTED))
  top = _choose(rng, *_table(garments.TOPS))
  kind = rng.random()
  if pixels < SMALL:
    waist = 0.92 - joints.drop
    legs = [Part([*ring(waist, 0.1, 0.15), (0.0, 0.0, 0.05, 0.08)], legwear)]
    return legs + body.lowered(
      garments.plain(rng, cloth, build * 1.15), joints.drop
    )
  lower, below = garments.trousers, []
  if top is garments.dress:
    lower = garments.bare_legs
  elif kind < 0.1 and not joints.drop > 0.2:
    lower, below = garments.bare_legs, garments.skirt(rng, legwear, build)
  elif kind < 0.1 + 0.3 * (1 - wardrobe.long_sleeves):
    lower = garments.shorts
  long = top is garments.jacket or rng.random() < wardrobe.long_sleeves
  upper = top(rng, cloth, build) + below
  upper += garments.sleeves(joints, build, cloth, skin, long)
  legs = lower(joints, build, legwear, skin, shoe)
  return legs + body.lowered(upper, joints.drop)


def _seat(rng: np.random.Generator) -> Part:
  """Returns a stool or a block to sit on."""
  wide = rng.uniform(0.18, 0.3)
  grey = float(rng.uniform(0.2, 0.7))
  block = box((-0.2, 0.22), (-wide, wide), (0.0, 0.38))
  return Part(block, (grey, grey * 0.97, grey * 0.92), lift=-0.1)


def _choose(
  rng: np.random.Generator,
  things: Sequence[T],
  weights: Sequence[float] | None = None,
) -> T:
  if weights is None:
    return things[int(rng.random() * len(things))]
  sums = list(itertools.accumulate(weights))
  return things[bisect.bisect_right(sums, rng.random() * sums[-1])]


def _table(rows: Sequence[tuple[T, float]]) -> tuple[list[T], list[float]]:
  return [row[0] for row in rows], [row[1] for row in rows]
