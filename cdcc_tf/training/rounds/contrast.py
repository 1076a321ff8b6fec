"""How sharply people stand out, in one domain and in another.

A counter takes contrast for density: shown the same pictures at less of it, it
counts fewer people. How far two domains differ can be seen without a label.
"""

import logging
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from cdcc_tf.config import PseudoLabelConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline.augment import luminance
from cdcc_tf.data.records import record
from cdcc_tf.data.records.dataset import RecordDataset

logger = logging.getLogger(__name__)

# About the size of a person or two: contrast between sky and ground says
# nothing of how sharply people stand out.
_TILE = 64
_ENOUGH = 512  # pictures of a folder to know it by
# Beyond it, noise is drawn up, or people are washed out.
_MOST_CHANGE = 2.0
# Sources differ by as much among themselves: it is what is in the pictures.
_ALIKE = 1.25


def local_contrast(image: tf.Tensor) -> tf.Tensor:
  """Measures a picture.

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


def median_contrast(folders: Sequence[str], split: str = "train") -> float:
  """Returns the median over the pictures of records; reads no points.

  Args:
    folders: of records.
    split: of each.

  Raises:
    InputError: no such records, or damaged ones.
  """
  values: list[float] = []
  for folder in folders:
    measured = (
      RecordDataset.open(folder)
      .serialized(split)
      .take(_ENOUGH)
      .map(_contrast_of, num_parallel_calls=tf.data.AUTOTUNE)
    )
    values += [float(value) for value in measured.as_numpy_iterator()]
  return float(np.median(values))


def contrast_ratio(
  source: Sequence[str], target: str, split: str = "train"
) -> float:
  """Returns by what the target's contrast becomes the source's.

  Args:
    source: folders of records, of which the training pictures count.
    target: folder of records.
    split: of the target.

  Returns:
    Ratio of the medians, 0.5 to 2, to three digits: a run that is resumed must
    find the same one. 1 if the target's pictures are flat.

  Raises:
    InputError: no such records, or damaged ones.
  """
  own = median_contrast([target], split)
  if not own:
    return 1.0
  ratio = median_contrast(source) / own
  return round(float(np.clip(ratio, 1 / _MOST_CHANGE, _MOST_CHANGE)), 3)


def contrast_for(
  stage: str,
  options: PseudoLabelConfig,
  source: Sequence[str],
  target: str,
  split: str = "train",
) -> float:
  """Returns at which share of their contrast pictures are to be labelled.

  Rounds' counters have learned from such labels how to count the pictures as
  they are; less contrast would lower their counts once more. A difference of up
  to a quarter is left alone.

  Args:
    stage: name of the one that the labelling counter is of.
    options: whether the contrast is to be matched.
    source: folders of records.
    target: records that are labelled.
    split: of them.

  Raises:
    InputError: no such records, or damaged ones.
  """
  if stage != "stage1" or not options.pseudo_match_contrast:
    return 1.0
  ratio = contrast_ratio(source, target, split)
  alike = 1 / _ALIKE <= ratio <= _ALIKE
  logger.info(
    "The target's pictures have %.2f times the source's contrast, and are "
    "labelled %s.",
    1 / ratio,
    "as they are" if alike else f"at {ratio:.2f} of theirs",
  )
  return 1.0 if alike else ratio


def at_contrast(images: tf.Tensor, ratio: float) -> tf.Tensor:
  """Changes the contrast of each picture about its own mean.

  Args:
    images: of shape [batch, height, width, 3], in [0, 255].
    ratio: 1 leaves them alone.

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
