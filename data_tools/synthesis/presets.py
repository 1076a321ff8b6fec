"""Kinds of pictures. A new one is one `Preset` and its name in `PRESETS`."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from cdcc_tf.errors import InputError
from data_tools.synthesis import ground, props, surroundings
from data_tools.synthesis.camera import Camera
from data_tools.synthesis.crowd import CrowdRange
from data_tools.synthesis.effects import EffectRange
from data_tools.synthesis.light import LightRange
from data_tools.synthesis.people import Wardrobe

FULL_WIDTH = 640  # pixels from which cameras stand as far off as they are said
LOWEST = 2.3  # metres: below, the nearest people hide all others


@dataclasses.dataclass(frozen=True)
class CameraRange:
  """Where a preset's cameras are; pairs are (least, most).

  Attributes:
    height: metres over the ground.
    pitch: degrees below the horizontal.
    roll: degrees.
    yaw: degrees from the y axis, along which streets run.
    field_of_view: horizontal, degrees.
  """

  height: tuple[float, float]
  pitch: tuple[float, float]
  roll: tuple[float, float]
  yaw: tuple[float, float]
  field_of_view: tuple[float, float]

  def draw(self, rng: np.random.Generator, width: int, rows: int) -> Camera:
    """Draws a camera; high ones look down more than low ones.

    Small pictures come from nearer cameras: from those of large ones, heads
    would be no larger than a pixel.
    """
    rank = rng.random()
    height = _between(self.height, rank)
    nearer = height * min(1.0, math.sqrt(width / FULL_WIDTH))
    tilt = np.clip(0.65 * rank + 0.35 * rng.random(), 0, 1)
    return Camera(
      height=max(nearer, min(height, LOWEST)),
      pitch=_between(self.pitch, float(tilt)),
      width=width,
      rows=rows,
      field_of_view=rng.uniform(*self.field_of_view),
      roll=rng.uniform(*self.roll),
      yaw=rng.uniform(*self.yaw),
    )


@dataclasses.dataclass(frozen=True)
class Preset:
  """A kind of picture.

  Attributes:
    name: as on the command line.
    summary: one line for the help text.
    camera: see `CameraRange`.
    textures: ground textures, one of which is drawn for each picture.
    surroundings: what stands around.
    props: pairs of a prop and the most of it in a picture.
    crowd: see `CrowdRange`.
    wardrobe: see `Wardrobe`.
    light: see `LightRange`.
    effects: see `EffectRange`.
  """

  name: str
  summary: str
  camera: CameraRange
  textures: tuple[ground.Texture, ...]
  surroundings: Callable[[np.random.Generator], surroundings.Surroundings]
  props: tuple[tuple[props.Prop, int], ...]
  crowd: CrowdRange
  wardrobe: Wardrobe
  light: LightRange
  effects: EffectRange


def preset_named(name: str) -> Preset:
  """Returns a preset.

  Raises:
    InputError: there is none of that name.
  """
  if name not in PRESETS:
    raise InputError(
      f"--preset={name}: unknown. Give one of: {', '.join(sorted(PRESETS))}."
    )
  return PRESETS[name]


def _between(pair: tuple[float, float], share: float) -> float:
  return pair[0] + (pair[1] - pair[0]) * share


STREET = Preset(
  name="street",
  summary="sparse to medium crowds between facades, from eye level to the "
  "second floor, by phone",
  camera=CameraRange(
    height=(2.3, 7.0),
    pitch=(4.0, 27.0),
    roll=(-2.5, 2.5),
    yaw=(-28.0, 28.0),
    field_of_view=(48.0, 68.0),
  ),
  textures=(ground.tiles, ground.road_between_pavements, ground.slabs),
  surroundings=surroundings.street_walls,
  props=(
    (props.tree, 3),
    (props.planter, 3),
    (props.bollard, 8),
    (props.lamp, 3),
    (props.sign, 4),
    (props.stall, 2),
    (props.car, 2),
    (props.bin_or_box, 6),
  ),
  crowd=CrowdRange(
    people=(10, 400),
    empty_share=0.04,
    spacing=(0.42, 1.1),
    grouped=0.5,
    moving=(0.4, 1.0),
    farthest=75.0,
    sitting=0.06,
  ),
  wardrobe=Wardrobe(lively=0.32, long_sleeves=0.45, children=0.06),
  light=LightRange(
    overcast_share=0.6,
    elevation=(30.0, 70.0),
    level=(0.82, 1.15),
    warmth=(-0.04, 0.06),
    visibility=(250.0, 900.0),
  ),
  effects=EffectRange(
    exposure=(0.95, 1.35),
    white_balance=(-0.06, 0.06),
    contrast=(0.9, 1.2),
    saturation=(0.7, 1.1),
    vignette=(0.0, 0.2),
    blur=(0.2, 0.9),
    sharpen=(0.0, 0.6),
    noise=(1.0, 5.0),
    jpeg_quality=(70, 96),
  ),
)

SQUARE = Preset(
  name="square",
  summary="dense crowds on an open square, from a mast or a roof, by a "
  "surveillance camera in warm low sun",
  camera=CameraRange(
    height=(8.0, 20.0),
    pitch=(20.0, 48.0),
    roll=(-1.0, 1.0),
    yaw=(-30.0, 30.0),
    field_of_view=(38.0, 60.0),
  ),
  textures=(ground.slabs, ground.square_with_lawn, ground.asphalt),
  surroundings=surroundings.far_buildings,
  props=(
    (props.tree, 4),
    (props.parasol, 5),
    (props.planter, 4),
    (props.railing, 10),
    (props.lamp, 4),
    (props.stall, 4),
    (props.bin_or_box, 6),
  ),
  crowd=CrowdRange(
    people=(60, 1200),
    empty_share=0.03,
    spacing=(0.36, 0.7),
    grouped=0.35,
    moving=(0.0, 0.6),
    farthest=110.0,
    sitting=0.1,
  ),
  wardrobe=Wardrobe(
    lively=0.55, long_sleeves=0.25, hats=0.25, bags=0.3, children=0.1
  ),
  light=LightRange(
    overcast_share=0.15,
    elevation=(18.0, 50.0),
    level=(0.95, 1.25),
    warmth=(0.02, 0.12),
    visibility=(120.0, 500.0),
  ),
  effects=EffectRange(
    exposure=(0.9, 1.35),
    white_balance=(-0.05, 0.05),
    contrast=(0.75, 1.0),
    saturation=(0.55, 0.9),
    vignette=(0.1, 0.4),
    blur=(0.6, 1.5),
    sharpen=(0.0, 0.3),
    noise=(3.0, 9.0),
    jpeg_quality=(45, 85),
  ),
)

PRESETS = {preset.name: preset for preset in (STREET, SQUARE)}
