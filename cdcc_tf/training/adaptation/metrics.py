"""The field's metrics, with honest names.

The field prints the root of the mean squared error as "MSE"; here it is RMSE.
"""

from typing import Any

import keras
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


def count(density: tf.Tensor) -> tf.Tensor:
  """Sums maps [batch, height/8, width/8, 1] into counts [batch]."""
  return ops.sum(density, axis=(1, 2, 3))
