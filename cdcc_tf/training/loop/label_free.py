"""Measures, without labels, of how well a counter suits the target domain.

An image holds as many people as its mirror image, and as many when it is
reduced in size; and masks should agree. How far a counter is from that can be
measured on any image.
"""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.mask_ensemble import Moments
from cdcc_tf.training.adaptation.trackers import Tracker

_SMALLER = 0.75
# People per image, on average; maps with fewer have collapsed to zero.
_EMPTY = 0.1


class SignalTracker(Tracker):
  """Averages gaps between counts of the same images, relative to the count.

  `mirror_gap`: mean |difference| between the counts of an image and its mirror
  image, over the mean count; `scale_gap`: the same for the image at three
  quarters of its size; `mask_gap`: mean standard deviation of the masks'
  counts, over the mean count; `target_count`: the mean count, in people. Every
  gap of a counter that finds no people is 1, because empty maps always agree.
  """

  def __init__(self) -> None:
    self.count = keras.metrics.Mean("target_count")
    self.mirror = keras.metrics.Mean("mirror_gap")
    self.scale = keras.metrics.Mean("scale_gap")
    self.mask = keras.metrics.Mean("mask_gap")

  def update(
    self,
    masks: tf.Tensor,
    mirrored: tf.Tensor,
    smaller: tf.Tensor,
  ) -> None:
    """Adds images.

    Args:
      masks: each mask's count of each image, [batch, masks].
      mirrored: counts of the mirror images, [batch].
      smaller: counts of the reduced images, [batch].
    """
    count = ops.mean(masks, axis=1)
    self.count.update_state(count)
    self.mirror.update_state(ops.abs(count - mirrored))
    self.scale.update_state(ops.abs(count - smaller))
    self.mask.update_state(ops.std(masks, axis=1))

  def results(self) -> dict[str, float]:
    """Returns every figure by name, and resets."""
    gaps = super().results()
    count = gaps["target_count"]
    if count < _EMPTY:
      return dict.fromkeys(gaps, 1.0) | {"target_count": count}
    return {name: gap / count for name, gap in gaps.items()} | {
      "target_count": count
    }


class LabelFreeSignals:
  """Measures a counter on unlabelled images.

  Args:
    predict: the counter's `MaskEnsemble`, or a function like it, of float32
      images [batch, height, width, 3].
  """

  def __init__(self, predict: Callable[[tf.Tensor], Moments]):
    self._tracker, self._predict = SignalTracker(), predict

  def measure(self, images: tf.data.Dataset) -> dict[str, float]:
    """Returns the signals of `SignalTracker` over images.

    Args:
      images: dataset of float32 batches [batch, height, width, 3], one size
        in each.
    """
    for batch in images:
      mirrored, smaller = (
        tf.reduce_mean(self._predict(other).counts, axis=1)
        for other in (tf.reverse(batch, [2]), _smaller(batch))
      )
      own = self._predict(batch).counts
      self._tracker.update(own, mirrored, smaller)
    return self._tracker.results()


def _smaller(images: tf.Tensor) -> tf.Tensor:
  size = tf.cast(tf.shape(images)[1:3], tf.float32)
  smaller = tf.cast(tf.maximum(tf.round(size * _SMALLER), 1.0), tf.int32)
  resized = tf.image.resize(images, smaller, antialias=True)
  return tf.clip_by_value(resized, 0.0, 255.0)
