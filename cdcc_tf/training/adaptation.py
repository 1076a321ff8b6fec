"""CrossDomainModel: the training step that joins both domains (paper §3)."""

import dataclasses
from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training import losses, trackers

Batch = dict[str, dict[str, tf.Tensor]]


@dataclasses.dataclass(frozen=True)
class OrientationSchedule:
  """How much of the orientation loss reaches the encoder (METHOD §3).

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


class CrossDomainModel(keras.Model):
  """Trains a counter on a labelled source and an unlabelled target domain.

  `L1 = L_density(x_s, y_s) + λ · CE(orientation(x_t))`: one forward pass of the
  encoder over all pictures; the density decoder sees the source's features
  only, the orientation decoder the target's only.

  Args:
    counter: the network that will be used in the end.
    orientation_decoder: from `build_orientation_decoder`, or None to train on
      the source alone.
    density_loss: see `losses.density_loss`.
    beta: see `losses.density_loss`.
    schedule: λ over the steps.
    gradient_clip_norm: largest global norm of the whole batch's gradient; 0
      for no clipping.
  """

  def __init__(
    self,
    counter: SFCN,
    orientation_decoder: keras.Model | None = None,
    density_loss: str = "gaussian",
    beta: float = 0.5,
    schedule: OrientationSchedule = OrientationSchedule(),
    gradient_clip_norm: float = 0.0,
  ):
    super().__init__(name="cross_domain")
    self.counter = counter
    self.orientation_decoder = orientation_decoder
    self._density_loss, self._beta = density_loss, beta
    self._schedule = schedule
    self._gradient_clip_norm = gradient_clip_norm
    self._source_tracker = trackers.SourceTracker()
    self._target_tracker = trackers.TargetTracker()
    self._weight_tracker = keras.metrics.Mean("orientation_weight")

  @property
  def metrics(self) -> list[keras.metrics.Metric]:
    """Every tracker, so that each interval starts from nothing."""
    if self.orientation_decoder is None:
      return self._source_tracker.metrics
    return [
      *self._source_tracker.metrics,
      *self._target_tracker.metrics,
      self._weight_tracker,
    ]

  def build_all(self, crop: int) -> None:
    """Creates all weights by one pass over blank pictures."""
    features = self.counter.encoder(ops.zeros((1, crop, crop, 3)))
    self.counter(ops.zeros((1, crop, crop, 3)))
    if self.orientation_decoder is not None:
      self.orientation_decoder(features)
    self.built = True

  def call(
    self, images: tf.Tensor, training: bool = False
  ) -> dict[str, tf.Tensor]:
    """Predicts as the counter does."""
    return self.counter(images, training=training)

  def train_step(self, batch: Batch) -> dict[str, tf.Tensor]:
    """Takes one optimiser step on `{"source": …}` or with `"target"` too.

    Returns:
      The metrics' values so far in this interval.
    """
    strategy = tf.distribute.get_strategy()
    with tf.GradientTape() as tape:
      loss = self._joint_loss(batch)
      # apply_gradients sums over replicas; the loss of each is a mean.
      loss = loss / strategy.num_replicas_in_sync
    variables = self.trainable_variables
    gradients = tape.gradient(loss, variables)
    if self._gradient_clip_norm:
      gradients = self._clip(gradients)
    self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return self.get_metrics_result()

  def _joint_loss(self, batch: Batch) -> tf.Tensor:
    # By name: a dict's order is not to be relied on.
    domains = [name for name in ("source", "target") if name in batch]
    images = [batch[name]["image"] for name in domains]
    features = self.counter.encoder(ops.concatenate(images))
    source_size = images[0].shape[0]
    maps = self.counter.decode(features[:source_size], training=True)
    loss = ops.mean(self._source_loss(batch["source"], maps))
    if "target" not in batch:
      return loss
    weight = self._schedule.at(self.optimizer.iterations)
    self._weight_tracker.update_state(weight)
    target_features = scale_gradient(features[source_size:], weight)
    return loss + ops.mean(
      self._orientation_loss(batch["target"], target_features)
    )

  def _source_loss(
    self, source: dict[str, tf.Tensor], maps: dict[str, tf.Tensor]
  ) -> tf.Tensor:
    loss = losses.density_loss(
      source["density"],
      maps["density"],
      maps["log_variance"],
      self._density_loss,
      self._beta,
    )
    self._source_tracker.update(source["density"], maps["density"], loss)
    return loss

  def _orientation_loss(
    self, target: dict[str, tf.Tensor], features: tf.Tensor
  ) -> tf.Tensor:
    if self.orientation_decoder is None:
      raise ValueError("a target batch needs an orientation decoder")
    logits = self.orientation_decoder(features)
    loss = losses.orientation_loss(target["orientation"], logits)
    self._target_tracker.update(target["orientation"], logits, loss)
    return loss

  def _clip(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
    """Clips the gradient of the whole batch, whatever the replicas.

    Keras would clip each replica's own; here they are summed first, and the
    sum in apply_gradients is undone beforehand.
    """
    context = tf.distribute.get_replica_context()
    summed = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    clipped, _ = tf.clip_by_global_norm(summed, self._gradient_clip_norm)
    return [g / context.num_replicas_in_sync for g in clipped]


def scale_gradient(features: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
  """Passes features on unchanged and their gradient multiplied by a factor."""

  @tf.custom_gradient
  def identity(values: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    return values, lambda upstream: upstream * ops.cast(factor, upstream.dtype)

  return identity(features)
