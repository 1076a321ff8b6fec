"""What is told about each domain, in training and in validation alike."""

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.training.adaptation import metrics


class Tracker:
  """Figures that gather over batches."""

  @property
  def metrics(self) -> list[keras.metrics.Metric]:
    """All of them."""
    return [m for m in vars(self).values() if isinstance(m, keras.Metric)]

  def results(self) -> dict[str, float]:
    """Returns every figure by name, and starts anew."""
    figures = {}
    for metric in self.metrics:
      figures[metric.name] = float(metric.result())
      metric.reset_state()
    return figures


class SourceTracker(Tracker):
  """Loss and count errors on labelled pictures."""

  def __init__(self) -> None:
    self.loss = keras.metrics.Mean("density_loss")
    self.mae = metrics.CountMAE()
    self.rmse = metrics.CountRMSE()
    self.bias = metrics.CountBias()
    self.true = keras.metrics.Mean("true_count")

  def update(
    self, source: dict[str, tf.Tensor], predicted: tf.Tensor, loss: tf.Tensor
  ) -> None:
    """Adds a batch; what lies outside the region of interest has no part.

    Args:
      source: the labelled part of the batch, with `density` and `roi`.
      predicted: people per cell, [batch, height/8, width/8, 1].
      loss: of each cell, same shape.
    """
    inside = source["roi"]
    self.loss.update_state(loss, sample_weight=inside)
    true = metrics.count(source["density"] * inside)
    counted = metrics.count(predicted * inside)
    self.true.update_state(true)
    for metric in (self.mae, self.rmse, self.bias):
      metric.update_state(true, counted)


class OrientationTracker(Tracker):
  """Loss and accuracy of the orientation task, and its weight λ."""

  def __init__(self) -> None:
    self.loss = keras.metrics.Mean("orientation_loss")
    self.accuracy = keras.metrics.SparseCategoricalAccuracy(
      "orientation_accuracy"
    )
    self.weight = keras.metrics.Mean("orientation_weight")

  def update(
    self,
    labels: tf.Tensor,
    logits: tf.Tensor,
    loss: tf.Tensor,
    weight: tf.Tensor | float,
  ) -> None:
    """Adds a batch: labels [batch], logits [batch, 2], losses [batch]."""
    self.loss.update_state(loss)
    self.accuracy.update_state(labels, logits)
    self.weight.update_state(weight)


class PseudoLabelTracker(Tracker):
  """How the counter stands to the pseudo-labels that it learns from.

  Drift is what it counts in confident cells beyond their pseudo-labels, in
  people per crop; coverage, the confident share of all cells.
  """

  def __init__(self) -> None:
    self.loss = keras.metrics.Mean("pseudo_loss")
    self.coverage = keras.metrics.Mean("pseudo_coverage")
    self.drift = keras.metrics.Mean("pseudo_drift")

  def update(
    self,
    density: tf.Tensor,
    predicted: tf.Tensor,
    confidence: tf.Tensor,
    loss: tf.Tensor,
  ) -> None:
    """Adds a batch: maps, and each cell's loss, of one shape."""
    self.loss.update_state(loss, sample_weight=confidence)
    self.coverage.update_state(ops.mean(confidence))
    self.drift.update_state(metrics.count((predicted - density) * confidence))
