"""GAME: errors of counts within a grid (Guerrero-Gomez-Olmedo et al., 2015)."""

import numpy as np


def game_errors(
  points: np.ndarray, density: np.ndarray, height: int, width: int, level: int
) -> float:
  """Grid average mean absolute error of one picture: GAME(level).

  The picture is cut into 2^level x 2^level cells with edges i·size/2^level, so
  no pixel is lost. True cells count points; predicted ones integrate the map,
  whose grid cells are divided in proportion where an edge crosses them.
  GAME(0) is the absolute error of the count; it never falls with the level.

  Args:
    points: array of shape [heads, 2], x then y in pixels.
    density: array of shape [ceil(height/8), ceil(width/8)], people per cell.
    height: picture height in pixels.
    width: picture width in pixels.
    level: L; 4^L cells.

  Returns:
    Sum over the cells of |predicted - true|, in people.
  """
  parts = 2**level
  true, *_ = np.histogram2d(
    points[:, 1],
    points[:, 0],
    bins=(np.linspace(0, height, parts + 1), np.linspace(0, width, parts + 1)),
  )
  rows = _shares(density.shape[0], height, parts)
  columns = _shares(density.shape[1], width, parts)
  predicted = rows @ density @ columns.T
  return float(np.abs(predicted - true).sum())


def _shares(cells: int, size: int, parts: int) -> np.ndarray:
  """Returns which share of each map cell lies in each part: [parts, cells]."""
  # The last map cell may reach past the picture; its people belong inside.
  edges = np.minimum(np.arange(cells + 1) * 8.0, size)
  bounds = np.linspace(0, size, parts + 1)
  low = np.maximum(edges[None, :-1], bounds[:-1, None])
  high = np.minimum(edges[None, 1:], bounds[1:, None])
  return np.maximum(high - low, 0) / (edges[1:] - edges[:-1])
