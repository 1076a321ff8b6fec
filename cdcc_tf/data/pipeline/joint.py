"""Training batches: both domains interleaved into one dict.

A pipeline is a function of the step: see `stream`.
"""

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.pipeline.orientation import orientation_batches
from cdcc_tf.data.pipeline.source import source_batches


def stage1_batches(
  config: DataConfig, seed: int, first_step: int, with_target: bool
) -> tf.data.Dataset:
  """Returns the endless stream of stage 1's batches from a step on.

  Returns:
    Dataset of `{"source": …}` and, with the target, also `"target": …`; see
    `source_batches` and `orientation_batches`.
  """
  source = source_batches(config, seed, first_step)
  if not with_target:
    return joined(source)
  return joined(source, orientation_batches(config, seed, first_step))


def joined(
  source: tf.data.Dataset, target: tf.data.Dataset | None = None
) -> tf.data.Dataset:
  """Joins both domains, or the source alone, into `{"source", "target"}`."""
  batches = {"source": source}
  if target is not None:
    batches["target"] = target
  return tf.data.Dataset.zip(batches).prefetch(2)
