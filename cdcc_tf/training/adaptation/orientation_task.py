"""Stage 1: upright or upside down, which makes features aware of perspective.

Real pictures give no density loss in this stage; synthetic ones no orientation
loss. Both reach the shared encoder.
"""

import dataclasses
from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.adaptation import losses, trackers
from cdcc_tf.training.adaptation.cross_domain_model import Domain
from cdcc_tf.training.adaptation.replica_means import mean_over_replicas


@dataclasses.dataclass(frozen=True)
class OrientationSchedule:
  """How much of the orientation loss reaches the encoder.

  The head itself always learns at full strength. A fresh head's gradient is
  noise and would spoil the counts, so the encoder is kept from it during
  `warmup` steps, and λ then rises linearly to `weight` over `ramp` steps.

  Attributes:
    weight: λ at the end; 0 leaves the target domain out altogether.
    warmup: steps.
    ramp: steps.
  """

  weight: float = 0.0
  warmup: int = 0
  ramp: int = 0

  def at(self, step: tf.Tensor) -> tf.Tensor:
    """Returns λ at a step, float32."""
    passed = ops.cast(step, "float32") + 1.0 - float(self.warmup)
    return self.weight * ops.clip(passed / max(self.ramp, 1), 0.0, 1.0)


class OrientationTask(keras.layers.Layer):
  """`CE(orientation(x_t or x_t upside down))`; λ weighs it in the encoder.

  The paper weighs the loss, and so the head's own gradient, too. Here the head
  learns at full strength whatever λ is (ours): were it slowed down with a small
  λ or a ramp, what it sends to the encoder would stay noise for longer.

  Args:
    decoder: from `build_orientation_decoder`.
    schedule: λ over the steps.
  """

  def __init__(self, decoder: keras.Model, schedule: OrientationSchedule):
    super().__init__(name="orientation")
    self.decoder = decoder
    self.tracker = trackers.OrientationTracker()
    self._schedule = schedule

  def prepare(self, features: tf.Tensor) -> None:
    """Creates the decoder's weights by one pass."""
    self.decoder(features)
    self.built = True

  def loss(
    self,
    counter: SFCN,
    features: tf.Tensor,
    target: Domain,
    step: tf.Tensor,
  ) -> tf.Tensor:
    """Returns this replica's share of the loss; see `TargetTask`."""
    weight = self._schedule.at(step)
    logits = self.decoder(scale_gradient(features, weight))
    loss = losses.orientation_loss(target["orientation"], logits)
    self.tracker.update(target["orientation"], logits, loss, weight)
    return mean_over_replicas(loss)


def scale_gradient(features: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
  """Passes features of any shape on; multiplies their gradient by a scalar."""

  @tf.custom_gradient
  def identity(values: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    return values, lambda upstream: upstream * ops.cast(factor, upstream.dtype)

  return identity(features)
