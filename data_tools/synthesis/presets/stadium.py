"""Spectators on rising rows of seats, empty to full."""

from data_tools.synthesis.assets.ground import indoors, outdoors
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.crowd import formations
from data_tools.synthesis.crowd.gather import CrowdRange
from data_tools.synthesis.presets.base import CameraRange, Clutter, Preset
from data_tools.synthesis.scene.foreground import INDOORS
from data_tools.synthesis.style import lights
from data_tools.synthesis.style.effects import EffectRange
from data_tools.synthesis.surroundings import stands

STADIUM = Preset(
  name="stadium",
  summary="spectators on stands, from empty rows of seats to full ones, from "
  "the field or from across it",
  camera=CameraRange(
    height=(2.0, 12.0),
    pitch=(-4.0, 4.0),
    roll=(-1.5, 1.5),
    yaw=(-12.0, 12.0),
    field_of_view=(18.0, 45.0),
  ),
  grounds=(
    (outdoors.grass, 0.5),
    (outdoors.asphalt, 0.25),
    (indoors.boards, 0.15),
    (outdoors.sand, 0.1),
  ),
  surroundings=((stands.stand_across, 1.0),),
  clutter=Clutter(props=(), foreground=0.12, large=(0.05, 0.25), kinds=INDOORS),
  crowd=CrowdRange(
    people=(250, 2500),
    empty_share=0.06,
    few_share=0.06,
    spacing=(0.4, 0.5),
    grouped=0.0,
    moving=(0.0, 0.0),
    farthest=140.0,
    formations=((formations.seated, 1.0),),
  ),
  wardrobe=Wardrobe(
    lively=0.4,
    long_sleeves=0.4,
    hats=0.25,
    in_hand=0.2,
    demonstrate=0.03,
    team=0.35,
    prams=0.0,
  ),
  lights=(
    (lights.SUNNY, 0.4),
    (lights.OVERCAST, 0.3),
    (lights.INDOORS, 0.2),
    (lights.LOW_SUN, 0.1),
  ),
  effects=EffectRange(
    contrast=(0.8, 1.2),
    blur=(0.2, 1.4),
    noise=(0.5, 6.0),
    jpeg_quality=(50, 95),
  ),
)
