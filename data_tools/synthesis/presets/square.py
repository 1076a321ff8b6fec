"""An open square from a mast or a roof."""

from data_tools.synthesis.assets.ground import outdoors, paving
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.props import (
  boards,
  market,
  plants,
  shows,
  street,
  vehicles,
  walls,
)
from data_tools.synthesis.crowd import formations
from data_tools.synthesis.crowd.gather import CrowdRange
from data_tools.synthesis.presets.base import CameraRange, Clutter, Preset
from data_tools.synthesis.style import lights
from data_tools.synthesis.style.effects import EffectRange
from data_tools.synthesis.surroundings.outdoors import (
  before_a_stage,
  open_place,
  park,
)

SQUARE = Preset(
  name="square",
  summary="dense crowds on an open square, from a mast or a roof",
  camera=CameraRange(
    height=(8.0, 25.0),
    pitch=(20.0, 48.0),
    roll=(-1.0, 1.0),
    yaw=(-30.0, 30.0),
    field_of_view=(38.0, 60.0),
  ),
  grounds=(
    (paving.slabs, 0.3),
    (outdoors.square_with_lawn, 0.2),
    (outdoors.asphalt, 0.12),
    (paving.checkerboard, 0.1),
    (paving.cobbles, 0.08),
    (outdoors.ground_cover, 0.08),
    (outdoors.grass, 0.06),
    (outdoors.sand, 0.06),
  ),
  surroundings=(
    (open_place, 0.6),
    (park, 0.2),
    (before_a_stage, 0.2),
  ),
  clutter=Clutter(
    props=(
      (plants.tree, 5),
      (plants.hedge, 3),
      (plants.bed, 3),
      (plants.bush, 2),
      (market.parasol, 5),
      (market.stall, 4),
      (market.chairs, 2),
      (boards.banners, 1),
      (shows.marquee, 2),
      (shows.fountain, 1),
      (shows.flower_sculpture, 1),
      (street.railing, 5),
      (street.lamp, 3),
      (street.bin_or_box, 5),
      (street.cardboard, 1),
      (street.statue, 1),
      (street.bicycles, 1),
      (vehicles.car, 3),
      (vehicles.van, 1),
      (walls.pavilion, 2),
      (walls.balustrade, 1),
    ),
    amount=(0.2, 1.2),
    foreground=0.2,
    large=(0.08, 0.3),
  ),
  crowd=CrowdRange(
    people=(40, 1200),
    empty_share=0.06,
    few_share=0.06,
    spacing=(0.36, 0.7),
    grouped=0.35,
    moving=(0.0, 0.6),
    farthest=110.0,
    least_head=(3.0, 7.0),
    formations=(
      (formations.gathering, 0.55),
      (formations.audience, 0.15),
      (formations.streams, 0.1),
      (formations.circles, 0.1),
      (formations.ranks, 0.05),
      (formations.queue, 0.05),
    ),
    packed=0.35,
    overruns=0.42,
    sitting=0.1,
  ),
  wardrobe=Wardrobe(
    lively=0.35,
    long_sleeves=0.25,
    hats=0.25,
    bags=0.3,
    children=0.1,
    demonstrate=0.005,
  ),
  lights=(
    (lights.SUNNY, 0.28),
    (lights.LOW_SUN, 0.25),
    (lights.OVERCAST, 0.25),
    (lights.NIGHT, 0.06),
    (lights.DUSK, 0.05),
    (lights.RAIN, 0.04),
    (lights.FOG, 0.04),
    (lights.AGAINST_SUN, 0.03),
  ),
  effects=EffectRange(
    exposure=(0.85, 1.25),
    white_balance=(-0.05, 0.05),
    contrast=(0.75, 1.2),
    saturation=(0.55, 1.15),
    vignette=(0.0, 0.4),
    blur=(0.0, 1.4),
    sharpen=(0.0, 1.0),
    noise=(0.5, 8.0),
    jpeg_quality=(45, 95),
  ),
)
