"""How sharply people stand out, in one domain and in another.

A counter takes contrast for density: shown the same pictures at less of it, it
counts fewer people. How far two domains differ can be seen without a label.
"""

import logging
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline.augment import luminance
from cdcc_tf.data.records import record
from cdcc_tf.data.records.dataset import RecordDataset

logger = logging.getLogger(__name__)

# About the size of a person or two: the contrast between sky and ground does
# not show how sharply people stand out.
_TILE = 64
_ENOUGH = 512  # images of a data set that are measured
# More would amplify noise, or wash people out.
_MOST_CHANGE = 2.0
# Sources differ by as much among themselves.
_ALIKE = 1.25


def local_contrast(image: tf.Tensor) -> tf.Tensor:
  """Measures an image.

  Args:
    image: RGB, of shape [height, width, 3], in [0, 255].

  Returns:
    float32 scalar: the luminance's standard deviation within tiles of 64 x 64
    pixels, averaged over them.
  """
  grey = luminance(tf.cast(image, tf.float32))[tf.newaxis]

  def averages(values: tf.Tensor) -> tf.Tensor:
    return tf.nn.avg_pool2d(values, _TILE, _TILE, "SAME")

  variance = averages(tf.square(grey)) - tf.square(averages(grey))
  return tf.reduce_mean(tf.sqrt(tf.maximum(variance, 0.0)))


def median_contrast(
  datasets: Sequence[RecordDataset], split: str = "train"
) -> float:
  """Returns the median over the images of data sets; reads no points.

  Raises:
    InputError: there is no such split, or a shard is damaged.
  """
  values: list[float] = []
  for dataset in datasets:
    measured = (
      dataset.serialized(split)
      .take(_ENOUGH)
      .map(_contrast_of, num_parallel_calls=tf.data.AUTOTUNE)
    )
    values += [float(value) for value in measured.as_numpy_iterator()]
  return float(np.median(values))


def contrast_ratio(
  source: Sequence[RecordDataset], target: RecordDataset, split: str = "train"
) -> float:
  """Returns the source's contrast over the target's.

  Args:
    source: data sets, whose training images are measured.
    target: data set.
    split: of the target.

  Returns:
    Ratio of the medians, from 0.5 to 2, rounded to three digits so that a
    resumed run finds the same one. 1 if the target's images are flat.

  Raises:
    InputError: there is no such split, or a shard is damaged.
  """
  own = median_contrast([target], split)
  if not own:
    return 1.0
  ratio = median_contrast(source) / own
  return round(float(np.clip(ratio, 1 / _MOST_CHANGE, _MOST_CHANGE)), 3)


def matching_contrast(
  source: Sequence[RecordDataset], target: RecordDataset, split: str = "train"
) -> float:
  """Returns the factor that brings images to the source's contrast.

  It is meant for a counter that has learned from the source alone. Counters of
  rounds have learned to count the images as they are; less contrast would
  lower their counts once more. A difference of up to a quarter is ignored.

  Args:
    source: data sets, whose training images are measured.
    target: data set to be labelled.
    split: of the target.

  Raises:
    InputError: there is no such split, or a shard is damaged.
  """
  ratio = contrast_ratio(source, target, split)
  alike = 1 / _ALIKE <= ratio <= _ALIKE
  logger.info(
    "The target's images have %.2f times the source's contrast; they are "
    "labelled %s.",
    1 / ratio,
    "unchanged" if alike else f"at {ratio:.2f} times their contrast",
  )
  return 1.0 if alike else ratio


def at_contrast(images: tf.Tensor, ratio: float) -> tf.Tensor:
  """Scales the contrast of each image about its mean.

  Args:
    images: of shape [batch, height, width, 3], in [0, 255].
    ratio: factor; 1 changes nothing.

  Returns:
    The same shape; float32 in [0, 255] unless the ratio is 1.
  """
  if ratio == 1:
    return images
  images = tf.cast(images, tf.float32)
  mean = tf.reduce_mean(images, axis=[1, 2, 3], keepdims=True)
  return tf.clip_by_value((images - mean) * ratio + mean, 0.0, 255.0)


def _contrast_of(serialized: tf.Tensor) -> tf.Tensor:
  fields = record.parse(serialized, with_points=False)
  return local_contrast(decode_image(fields["image"]))
