"""A crowd in which nobody hides another's head: what occlusion is worth."""

import numpy as np

from data_tools.synthesis.camera import Camera
from data_tools.synthesis.crowd.floor import Place

_TALL, _CHIN, _HALF_WIDE = 1.8, 1.4, 0.3  # metres


def unhidden(camera: Camera, places: list[Place]) -> list[Place]:
  """Returns those places at which nobody nearer hides the head.

  The nearest stay, and send away whoever stands behind them.

  Args:
    camera: of the picture.
    places: where people were to stand.
  """
  if not places:
    return []
  feet = np.array([[place.x, place.y, place.z] for place in places])
  top, depth = camera.project(feet + np.array([0, 0, _TALL]))
  chin, _ = camera.project(feet + np.array([0, 0, _CHIN]))
  ground, _ = camera.project(feet)
  half = _HALF_WIDE * camera.focal / np.maximum(depth, 1e-3)
  # Columns of left, top, right, bottom.
  bodies = np.stack([top[:, 0] - half, top[:, 1], top[:, 0] + half], axis=1)
  bodies = np.column_stack([bodies, ground[:, 1]])
  heads = np.column_stack([bodies[:, :3], chin[:, 1]])
  kept: list[int] = []
  for index in np.argsort(depth):
    nearer = bodies[kept]
    left, upper, right, lower = heads[index]
    meets = (nearer[:, 0] < right) & (nearer[:, 2] > left)
    meets &= (nearer[:, 1] < lower) & (nearer[:, 3] > upper)
    if not meets.any():
      kept.append(int(index))
  return [places[index] for index in sorted(kept)]
