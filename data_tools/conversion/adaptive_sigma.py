"""Geometry-adaptive standard deviations (Zhang et al., CVPR 2016).

Where heads stand close together they are small: a head's Gaussian is as wide as
a share of the distance to its neighbours.
"""

import numpy as np
from scipy.spatial import cKDTree

NEIGHBOURS = 3
SHARE = 0.3  # of the mean distance to them, as published
SMALLEST = 1.0  # pixels; two heads on one spot are 0 apart
LARGEST_SHARE = 1 / 16  # of the picture's shorter side; a lone head has this


def adaptive_sigmas(points: np.ndarray, height: int, width: int) -> np.ndarray:
  """Returns each head's standard deviation.

  With fewer than three neighbours in the picture, those there are count.

  Args:
    points: float array of shape [heads, 2], pixels.
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    float32 array of shape [heads], pixels.
  """
  largest = max(SMALLEST, LARGEST_SHARE * min(height, width))
  neighbours = min(NEIGHBOURS, len(points) - 1)
  if neighbours < 1:
    return np.full(len(points), largest, np.float32)
  # The nearest is the head itself, or its twin on the same spot: 0 either way.
  distances, _ = cKDTree(points).query(points, neighbours + 1)
  sigmas = SHARE * distances[:, 1:].mean(axis=1)
  return np.clip(sigmas, SMALLEST, largest).astype(np.float32)
