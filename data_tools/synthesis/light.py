"""The light of a scene: sun, sky and the haze between."""

import dataclasses
import math

import numpy as np

from data_tools.synthesis.camera import Camera
from data_tools.synthesis.solids import Colour


@dataclasses.dataclass(frozen=True)
class LightRange:
  """From what light a preset draws.

  Attributes:
    overcast_share: share of pictures without cast shadows.
    elevation: lowest and highest sun, degrees over the horizon.
    level: darkest and brightest light, 1 is a bright day.
    warmth: coldest and warmest tint, 0 is neutral.
    visibility: shortest and longest, metres over which haze takes over.
  """

  overcast_share: float
  elevation: tuple[float, float]
  level: tuple[float, float]
  warmth: tuple[float, float]
  visibility: tuple[float, float]


@dataclasses.dataclass(frozen=True)
class Light:
  """One picture's light.

  Attributes:
    sun: unit vector towards the sun, in the world.
    cast: strength of cast shadows, 0 under an overcast sky.
    contrast: between lit and unlit sides, about 0.3 to 0.7.
    tint: factor on red, green and blue.
    haze: colour far away.
    visibility: metres.
  """

  sun: tuple[float, float, float]
  cast: float
  contrast: float
  tint: Colour
  haze: Colour
  visibility: float

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

  def paint(self, colours: list[Colour], heights: np.ndarray) -> np.ndarray:
    """Returns paints as they look in this light without haze, 0 to 255.

    Args:
      colours: of n parts.
      heights: over the ground in metres, [n]: what is low in a crowd is dim.

    Returns:
      [n, 3].
    """
    lit = 255 * (0.7 + 0.3 * np.clip(heights / 1.3, 0, 1))
    return np.asarray(colours) * lit[:, None] * np.asarray(self.tint)


def draw_light(rng: np.random.Generator, choice: LightRange) -> Light:
  """Draws a picture's light."""
  overcast = rng.random() < choice.overcast_share
  elevation = math.radians(rng.uniform(*choice.elevation))
  azimuth = rng.uniform(0, 2 * math.pi)
  level = rng.uniform(*choice.level)
  warmth = rng.uniform(*choice.warmth)
  tint = (level * (1 + warmth), level, level * (1 - warmth))
  grey = rng.uniform(0.62, 0.85)
  haze = (grey * tint[0], grey * tint[1], grey * 1.04 * tint[2])
  return Light(
    sun=(
      math.cos(azimuth) * math.cos(elevation),
      math.sin(azimuth) * math.cos(elevation),
      math.sin(elevation),
    ),
    cast=0.0 if overcast else rng.uniform(0.3, 0.6),
    contrast=rng.uniform(0.35, 0.55) if overcast else rng.uniform(0.5, 0.8),
    tint=tint,
    haze=haze,
    visibility=rng.uniform(*choice.visibility),
  )
