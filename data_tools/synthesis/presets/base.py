"""What a preset says."""

import dataclasses
import math

from data_tools.synthesis.assets.ground.base import Texture
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.props.thing import Prop
from data_tools.synthesis.crowd.gather import CrowdRange
from data_tools.synthesis.engine.camera import UNDER_CEILING, Camera
from data_tools.synthesis.engine.draws import Dice, Pair, between
from data_tools.synthesis.engine.light import LightRange
from data_tools.synthesis.scene.foreground import OUTDOORS, Foreground
from data_tools.synthesis.style.effects import EffectRange
from data_tools.synthesis.surroundings.base import Kind, Surroundings

_FAR_WIDTH = 640  # pixels from which cameras stand as far off as they are said
LOWEST = 2.3  # metres: below, the nearest people hide all others


@dataclasses.dataclass(frozen=True)
class CameraRange:
  """Where a preset's cameras are; pairs are (least, most).

  Attributes:
    height: metres over the ground.
    pitch: degrees below the horizontal, or below what there is to see;
      higher cameras look down more.
    roll: degrees.
    yaw: degrees from the y axis, along which streets run, or from what there
      is to see.
    field_of_view: horizontal, degrees.
  """

  height: Pair
  pitch: Pair
  roll: Pair
  yaw: Pair
  field_of_view: Pair

  def draw(
    self, dice: Dice, width: int, rows: int, around: Surroundings
  ) -> Camera:
    """Draws a camera; high ones look down more than low ones.

    Small pictures come from nearer cameras, or through longer lenses where
    there is a stand to be seen: else heads would be no larger than a pixel.

    Args:
      dice: of the picture.
      width: of the picture, in pixels.
      rows: height of the picture, in pixels.
      around: where the camera stands.
    """
    rank = dice.random()
    height = _at(self.height, rank)
    share = min(1.0, width / _FAR_WIDTH)
    height = max(height * share, min(height, LOWEST))
    height = min(height, around.ceiling - UNDER_CEILING)
    tilt = min(1.0, 0.65 * rank + 0.35 * dice.random())
    pitch, yaw = _at(self.pitch, tilt), between(dice, self.yaw)
    field_of_view = between(dice, self.field_of_view)
    if around.sight is not None:
      x, y, z = around.sight
      pitch += math.degrees(math.atan2(height - z, math.hypot(x, y)))
      yaw += math.degrees(math.atan2(x, y))
      field_of_view *= math.sqrt(share)
    return Camera(
      height=height,
      pitch=pitch,
      width=width,
      rows=rows,
      field_of_view=field_of_view,
      roll=between(dice, self.roll),
      yaw=yaw,
    )


@dataclasses.dataclass(frozen=True)
class Clutter:
  """What holds no heads.

  Attributes:
    props: pairs of a prop and the most of it in a picture.
    amount: factor on how many there are, drawn for each picture.
    foreground: share of pictures with something large before the camera.
    large: least and greatest share of the picture's width or height it takes.
    kinds: what it may be, with weights.
  """

  props: tuple[tuple[Prop, int], ...]
  amount: Pair = (0.3, 1.3)
  foreground: float = 0.3
  large: Pair = (0.1, 0.4)
  kinds: tuple[tuple[Foreground, float], ...] = OUTDOORS


@dataclasses.dataclass(frozen=True)
class Preset:
  """A kind of picture; pairs of a thing and a weight where there are several.

  Attributes:
    name: as on the command line.
    summary: one line for the help text.
    camera: see `CameraRange`.
    grounds: textures of the ground.
    surroundings: what stands around.
    clutter: see `Clutter`.
    crowd: see `CrowdRange`.
    wardrobe: see `Wardrobe`.
    lights: see `LightRange`.
    effects: see `EffectRange`.
    bare: whether nothing stands but houses, walls and stands.
  """

  name: str
  summary: str
  camera: CameraRange
  grounds: tuple[tuple[Texture, float], ...]
  surroundings: tuple[tuple[Kind, float], ...]
  clutter: Clutter
  crowd: CrowdRange
  wardrobe: Wardrobe
  lights: tuple[tuple[LightRange, float], ...]
  effects: EffectRange
  bare: bool = False


def _at(pair: Pair, share: float) -> float:
  return pair[0] + (pair[1] - pair[0]) * share
