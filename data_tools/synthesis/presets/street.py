"""A shopping street or a small square, from eye height to the second floor."""

from data_tools.synthesis.assets.ground import outdoors, paving
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.props import (
  boards,
  market,
  motorcycles,
  plants,
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
  before_houses,
  between_houses,
  open_place,
  park,
)

STREET = Preset(
  name="street",
  summary="sparse to medium crowds in shopping streets and small squares, from "
  "eye height to the second floor, by phone",
  camera=CameraRange(
    height=(1.7, 7.5),
    pitch=(6.0, 36.0),
    roll=(-2.5, 2.5),
    yaw=(-28.0, 28.0),
    field_of_view=(48.0, 68.0),
  ),
  grounds=(
    (paving.slabs, 0.4),
    (outdoors.two_pavings, 0.15),
    (paving.tiles, 0.15),
    (outdoors.road_between_pavements, 0.12),
    (paving.herringbone, 0.05),
    (paving.cobbles, 0.05),
    (paving.checkerboard, 0.04),
    (outdoors.gravel, 0.04),
  ),
  surroundings=(
    (between_houses, 0.5),
    (before_houses, 0.35),
    (park, 0.1),
    (open_place, 0.05),
  ),
  clutter=Clutter(
    props=(
      (plants.tree, 3),
      (plants.palm, 1),
      (plants.hedge, 2),
      (plants.bed, 2),
      (plants.bush, 1),
      (plants.planter, 3),
      (plants.green_wall, 1),
      (street.bollard, 2),
      (street.lamp, 2),
      (street.bench, 2),
      (street.bicycles, 2),
      (street.bin_or_box, 4),
      (street.railing, 1),
      (street.stone_ball, 2),
      (street.pebbles, 2),
      (street.mannequins, 1),
      (boards.sign, 3),
      (market.stall, 2),
      (market.crates, 1),
      (market.kiosk, 1),
      (market.rug, 1),
      (market.parasol, 1),
      (boards.balloons, 1),
      (boards.lanterns, 1),
      (vehicles.car, 1),
      (vehicles.bus, 1),
      (motorcycles.motorcycles, 3),
      (walls.balustrade, 1),
      (walls.wall, 1),
      (walls.pavilion, 1),
      (walls.hoarding, 1),
      (walls.steps, 1),
    ),
    amount=(0.1, 1.0),
    foreground=0.35,
    large=(0.08, 0.45),
  ),
  crowd=CrowdRange(
    people=(25, 700),
    empty_share=0.06,
    few_share=0.08,
    spacing=(0.42, 0.9),
    grouped=0.5,
    moving=(0.4, 1.0),
    farthest=75.0,
    least_head=(3.5, 10.0),
    formations=(
      (formations.gathering, 0.6),
      (formations.streams, 0.22),
      (formations.queue, 0.06),
      (formations.circles, 0.08),
      (formations.audience, 0.04),
    ),
    packed=0.25,
    overruns=0.5,
    sitting=0.12,
  ),
  wardrobe=Wardrobe(
    lively=0.24,
    long_sleeves=0.3,
    hats=0.08,
    children=0.06,
    umbrellas=0.012,
  ),
  lights=(
    (lights.OVERCAST, 0.3),
    (lights.SHADE, 0.33),
    (lights.SUNNY, 0.14),
    (lights.LOW_SUN, 0.05),
    (lights.FOG, 0.02),
    (lights.DUSK, 0.06),
    (lights.NIGHT, 0.04),
    (lights.RAIN, 0.04),
    (lights.AGAINST_SUN, 0.02),
  ),
  effects=EffectRange(),
)
