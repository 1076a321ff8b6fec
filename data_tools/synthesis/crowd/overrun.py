"""Crowds that run out of the top of the picture, as most real ones do.

A counter that saw only crowds that end below the horizon takes the top of a
picture for background, whatever is there.
"""

import dataclasses
import math

import numpy as np

from data_tools.synthesis.crowd.floor import HEAD_HEIGHT
from data_tools.synthesis.engine.camera import UNDER_CEILING, Camera
from data_tools.synthesis.engine.draws import Dice, Pair, between
from data_tools.synthesis.surroundings.base import Surroundings

_HEADS = 1.55  # metres over the ground
_HEIGHTS: Pair = (2.6, 4.0)  # metres: lower cameras see one row of heads there
_SHARES: Pair = (0.55, 0.95)  # of how far off people stand
_NEAREST = 4.0  # metres: the picture's top is no nearer
_COLUMNS = np.linspace(-0.45, 0.45, 9)  # of the picture, in its widths
_OPEN = 1 / 3  # of the top row, at least


def tilt_down(
  dice: Dice, camera: Camera, around: Surroundings, farthest: float, least: Pair
) -> Camera:
  """Tilts a camera until people may stand where its top row meets the ground.

  Args:
    dice: of the picture.
    camera: as drawn; very low ones are lifted, for from among the heads
      nothing is seen but the nearest.
    around: tells where people may stand.
    farthest: metres beyond which nobody stands.
    least: pixels, (least, most) of the smallest heads.
  """
  height = max(camera.height, between(dice, _HEIGHTS))
  height = min(height, max(camera.height, around.ceiling - UNDER_CEILING))
  camera = dataclasses.replace(camera, height=height)
  smallest = least[0] + dice.random() ** 1.5 * (least[1] - least[0])
  away = min(farthest, camera.focal * HEAD_HEIGHT / smallest)
  away *= between(dice, _SHARES)
  while True:
    fall = math.atan2(max(height - _HEADS, 0.1), away)
    half = math.atan2(camera.rows / 2, camera.focal)
    tilted = dataclasses.replace(camera, pitch=math.degrees(fall + half))
    if away < _NEAREST or around.open_ground(*_top(tilted)).mean() >= _OPEN:
      return tilted
    away *= 0.85


def top_reach(camera: Camera) -> float:
  """Returns the metres over the ground at which heads leave the picture.

  Args:
    camera: whose top row falls below the horizon.
  """
  return float(np.hypot(*_top(camera)).max())


def _top(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
  """Returns x and y of the places whose heads the top row shows, [9] each."""
  right, down, forward = camera.axes.astype(float)
  across = (_COLUMNS * camera.width / camera.focal)[:, None]
  rays = right * across - down * camera.rows / 2 / camera.focal + forward
  # With the picture rolled, one corner may look over the horizon.
  length = (camera.height - _HEADS) / np.maximum(-rays[:, 2], 0.01)
  return rays[:, 0] * length, rays[:, 1] * length
