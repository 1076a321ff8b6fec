"""From solids' own frames to the world's: bends, scale, heading, position."""

import math
from collections.abc import Sequence

import numpy as np

from data_tools.synthesis.engine.solids import Solid


def world_spheres(solids: Sequence[Solid]) -> np.ndarray:
  """Returns all spheres of solids in the world's frame, float32 [n, 4]."""
  spheres = np.array(
    [s for solid in solids for part in solid.parts for s in part.spheres],
    np.float32,
  ).reshape(-1, 4)
  sizes = [len(part.spheres) for solid in solids for part in solid.parts]
  ends = np.concatenate([[0], np.cumsum(sizes)])
  firsts = np.cumsum([0] + [len(solid.parts) for solid in solids])
  for layer in range(max((len(s.bends) for s in solids), default=0)):
    _bend(spheres, solids, ends, firsts, layer)
  frames = np.array(
    [
      (
        *s.position,
        s.scale * math.cos(s.heading),
        s.scale * math.sin(s.heading),
      )
      for s in solids
    ],
    np.float32,
  ).reshape(-1, 5)
  counts = np.diff(ends[firsts])
  x, y, z, cosine, sine = np.repeat(frames, counts, axis=0).T
  scales = np.repeat(np.array([s.scale for s in solids], np.float32), counts)
  across = spheres[:, 0] * cosine - spheres[:, 1] * sine + x
  spheres[:, 1] = spheres[:, 0] * sine + spheres[:, 1] * cosine + y
  spheres[:, 0] = across
  spheres[:, 2] = spheres[:, 2] * scales + z
  spheres[:, 3] *= scales
  return spheres


def _bend(
  spheres: np.ndarray,
  solids: Sequence[Solid],
  ends: np.ndarray,
  firsts: np.ndarray,
  layer: int,
) -> None:
  """Applies the bends of one number, in place.

  Args:
    spheres: of all solids in their own frames, [n, 4].
    solids: whose they are.
    ends: where each part's spheres begin and end, [parts + 1].
    firsts: first part of each solid, [solids + 1].
    layer: which bend.
  """
  bent = [i for i, solid in enumerate(solids) if len(solid.bends) > layer]
  bends = [solids[i].bends[layer] for i in bent]
  begin = ends[firsts[bent] + [bend.start for bend in bends]]
  counts = ends[firsts[np.array(bent) + 1]] - begin
  offsets = np.repeat(np.cumsum(counts) - counts, counts)
  rows = np.arange(counts.sum()) - offsets + np.repeat(begin, counts)
  table = np.array([(*b.pivot, b.nod, b.turn, b.drop) for b in bends])
  angles = np.concatenate(
    [table, np.cos(table[:, 3:5]), np.sin(table[:, 3:5])], axis=1
  ).astype(np.float32)
  px, py, pz, _, _, drop, low, ahead, sine, left = np.repeat(
    angles, counts, axis=0
  ).T
  x, y, z = (spheres[rows, :3] - np.stack([px, py, pz], axis=1)).T
  x, z = x * low + z * sine, z * low - x * sine
  spheres[rows, 0] = px + x * ahead - y * left
  spheres[rows, 1] = py + x * left + y * ahead
  spheres[rows, 2] = pz + z - drop
