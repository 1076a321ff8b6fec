"""Brightness and contrast of pictures, and giving one picture another's.

A counter takes contrast for density: where a target's pictures have a third
more of it than the source's, it counts too many people everywhere. No label is
needed to see that, nor to bring the source's pictures to the target's contrast.
"""

from pathlib import Path

import tensorflow as tf

from cdcc_tf.data import reading, records
from cdcc_tf.data.augment import luminance
from cdcc_tf.data.images import decode_picture
from cdcc_tf.options import DataConfig

# Contrast within the size of a person or two; between sky and ground, it says
# nothing of how sharply people stand out.
_TILE = 64
# Beyond it, noise is drawn up, or people are washed out.
_MOST_CHANGE = 1.5
_ENOUGH = 512  # pictures to know a domain's tones by


def tone(image: tf.Tensor) -> tf.Tensor:
  """Measures a picture.

  Args:
    image: RGB, of shape [height, width, 3], in [0, 255].

  Returns:
    float32 [2]: mean luminance, and its standard deviation within tiles of
    64 x 64 pixels, averaged over them.
  """
  grey = luminance(tf.cast(image, tf.float32))[tf.newaxis]

  def averages(values: tf.Tensor) -> tf.Tensor:
    return tf.nn.avg_pool2d(values, _TILE, _TILE, "SAME")

  variance = averages(tf.square(grey)) - tf.square(averages(grey))
  deviation = tf.sqrt(tf.maximum(variance, 0.0))
  return tf.stack([tf.reduce_mean(grey), tf.reduce_mean(deviation)])


def tones_of(folder: str | Path, split: str = "train") -> tf.Tensor:
  """Measures the first pictures of each shard; points are not read.

  Returns:
    float32 [pictures, 2], as `tone`, of at most 512 pictures.

  Raises:
    InputError: no such records, or damaged ones.
  """
  files, _ = reading.open_split(folder, split)
  measured = (
    reading.read_serialized(files)
    .take(_ENOUGH)
    .map(
      lambda each: tone(
        decode_picture(records.parse(each, with_points=False)["image"])
      ),
      num_parallel_calls=tf.data.AUTOTUNE,
    )
    .batch(_ENOUGH)
  )
  return next(iter(measured))


def wanted_tones(config: DataConfig) -> tf.Tensor | None:
  """Returns the target's tones if the source is to have them, as `tones_of`.

  Raises:
    InputError: no such records, or damaged ones.
  """
  return tones_of(config.target_records) if config.match_tone else None


def validation_picture(
  image: tf.Tensor, wanted: tf.Tensor | None, index: tf.Tensor | int
) -> tf.Tensor:
  """Gives a source's validation picture the tone of one of the target's.

  Args:
    image: uint8 tensor of shape [height, width, 3].
    wanted: as `wanted_tones`; None leaves the picture alone.
    index: of the picture, which so has the same tone each time.

  Returns:
    uint8 tensor of the same shape.
  """
  if wanted is None:
    return image
  count = tf.shape(wanted, tf.int64)[0]
  other = wanted[tf.cast(index, tf.int64) % count]
  changed = toned(tf.cast(image, tf.float32), tone(image), other)
  return tf.cast(tf.round(changed), tf.uint8)


def toned(image: tf.Tensor, own: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
  """Gives a picture, or a part of it, another picture's tone.

  Args:
    image: float32 tensor of shape [height, width, 3] in [0, 255].
    own: the tone of the picture it is of.
    other: the one to be had. Contrast changes by half at most.

  Returns:
    Picture of the same shape and range.
  """
  change = tf.clip_by_value(
    tf.math.divide_no_nan(other[1], own[1]), 1 / _MOST_CHANGE, _MOST_CHANGE
  )
  return tf.clip_by_value((image - own[0]) * change + other[0], 0.0, 255.0)
