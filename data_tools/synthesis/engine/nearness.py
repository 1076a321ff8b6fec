"""Walls that reach behind the lens, cut where the camera stops seeing."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from data_tools.synthesis.engine.camera import MIN_DEPTH, Camera
from data_tools.synthesis.engine.solids import Part, Solid, Sphere
from data_tools.synthesis.engine.world import world_spheres

_NEAREST = 1.05 * MIN_DEPTH  # metres: what is cut there is drawn
_SMALLEST = 0.02  # share of a wall below which nothing is left of it
Span = tuple[float, float]


def in_front(solid: Solid, camera: Camera) -> Solid:
  """Cuts what lies behind the lens off a solid's flat pieces.

  A piece of which one corner lies behind the lens has no outline, and would
  not be drawn at all, be the rest of it ever so far away.

  Args:
    solid: whose pieces of four plain corners are cut; others are left alone.
    camera: that sees it.
  """
  _, depths = camera.project(world_spheres([solid])[:, :3])
  parts: list[Part] = []
  start = 0
  for part in solid.parts:
    depth = depths[start : start + len(part.spheres)]
    start += len(part.spheres)
    flat = len(part.spheres) == 4 and not any(s[3] for s in part.spheres)
    if flat and depth.min() <= MIN_DEPTH and depth.max() >= _NEAREST:
      part = _cut(part, depth)
    parts.append(part)
  return dataclasses.replace(solid, parts=parts)


def _cut(part: Part, depth: np.ndarray) -> Part:
  """Cuts off a side of a piece; depths of its corners are in metres, [4]."""
  top_left, top_right, bottom_right, bottom_left = depth.tolist()
  across = _both(_ahead(top_left, top_right), _ahead(bottom_left, bottom_right))
  down = _both(_ahead(top_left, bottom_left), _ahead(top_right, bottom_right))
  if across[1] - across[0] >= down[1] - down[0]:
    down = (0.0, 1.0)
  else:
    across = (0.0, 1.0)
  if min(across[1] - across[0], down[1] - down[0]) < _SMALLEST:
    return part
  corners = [
    _between(part.spheres, u, v)
    for u, v in (
      (across[0], down[0]),
      (across[1], down[0]),
      (across[1], down[1]),
      (across[0], down[1]),
    )
  ]
  panel = part.panel
  if panel is not None:
    panel = panel.part(across, down)
  return part._replace(spheres=corners, panel=panel)


def _ahead(start: float, end: float) -> Span:
  """Returns the shares of an edge between which it lies before the lens."""
  if min(start, end) >= _NEAREST:
    return 0.0, 1.0
  if max(start, end) < _NEAREST:
    return 1.0, 0.0
  cut = (_NEAREST - start) / (end - start)
  return (cut, 1.0) if end > start else (0.0, cut)


def _both(one: Span, other: Span) -> Span:
  return max(one[0], other[0]), max(0.0, min(one[1], other[1]))


def _between(corners: Sequence[Sphere], u: float, v: float) -> Sphere:
  """Returns the point at shares u from the left and v from the top."""
  weights = ((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v)
  x, y, z = (
    sum(w * corner[i] for w, corner in zip(weights, corners, strict=True))
    for i in range(3)
  )
  return x, y, z, 0.0
