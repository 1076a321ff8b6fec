"""Means over the batch of all replicas together.

Each replica computes its share, since apply_gradients sums their gradients.
"""

import tensorflow as tf
from keras import ops


def mean_over_replicas(values: tf.Tensor) -> tf.Tensor:
  """Averages [batch] values over the batch of all replicas together.

  Returns:
    This replica's share: apply_gradients sums the replicas' gradients.
  """
  replicas = tf.distribute.get_strategy().num_replicas_in_sync
  return ops.mean(values) / replicas


def masked_mean_over_replicas(
  cells: tf.Tensor, weights: tf.Tensor
) -> tf.Tensor:
  """Averages cells, by weight, over all replicas together.

  A mean of the replicas' own means would weigh the cells of a replica with few
  of them more.

  Args:
    cells: float32 tensor of shape [batch, height/8, width/8, 1].
    weights: of each cell in [0, 1], same shape.

  Returns:
    This replica's share; 0 where no cell has weight.
  """
  total = ops.sum(weights)
  context = tf.distribute.get_replica_context()
  if context is not None and context.num_replicas_in_sync > 1:
    total = context.all_reduce(tf.distribute.ReduceOp.SUM, total)
  # Below one cell there is nothing to average, and the sum is next to 0.
  return ops.sum(cells * weights) / ops.maximum(total, 1.0)
