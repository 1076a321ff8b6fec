"""Packed crowds at a low angle: rallies, concerts, old photographs."""

from data_tools.synthesis.assets.ground import outdoors, paving
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.props import boards, plants, shows, street
from data_tools.synthesis.crowd import formations
from data_tools.synthesis.crowd.gather import CrowdRange
from data_tools.synthesis.presets.base import CameraRange, Clutter, Preset
from data_tools.synthesis.style import lights
from data_tools.synthesis.style.effects import EffectRange
from data_tools.synthesis.surroundings.outdoors import (
  before_a_stage,
  between_houses,
  open_place,
  park,
)

RALLY = Preset(
  name="rally",
  summary="packed crowds of hundreds to thousands, from just over the heads to "
  "a balcony: rallies, concerts, old photographs",
  camera=CameraRange(
    height=(2.3, 12.0),
    pitch=(3.0, 30.0),
    roll=(-2.0, 2.0),
    yaw=(-25.0, 25.0),
    field_of_view=(28.0, 62.0),
  ),
  grounds=(
    (outdoors.asphalt, 0.4),
    (outdoors.grass, 0.25),
    (paving.slabs, 0.25),
    (outdoors.sand, 0.1),
  ),
  surroundings=(
    (open_place, 0.35),
    (park, 0.2),
    (between_houses, 0.2),
    (before_a_stage, 0.25),
  ),
  clutter=Clutter(
    props=(
      (plants.tree, 3),
      (plants.bare_tree, 1),
      (boards.banners, 3),
      (boards.balloons, 1),
      (boards.sign, 1),
      (shows.marquee, 1),
      (shows.big_screen, 1),
      (street.lamp, 2),
      (street.railing, 2),
    ),
    amount=(0.0, 1.0),
    foreground=0.2,
    large=(0.05, 0.3),
  ),
  crowd=CrowdRange(
    people=(150, 3000),
    empty_share=0.03,
    few_share=0.03,
    spacing=(0.34, 0.55),
    grouped=0.3,
    moving=(0.0, 0.3),
    farthest=140.0,
    least_head=(3.0, 9.0),
    formations=(
      (formations.gathering, 0.35),
      (formations.audience, 0.55),
      (formations.streams, 0.05),
      (formations.ranks, 0.05),
    ),
    packed=0.75,
    overruns=0.5,
    density=(1.0, 4.5),
    sitting=0.02,
  ),
  wardrobe=Wardrobe(
    lively=0.35,
    long_sleeves=0.5,
    hats=0.25,
    in_hand=0.2,
    demonstrate=0.04,
    umbrellas=0.01,
    team=0.1,
  ),
  lights=(
    (lights.SUNNY, 0.35),
    (lights.OVERCAST, 0.3),
    (lights.LOW_SUN, 0.15),
    (lights.NIGHT, 0.08),
    (lights.AGAINST_SUN, 0.05),
    (lights.FOG, 0.04),
    (lights.RAIN, 0.03),
  ),
  effects=EffectRange(
    contrast=(0.8, 1.3),
    saturation=(0.6, 1.2),
    blur=(0.0, 1.1),
    sharpen=(0.1, 1.3),
    noise=(0.5, 8.0),
    jpeg_quality=(40, 95),
    monochrome=0.12,
  ),
)
