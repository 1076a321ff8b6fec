"""tf.data pipelines: source, target, and both interleaved into one batch.

A pipeline is a function of the global step. Order and augmentation depend only
on (seed, position in the stream), so a run that resumes at step k sees exactly
the batches that an undisturbed run sees from step k on.
"""

from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data import augment, records
from cdcc_tf.data.density import density_map
from cdcc_tf.data.images import decode_picture
from cdcc_tf.errors import InputError

# Serialised records, not pictures: 512 of them are 50 to 200 MB.
SHUFFLE_WINDOW = 512
_SHARDS_AT_ONCE = 8
_SOURCE_STREAM, _TARGET_STREAM = 1, 2


def training_batches(
  config: DataConfig, seed: int, first_step: int, with_target: bool
) -> tf.data.Dataset:
  """Returns the endless stream of training batches from a step on.

  Returns:
    Dataset of `{"source": {"image", "density"}}` and, with the target, also
    `"target": {"image", "orientation"}`: images float32
    [batch, crop, crop, 3] in [0, 255], density float32
    [batch, crop/8, crop/8, 1] in people per cell, orientation int32 [batch]
    (0 upright, 1 upside down).
  """
  batches = {"source": _source_batches(config, seed, first_step)}
  if with_target:
    batches["target"] = _target_batches(config, seed, first_step)
  return tf.data.Dataset.zip(batches).prefetch(2)


