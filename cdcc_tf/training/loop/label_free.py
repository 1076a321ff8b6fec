"""What tells, without a label, whether a counter suits the target domain.

A picture holds as many people as its mirror image, and as many when it is
somewhat smaller; and masks that were trained alike should agree. How far a
counter is from that on pictures of the target can be measured anywhere.
"""

from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.mask_ensemble import Moments
from cdcc_tf.training.adaptation.trackers import Tracker

_SMALLER = 0.75
# People a picture, on average: below it a map has gone out.
_NOBODY = 0.1


class SignalTracker(Tracker):
  """Gathers gaps between looks at the same pictures, as shares of the people.

  `mirror_gap`: mean |difference| of the counts of a picture and its mirror
  image, over the mean count; `scale_gap`: likewise at three quarters of the
  size; `mask_gap`: mean standard deviation of the masks' counts, over the mean
  count; `target_count`: the mean count itself, in people. Every gap of a
  counter that counts nobody is 1: maps that have gone out agree all too well.
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
    """Adds pictures.

    Args:
      masks: each mask's count of each picture, [batch, masks].
      mirrored: counts of the mirror images, [batch].
      smaller: counts of the smaller pictures, [batch].
    """
    count = ops.mean(masks, axis=1)
    self.count.update_state(count)
    self.mirror.update_state(ops.abs(count - mirrored))
    self.scale.update_state(ops.abs(count - smaller))
    self.mask.update_state(ops.std(masks, axis=1))

  def results(self) -> dict[str, float]:
    """Returns every figure by name, and starts anew."""
    gaps = super().results()
    count = gaps["target_count"]
    if count < _NOBODY:
      return dict.fromkeys(gaps, 1.0) | {"target_count": count}
    return {name: gap / count for name, gap in gaps.items()} | {
      "target_count": count
    }


class LabelFreeSignals:
  """Measures a counter on unlabelled pictures.

  Args:
    predict: the counter's `MaskEnsemble`, or what calls it, of float32 pictures
      [batch, height, width, 3].
  """

  def __init__(self, predict: Callable[[tf.Tensor], Moments]):
    self._tracker, self._predict = SignalTracker(), predict

  def measure(self, pictures: tf.data.Dataset) -> dict[str, float]:
    """Returns the signals of `SignalTracker` over pictures.

    Args:
      pictures: dataset of float32 batches [batch, height, width, 3], one size
        in each.
    """
    for images in pictures:
      mirrored, smaller = (
        tf.reduce_mean(self._predict(other).counts, axis=1)
        for other in (tf.reverse(images, [2]), _smaller(images))
      )
      own = self._predict(images).counts
      self._tracker.update(own, mirrored, smaller)
    return self._tracker.results()


def _smaller(images: tf.Tensor) -> tf.Tensor:
  size = tf.cast(tf.shape(images)[1:3], tf.float32)
  smaller = tf.cast(tf.maximum(tf.round(size * _SMALLER), 1.0), tf.int32)
  resized = tf.image.resize(images, smaller, antialias=True)
  return tf.clip_by_value(resized, 0.0, 255.0)
