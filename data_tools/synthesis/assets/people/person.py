"""A random person: who they are, how they stand, what they wear and carry."""

import dataclasses
import functools

from data_tools.synthesis.assets.people import (
  carried,
  colours,
  head,
  legs,
  poses,
  tops,
)
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.people.tops import Figure
from data_tools.synthesis.engine.draws import Dice, choose, weighted
from data_tools.synthesis.engine.shapes import block
from data_tools.synthesis.engine.solids import (
  Bend,
  Part,
  Point,
  Solid,
  ring,
  vary,
)

DETAILS = (22, 52, 95)  # heights in pixels where a figure gains detail
_HIP: Point = (0.0, 0.0, poses.HIP)


def draw_person(
  dice: Dice,
  wardrobe: Wardrobe,
  position: Point,
  heading: float,
  pixels_per_metre: float,
  pose: poses.Pose = poses.standing,
  umbrellas: float = 0.0,
  team: colours.Colour | None = None,
  roofed: bool = False,
) -> Solid:
  """Draws one person.

  Args:
    dice: of the picture.
    wardrobe: of the preset.
    position: of the feet, in metres.
    heading: see `Solid`.
    pixels_per_metre: in the picture; sets the level of detail.
    pose: how the person stands.
    umbrellas: share of people under one because it rains.
    team: colour of the tops that supporters wear.
    roofed: whether under a roof, where nobody opens an umbrella.
  """
  child = dice.random() < wardrobe.children
  height = dice.uniform(1.0, 1.42) if child else dice.gauss(1.69, 0.085)
  height = min(1.98, max(0.95, height))
  build = min(1.4, max(0.82, dice.gauss(1.03, 0.11)))
  detail = sum(height * pixels_per_metre > limit for limit in DETAILS)
  skin = vary(dice, weighted(dice, _rows(colours.SKINS, wardrobe.skins)), 0.03)
  joints = pose(dice)
  figure = Figure(joints, build, skin, detail, wardrobe.patterned)
  below, trunk = _dressed(dice, wardrobe, figure, team)
  if pose is poses.sitting:
    below += _seat(dice)
  elif (
    detail
    and pose in (poses.standing, poses.walking)
    and dice.random() < wardrobe.prams
  ):
    below += weighted(dice, carried.PUSHED)(dice, colours.NAVY, figure)
  if detail:
    trunk += _luggage(dice, wardrobe, figure)
  wet = max(umbrellas, wardrobe.umbrellas)
  wet = 0.0 if wardrobe.uniform or roofed else wet
  if dice.random() < wet:
    trunk += carried.umbrella(dice, colours.NAVY, figure)
  nod, turn = 0.0, 0.0
  if detail:
    nod, turn = dice.gauss(0.08, 0.16) - 0.6 * joints.lean, dice.gauss(0, 0.35)
  start = len(below)
  bends = (
    Bend(start + len(trunk), head.NECK, nod, turn),
    Bend(start, _HIP, joints.lean, 0.0, joints.drop),
  )
  return Solid(
    [*below, *trunk, *_head(dice, wardrobe, figure, height)],
    position,
    heading,
    (0.25, 0.25),
    height / 1.7,
    bends,
  )


def head_spheres(people: list[Solid]) -> list[Solid]:
  """Returns, for each person, a solid of their head's disc alone."""
  return [
    dataclasses.replace(
      person,
      parts=[next(part for part in person.parts if part.colour is None)],
      bends=tuple(bend._replace(start=0) for bend in person.bends),
    )
    for person in people
  ]


def _head(
  dice: Dice, wardrobe: Wardrobe, figure: Figure, height: float
) -> list[Part]:
  """Returns the head with what grows or sits on it."""
  hair = vary(dice, weighted(dice, _rows(colours.HAIRS, wardrobe.hairs)), 0.02)
  parts = head.head(figure.skin, figure.detail)
  if dice.random() < wardrobe.hats:
    hat = weighted(dice, head.HATS)
    parts += hat(dice, vary(dice, choose(dice, colours.MUTED + colours.LIVELY)))
    if hat is not head.headscarf:
      parts += head.short_hair(dice, hair)
  elif figure.detail:
    parts += weighted(dice, head.HAIR)(dice, hair)
  else:
    parts += head.short_hair(dice, hair)
  size = 1 + 0.55 * max(0.0, 1.5 - height)
  if size > 1:
    parts = [head.grown(part, size) for part in parts]
  return parts


def _dressed(
  dice: Dice, wardrobe: Wardrobe, figure: Figure, team: colours.Colour | None
) -> tuple[list[Part], list[Part]]:
  """Returns the legs, and trunk and arms, in clothes."""
  lively = dice.random() < wardrobe.lively
  palette = colours.LIVELY if lively else colours.MUTED
  cloth = vary(dice, choose(dice, palette), 0.06)
  if team is not None and dice.random() < wardrobe.team:
    cloth = vary(dice, team, 0.04)
  legwear = vary(dice, choose(dice, colours.LEGWEAR), 0.04)
  if wardrobe.uniform:
    cloth, legwear = colours.UNIFORM
  if not figure.detail:
    waist = poses.HIP + 0.02 - figure.joints.drop
    leg = [*ring(waist, 0.1, 0.15, corners=6), (0.0, 0.0, 0.05, 0.08)]
    trunk = tops.torso_above(0.9, figure, 1.15)
    return [Part(leg, legwear)], [Part(trunk, cloth)]
  top = tops.plain if wardrobe.uniform else weighted(dice, tops.TOPS)
  warm = dice.random() > wardrobe.long_sleeves
  bottoms = legs.SUMMER_BOTTOMS if warm else legs.BOTTOMS
  lower = legs.bare if top is tops.dress else weighted(dice, bottoms)
  length = 2 if top is tops.jacket or not warm else 1
  if length == 1 and dice.random() < 0.14:
    length = 0
  trunk_parts = top(dice, cloth, figure)
  pattern = trunk_parts[0].cloth
  if pattern is not None:  # it changed the colour, too
    cloth = trunk_parts[0].colour or cloth
  trunk_parts += tops.sleeves(cloth, figure, length, pattern)
  return lower(dice, legwear, figure), trunk_parts


def _luggage(dice: Dice, wardrobe: Wardrobe, figure: Figure) -> list[Part]:
  parts: list[Part] = []
  if dice.random() < wardrobe.bags:
    paint = vary(dice, choose(dice, colours.MUTED + colours.LIVELY))
    parts += weighted(dice, carried.BAGS)(dice, paint, figure)
  if dice.random() < wardrobe.demonstrate:
    parts += weighted(dice, carried.DEMONSTRATED)(dice, colours.NAVY, figure)
  elif dice.random() < wardrobe.in_hand:
    paint = vary(dice, choose(dice, colours.MUTED))
    parts += weighted(dice, carried.IN_HAND)(dice, paint, figure)
  return parts


def _seat(dice: Dice) -> list[Part]:
  """Returns a stool or a block to sit on."""
  wide = dice.uniform(0.18, 0.3)
  grey = dice.uniform(0.2, 0.7)
  tone = (grey, grey * 0.97, grey * 0.92)
  return block((-0.2, 0.22), (-wide, wide), (0.0, 0.38), tone, lift=-0.1)


@functools.cache
def _rows(
  things: tuple[colours.Colour, ...], weights: tuple[float, ...]
) -> tuple[tuple[colours.Colour, float], ...]:
  return tuple(zip(things, weights, strict=True))
