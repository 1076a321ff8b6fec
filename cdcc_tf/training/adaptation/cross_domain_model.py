"""CrossDomainModel: the training step that joins both domains."""

from typing import Protocol

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.adaptation import losses, trackers
from cdcc_tf.training.adaptation.replica_means import masked_mean_over_replicas

Domain = dict[str, tf.Tensor]
Batch = dict[str, Domain]


class TargetTask(Protocol):
  """What the unlabelled target domain teaches in one stage."""

  @property
  def tracker(self) -> trackers.Tracker:
    """The task's figures."""

  def prepare(self, features: tf.Tensor) -> None:
    """Creates the task's own weights, if it has any."""

  def loss(
    self,
    counter: SFCN,
    features: tf.Tensor,
    target: Domain,
    step: tf.Tensor,
  ) -> tf.Tensor:
    """Returns this replica's share of the task's loss, a scalar.

    Args:
      counter: the network.
      features: the encoder's, of the target's pictures.
      target: the target's part of the batch.
      step: steps taken so far in this stage.
    """


class CrossDomainModel(keras.Model):
  """Trains a counter on a labelled source and an unlabelled target domain.

  `L = L_density(x_s, y_s) + L_task(x_t)`: one forward pass of the encoder over
  all pictures; the source's features go to the density decoder, the target's to
  the task of the stage (`OrientationTask`, `PseudoLabelTask`).

  Args:
    counter: the network that will be used in the end.
    task: what the target teaches, or None to train on the source alone.
    density_loss: the source's loss.
    gradient_clip_norm: largest global norm of the whole batch's gradient; 0
      for no clipping.
  """

  def __init__(
    self,
    counter: SFCN,
    task: TargetTask | None = None,
    density_loss: losses.DensityLoss = losses.DensityLoss(),
    gradient_clip_norm: float = 0.0,
  ):
    super().__init__(name="cross_domain")
    self.counter = counter
    self.task = task
    self._density_loss = density_loss
    self._gradient_clip_norm = gradient_clip_norm
    self._source_tracker = trackers.SourceTracker()
    self._gradient_norm = keras.metrics.Mean("gradient_norm")

  @property
  def metrics(self) -> list[keras.metrics.Metric]:
    """Every figure, so that each interval starts from nothing."""
    task = [] if self.task is None else self.task.tracker.metrics
    return [*self._source_tracker.metrics, *task, self._gradient_norm]

  def build_all(self, crop: int) -> None:
    """Creates all weights by one pass over blank pictures."""
    self.counter(ops.zeros((1, crop, crop, 3)))
    if self.task is not None:
      self.task.prepare(self.counter.encoder(ops.zeros((1, crop, crop, 3))))
    self.built = True

  def call(
    self, images: tf.Tensor, training: bool = False
  ) -> dict[str, tf.Tensor]:
    """Predicts as the counter does."""
    return self.counter(images, training=training)

  def train_step(self, batch: Batch) -> dict[str, tf.Tensor]:
    """Takes one optimiser step on `{"source": …}` or with `"target"` too.

    Returns:
      The figures so far in this interval.
    """
    with tf.GradientTape() as tape:
      loss = self._joint_loss(batch)
    variables = self.trainable_variables
    gradients = self._clip(tape.gradient(loss, variables))
    self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return self.get_metrics_result()

  def _joint_loss(self, batch: Batch) -> tf.Tensor:
    # By name: a dict's order is not to be relied on.
    domains = [name for name in ("source", "target") if name in batch]
    images = [batch[name]["image"] for name in domains]
    features = self.counter.encode(ops.concatenate(images), training=True)
    source_size = images[0].shape[0]
    if source_size is None:
      raise ValueError("batches must say how large they are: drop_remainder")
    loss = self._source_loss(batch["source"], features[:source_size])
    if self.task is None:
      return loss
    return loss + self.task.loss(
      self.counter,
      features[source_size:],
      batch["target"],
      self.optimizer.iterations,
    )

  def _source_loss(self, source: Domain, features: tf.Tensor) -> tf.Tensor:
    step = self.optimizer.iterations
    maps = self.counter.decode(features, training=True, step=step)
    cells = self._density_loss(source["density"], maps)
    self._source_tracker.update(source, maps["density"], cells)
    return masked_mean_over_replicas(cells, source["roi"])

  def _clip(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
    """Notes the norm of the whole batch's gradient, and clips it.

    Keras would clip each replica's own; here they are summed first, and the
    sum in apply_gradients is undone beforehand.
    """
    context = tf.distribute.get_replica_context()
    summed = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    norm = tf.linalg.global_norm(summed)
    self._gradient_norm.update_state(norm)
    if self._gradient_clip_norm:
      summed, _ = tf.clip_by_global_norm(
        summed, self._gradient_clip_norm, use_norm=norm
      )
    return [g / context.num_replicas_in_sync for g in summed]
