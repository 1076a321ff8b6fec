"""Stage 2: learning from the counter's own least uncertain estimates."""

import tensorflow as tf
from keras import ops

from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.adaptation import losses, trackers
from cdcc_tf.training.adaptation.cross_domain_model import Domain
from cdcc_tf.training.adaptation.replica_means import masked_mean_over_replicas


class PseudoLabelTask:
  """`λ_pseudo · L_density(x_t, μ̄ | mask)`: a mean over confident cells only.

  The maps and masks come from the cache and are constants. The variance is not
  taught here: pseudo-labels agree with the network that made them, and σ would
  learn that it is never wrong. It still weighs the cells.

  Args:
    weight: λ_pseudo.
    density_loss: as for the source.
  """

  def __init__(self, weight: float, density_loss: losses.DensityLoss):
    self.tracker = trackers.PseudoLabelTracker()
    self._weight, self._density_loss = weight, density_loss

  def prepare(self, features: tf.Tensor) -> None:
    """There are no weights of its own."""

  def loss(
    self,
    counter: SFCN,
    features: tf.Tensor,
    target: Domain,
    step: tf.Tensor,
  ) -> tf.Tensor:
    """Returns this replica's share of the loss; see `TargetTask`."""
    maps = counter.decode(features, training=True, step=step)
    maps["log_variance"] = ops.stop_gradient(maps["log_variance"])
    cells = self._density_loss(target["density"], maps)
    loss = masked_mean_over_replicas(cells, target["confidence"])
    self.tracker.update(
      target["density"], maps["density"], target["confidence"], cells
    )
    return self._weight * loss