def source_validation(config: DataConfig) -> tf.data.Dataset:
  """Returns the source's `val` split, labelled, for choosing checkpoints.

  Returns:
    Dataset of `{"source": {"image", "density"}}`, one picture a batch, cut to
    at most `validation_crop` pixels a side about its centre.
  """
  files, count = records.open_split(
    config.source_records, "val", all_labelled=True
  )
  side = config.validation_crop

  def example(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
    fields = records.parse(serialized)
    image, corner = _centre_crop(decode_picture(fields["image"]), side)
    shape = tf.shape(image)
    density = density_map(
      fields["points"] - corner, shape[0], shape[1], config.sigma
    )
    return {"image": tf.cast(image, tf.float32), "density": density}

  return (
    records.read_serialized(files)
    .take(config.validation_pictures)
    .map(example, num_parallel_calls=2)
    .batch(1)
    .map(lambda batch: {"source": batch})
    .apply(_of_length(min(count, config.validation_pictures)))
  )


def target_validation(config: DataConfig) -> tf.data.Dataset:
  """Returns held-out target pictures, each upright and upside down.

  Returns:
    Dataset of `{"target": {"image", "orientation"}}`, one picture, two
    examples, a batch. Points are not read.
  """
  files, _ = records.open_split(config.target_records, "train")

  def example(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
    fields = records.parse(serialized, with_points=False)
    image, _ = _centre_crop(
      decode_picture(fields["image"]), config.validation_crop
    )
    return _both_ways(tf.cast(image, tf.float32))

  return (
    records.read_serialized(files[:1])
    .take(config.target_held_out)
    .map(example, num_parallel_calls=2)
    .map(lambda batch: {"target": batch})
    .apply(_of_length(config.target_held_out))
  )


def _source_batches(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = _seeds(seed, _SOURCE_STREAM, position)
    fields = records.parse(serialized)
    image = decode_picture(fields["image"])
    view = augment.random_view(
      tf.shape(image)[:2],
      view_seed,
      config.crop,
      config.scale_min,
      config.scale_max,
    )
    points = view.points(fields["points"])
    image = augment.random_colour(
      view.picture(image), colour_seed, config.colour_strength
    )
    density = density_map(points, config.crop, config.crop, config.sigma)
    density.set_shape([config.crop // 8, config.crop // 8, 1])
    return {"image": image, "density": density}

  first = first_step * config.source_batch
  files, count = records.open_split(
    config.source_records, "train", all_labelled=True
  )
  return (
    _shuffled(files, count, seed + _SOURCE_STREAM, first)
    .map(example, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(config.source_batch, drop_remainder=True)
  )


def _target_batches(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = _seeds(seed, _TARGET_STREAM, position)
    fields = records.parse(serialized, with_points=False)
    image = decode_picture(fields["image"])
    view = augment.random_view(
      tf.shape(image)[:2],
      view_seed,
      config.crop,
      config.target_scale_min,
      config.target_scale_max,
    )
    image = augment.random_colour(
      view.picture(image), colour_seed, config.colour_strength
    )
    return _both_ways(image)

  first = first_step * config.target_batch // 2
  files, count = records.open_split(config.target_records, "train")
  held_out = config.target_held_out
  if held_out >= min(count, records.PICTURES_PER_SHARD):
    raise InputError(
      f"--target_held_out={held_out}: {config.target_records} has {count} "
      f"training pictures. Hold out fewer, at most "
      f"{min(count, records.PICTURES_PER_SHARD) - 1}."
    )
  return (
    _shuffled(files, count, seed + _TARGET_STREAM, first, held_out)
    .map(example, num_parallel_calls=tf.data.AUTOTUNE)
    .unbatch()
    .batch(config.target_batch, drop_remainder=True)
  )


def _both_ways(image: tf.Tensor) -> dict[str, tf.Tensor]:
  """Pairs a picture with itself upside down: [2, height, width, 3]."""
  both = tf.stack([image, augment.flip_upside_down(image)])
  return {"image": both, "orientation": tf.constant([0, 1], tf.int32)}


def _shuffled(
  files: list[Path], count: int, seed: int, first: int, held_out: int = 0
) -> tf.data.Dataset:
  """Repeats records for ever, in a new order each epoch, from a position on.

  Shards are read in a new order and side by side; within windows of
  SHUFFLE_WINDOW records the order is random. `Dataset.shuffle` would not do:
  it hangs on TensorFlow's global seed.

  Args:
    files: shards.
    count: number of records in them.
    seed: of the orders.
    first: position in the endless stream at which to start.
    held_out: so many first records of the first shard take no part.

  Returns:
    Dataset of (position int64, serialised record).
  """
  names = tf.constant([str(file) for file in files])
  skips = tf.constant([held_out] + [0] * (len(files) - 1), tf.int64)
  first_epoch, offset = divmod(first, count - held_out)

  def epoch(index: tf.Tensor) -> tf.data.Dataset:
    key = tf.stack([tf.constant(seed, tf.int64), index])
    order = tf.random.experimental.stateless_shuffle(
      tf.range(len(files)), seed=key
    )
    shards = tf.data.Dataset.from_tensor_slices(
      (tf.gather(names, order), tf.gather(skips, order))
    )

    def shuffle_window(
      window: tf.Tensor, records_in_window: tf.Tensor
    ) -> tf.Tensor:
      window_key = tf.random.experimental.stateless_fold_in(key, window)
      return tf.random.experimental.stateless_shuffle(
        records_in_window, seed=window_key
      )

    return (
      shards.interleave(
        lambda name, skip: tf.data.TFRecordDataset(name).skip(skip),
        cycle_length=_SHARDS_AT_ONCE,
        num_parallel_calls=2,
        deterministic=True,
      )
      .batch(SHUFFLE_WINDOW)
      .enumerate()
      .map(shuffle_window)
      .unbatch()
    )

  return (
    tf.data.Dataset.range(first_epoch, tf.int64.max)
    .flat_map(epoch)
    .skip(offset)
    .enumerate(start=first)
  )


def _of_length(count: int) -> Callable[[tf.data.Dataset], tf.data.Dataset]:
  """Tells a dataset its length, which shards do not know; Keras asks."""
  return tf.data.experimental.assert_cardinality(count)


def _seeds(seed: int, stream: int, position: tf.Tensor) -> list[tf.Tensor]:
  """Returns independent stateless seeds of one example: view and colour."""
  base = tf.random.experimental.stateless_fold_in(
    tf.constant([seed, stream], tf.int64), position
  )
  return tf.unstack(tf.random.experimental.stateless_split(base, 2))


def _centre_crop(image: tf.Tensor, side: int) -> tuple[tf.Tensor, tf.Tensor]:
  """Cuts at most side x side pixels about the centre; adds their corner."""
  size = tf.shape(image)[:2]
  kept = tf.minimum(size, side)
  top, left = tf.unstack((size - kept) // 2)
  cut = image[top : top + kept[0], left : left + kept[1]]
  return cut, tf.cast(tf.stack([left, top]), tf.float32)
