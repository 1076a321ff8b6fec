"""The field's metrics, with honest names.

The field prints the root of the mean squared error as "MSE"; here it is RMSE.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops


class CountMAE(keras.metrics.MeanMetricWrapper):
  """Mean absolute error of counts, in people.

  Like the others, `update_state(true, predicted)` takes counts [batch].
  """

  def __init__(self, name: str = "mae", **kwargs: Any):
    super().__init__(_absolute_errors, name, **kwargs)


class CountBias(keras.metrics.MeanMetricWrapper):
  """Mean of predicted minus true counts, in people."""

  def __init__(self, name: str = "bias", **kwargs: Any):
    super().__init__(_errors, name, **kwargs)


class CountRMSE(keras.metrics.RootMeanSquaredError):
  """Root of the mean squared error of counts, in people."""

  def __init__(self, name: str = "rmse", **kwargs: Any):
    super().__init__(name, **kwargs)


def _errors(true: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
  return predicted - true


def _absolute_errors(true: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
  return ops.abs(predicted - true)


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


def count(density: tf.Tensor) -> tf.Tensor:
  """Sums maps [batch, height/8, width/8, 1] into counts [batch]."""
  return ops.sum(density, axis=(1, 2, 3))
