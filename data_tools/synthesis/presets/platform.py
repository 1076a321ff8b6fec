"""Platforms of railways, trams and buses."""

from data_tools.synthesis.assets.ground import indoors
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.props import boards, market, plants, street
from data_tools.synthesis.crowd import formations
from data_tools.synthesis.crowd.gather import CrowdRange
from data_tools.synthesis.presets.base import CameraRange, Clutter, Preset
from data_tools.synthesis.scene.foreground import INDOORS
from data_tools.synthesis.style import lights
from data_tools.synthesis.style.effects import EffectRange
from data_tools.synthesis.surroundings.indoors import platform

PLATFORM = Preset(
  name="platform",
  summary="people who wait, board and alight on platforms with or without a "
  "train, from under the roof, by a surveillance camera",
  camera=CameraRange(
    height=(2.4, 4.5),
    pitch=(6.0, 30.0),
    roll=(-1.5, 1.5),
    yaw=(-20.0, 22.0),
    field_of_view=(50.0, 85.0),
  ),
  grounds=((indoors.platform_edge, 1.0),),
  surroundings=((platform, 1.0),),
  clutter=Clutter(
    props=(
      (street.bench, 3),
      (street.bin_or_box, 3),
      (street.bollard, 1),
      (street.cones, 1),
      (street.railing, 1),
      (street.bicycles, 1),
      (boards.sign, 2),
      (market.kiosk, 1),
      (plants.planter, 1),
    ),
    amount=(0.0, 1.0),
    foreground=0.1,
    large=(0.05, 0.25),
    kinds=INDOORS,
  ),
  crowd=CrowdRange(
    people=(3, 350),
    empty_share=0.08,
    few_share=0.12,
    spacing=(0.42, 1.0),
    grouped=0.3,
    moving=(0.0, 0.8),
    farthest=60.0,
    formations=(
      (formations.gathering, 0.45),
      (formations.audience, 0.25),
      (formations.streams, 0.15),
      (formations.queue, 0.15),
    ),
    sitting=0.08,
    overruns=0.25,
  ),
  wardrobe=Wardrobe(long_sleeves=0.6, bags=0.6, hats=0.12, prams=0.06),
  lights=((lights.INDOORS, 0.5), (lights.OVERCAST, 0.35), (lights.NIGHT, 0.15)),
  effects=EffectRange(
    white_balance=(-0.1, 0.1),
    contrast=(0.75, 1.1),
    saturation=(0.5, 1.0),
    vignette=(0.0, 0.4),
    blur=(0.4, 1.5),
    sharpen=(0.0, 0.4),
    noise=(1.5, 8.0),
    jpeg_quality=(45, 90),
  ),
)
