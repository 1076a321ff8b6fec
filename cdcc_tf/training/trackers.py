"""What is told about each domain, in training and in validation alike."""

import keras
import tensorflow as tf

from cdcc_tf.training import metrics


class SourceTracker:
  """Loss and count errors on labelled pictures since the last reset."""

  def __init__(self) -> None:
    self.loss = keras.metrics.Mean("density_loss")
    self.errors: list[keras.metrics.Metric] = [
      metrics.CountMAE(),
      metrics.CountRMSE(),
      metrics.CountBias(),
    ]

  @property
  def metrics(self) -> list[keras.metrics.Metric]:
    """All of them."""
    return [self.loss, *self.errors]

  def update(
    self, density: tf.Tensor, predicted: tf.Tensor, loss: tf.Tensor
  ) -> None:
    """Adds a batch: maps [batch, height/8, width/8, 1] and losses [batch]."""
    self.loss.update_state(loss)
    true, counted = metrics.count(density), metrics.count(predicted)
    for metric in self.errors:
      metric.update_state(true, counted)


class TargetTracker:
  """Loss and accuracy of the orientation task since the last reset."""

  def __init__(self) -> None:
    self.loss = keras.metrics.Mean("orientation_loss")
    self.accuracy = keras.metrics.SparseCategoricalAccuracy(
      "orientation_accuracy"
    )

  @property
  def metrics(self) -> list[keras.metrics.Metric]:
    """All of them."""
    return [self.loss, self.accuracy]

  def update(
    self, labels: tf.Tensor, logits: tf.Tensor, loss: tf.Tensor
  ) -> None:
    """Adds a batch: labels [batch], logits [batch, 2], losses [batch]."""
    self.loss.update_state(loss)
    self.accuracy.update_state(labels, logits)


def results(tracker: SourceTracker | TargetTracker) -> dict[str, float]:
  """Returns every figure by name, and starts anew."""
  figures = {}
  for metric in tracker.metrics:
    figures[metric.name] = float(metric.result())
    metric.reset_state()
  return figures
