"""Malls, halls and exhibitions."""

from data_tools.synthesis.assets.ground import indoors, paving
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.props import (
  boards,
  market,
  plants,
  shows,
  street,
)
from data_tools.synthesis.crowd import formations
from data_tools.synthesis.crowd.gather import CrowdRange
from data_tools.synthesis.presets.base import CameraRange, Clutter, Preset
from data_tools.synthesis.scene.foreground import INDOORS
from data_tools.synthesis.style import lights
from data_tools.synthesis.style.effects import EffectRange
from data_tools.synthesis.surroundings.indoors import hall

INDOOR = Preset(
  name="indoor",
  summary="sparse to dense crowds in malls, halls and exhibitions, from the "
  "ceiling's height or a gallery",
  camera=CameraRange(
    height=(2.4, 6.0),
    pitch=(6.0, 38.0),
    roll=(-1.5, 1.5),
    yaw=(-30.0, 30.0),
    field_of_view=(50.0, 80.0),
  ),
  grounds=(
    (indoors.polished, 0.45),
    (indoors.carpet, 0.25),
    (paving.checkerboard, 0.15),
    (indoors.concrete, 0.1),
    (indoors.boards, 0.05),
  ),
  surroundings=((hall, 1.0),),
  clutter=Clutter(
    props=(
      (plants.planter, 4),
      (plants.palm, 1),
      (street.bench, 2),
      (street.bin_or_box, 3),
      (street.railing, 2),
      (street.mannequins, 2),
      (street.cardboard, 1),
      (market.kiosk, 2),
      (market.stall, 2),
      (market.crates, 1),
      (market.chairs, 2),
      (market.rail_of_clothes, 2),
      (boards.sign, 3),
      (boards.balloons, 1),
      (shows.big_screen, 1),
    ),
    amount=(0.1, 1.1),
    foreground=0.2,
    large=(0.08, 0.35),
    kinds=INDOORS,
  ),
  crowd=CrowdRange(
    people=(4, 400),
    empty_share=0.07,
    few_share=0.1,
    spacing=(0.42, 1.2),
    grouped=0.5,
    moving=(0.2, 1.0),
    farthest=50.0,
    formations=(
      (formations.gathering, 0.55),
      (formations.streams, 0.15),
      (formations.queue, 0.15),
      (formations.circles, 0.1),
      (formations.audience, 0.05),
    ),
    sitting=0.12,
    overruns=0.3,
  ),
  wardrobe=Wardrobe(long_sleeves=0.55, hats=0.05, bags=0.5, prams=0.05),
  lights=((lights.INDOORS, 0.9), (lights.DUSK, 0.1)),
  effects=EffectRange(
    white_balance=(-0.1, 0.12),
    contrast=(0.8, 1.15),
    saturation=(0.6, 1.1),
    vignette=(0.0, 0.35),
    blur=(0.3, 1.3),
    noise=(1.0, 7.0),
    jpeg_quality=(50, 94),
  ),
)
