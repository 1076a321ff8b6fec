"""The light of a scene: sun, sky, lamps and the haze between."""

import dataclasses
import math

import numpy as np

from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.draws import Dice, Pair, between, chance
from data_tools.synthesis.engine.solids import Colour

_AHEAD = math.pi / 2  # the y axis, along which cameras look


@dataclasses.dataclass(frozen=True)
class LightRange:
  """From what light pictures are drawn; pairs are (least, most).

  Attributes:
    elevation: of the sun, degrees over the horizon.
    cast: strength of the shadows it casts; 0 under an overcast sky.
    contrast: between lit and unlit sides.
    level: of light, 1 is a bright day.
    warmth: of its tint, 0 is neutral.
    visibility: metres over which haze takes over.
    sky: brightness of haze and clouds, as a share of white.
    against: whether the sun stands before the camera.
    lamps: how many lamps light the scene at night.
    wet: share of pictures in which it rains.
  """

  elevation: Pair = (30.0, 70.0)
  cast: Pair = (0.3, 0.6)
  contrast: Pair = (0.5, 0.8)
  level: Pair = (0.9, 1.15)
  warmth: Pair = (-0.03, 0.05)
  visibility: Pair = (250.0, 900.0)
  sky: Pair = (0.62, 0.85)
  against: bool = False
  lamps: tuple[int, int] = (0, 0)
  wet: float = 0.0


@dataclasses.dataclass(frozen=True)
class Light:
  """One picture's light.

  Attributes:
    sun: unit vector towards the sun, in the world.
    cast: strength of cast shadows, 0 under an overcast sky.
    contrast: between lit and unlit sides, about 0.3 to 0.8.
    tint: factor on red, green and blue.
    haze: colour far away.
    visibility: metres.
    lamps: x, y and reach in metres of what lights the night.
    glare: share of light that is spread over the picture.
    rain: strength of the rain, 0 for none.
  """

  sun: tuple[float, float, float]
  cast: float
  contrast: float
  tint: Colour
  haze: Colour
  visibility: float
  lamps: tuple[tuple[float, float, float], ...] = ()
  glare: float = 0.0
  rain: float = 0.0

  def highlight(self, camera: Camera) -> np.ndarray:
    """Returns where on a round thing the light falls, in [-1, 1], [2]."""
    toward = np.array([*self.sun[:2], self.sun[2] + 0.5])
    return (camera.axes[:2] @ (toward / np.linalg.norm(toward))).astype(
      np.float32
    )

  def veil(self, depth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the share of haze at depths [n], and what it adds, [n, 3]."""
    share = 1 - np.exp(-depth / self.visibility)
    return share, 255 * share[:, None] * np.minimum(self.haze, 1)

  def level_at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Returns the factor of light at places over the ground, shaped as x."""
    level = np.ones(x.shape, np.float32)
    if not self.lamps:
      return level
    level *= np.float32(0.65)
    for across, along, reach in self.lamps:
      distance = ((x - across) ** 2 + (y - along) ** 2) / np.float32(reach**2)
      level += np.float32(1.1) / (1 + distance * distance)
    return np.minimum(level, np.float32(1.9))

  def paint(
    self,
    colours: np.ndarray,
    heights: np.ndarray,
    level: np.ndarray,
    bright: np.ndarray,
  ) -> np.ndarray:
    """Returns paints as they look in this light without haze, 0 to 255.

    Args:
      colours: of n parts, [n, 3].
      heights: over the ground in metres, [n]: what is low in a crowd is dim.
      level: factor on the light that reaches each part, [n].
      bright: bool [n], what shines by itself.

    Returns:
      [n, 3].
    """
    lit = level * (0.7 + 0.3 * np.clip(heights / 1.3, 0, 1))
    tinted = lit[:, None] * np.asarray(self.tint)
    # Lit signs outshine the night, but cameras do not expose for it alone.
    shining = min(1.0, 0.2 + self.tint[1])
    return 255 * colours * np.where(bright[:, None], shining, tinted)


def draw_light(dice: Dice, choice: LightRange, yaw: float = 0.0) -> Light:
  """Draws a picture's light.

  Args:
    dice: of the picture.
    choice: of the preset.
    yaw: degrees to the right of the y axis at which the camera looks.
  """
  elevation = math.radians(between(dice, choice.elevation))
  azimuth = dice.uniform(0, 2 * math.pi)
  if choice.against:
    azimuth = _AHEAD - math.radians(yaw) + dice.uniform(-0.5, 0.5)
  level, warmth = between(dice, choice.level), between(dice, choice.warmth)
  tint = (level * (1 + warmth), level, level * (1 - warmth))
  grey = between(dice, choice.sky)
  lamps = tuple(
    (dice.uniform(-12, 12), dice.uniform(4, 45), dice.uniform(3.5, 8))
    for _ in range(dice.randint(*choice.lamps))
  )
  return Light(
    sun=(
      math.cos(azimuth) * math.cos(elevation),
      math.sin(azimuth) * math.cos(elevation),
      math.sin(elevation),
    ),
    cast=between(dice, choice.cast),
    contrast=between(dice, choice.contrast),
    tint=tint,
    haze=(grey * tint[0], grey * tint[1], grey * 1.04 * tint[2]),
    visibility=between(dice, choice.visibility),
    lamps=lamps,
    glare=dice.uniform(0.08, 0.3) if choice.against else 0.0,
    rain=dice.uniform(0.3, 1.0) if chance(dice, choice.wet) else 0.0,
  )
