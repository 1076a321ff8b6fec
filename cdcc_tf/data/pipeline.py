"""Training batches: source, target, and both interleaved into one.

A pipeline is a function of the step: see `stream`.
"""

from pathlib import Path

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data import augment, records, shards, stream
from cdcc_tf.data.clutter import random_clutter
from cdcc_tf.data.density import STRIDE, density_map
from cdcc_tf.data.images import decode_picture
from cdcc_tf.data.regions import decode_region
from cdcc_tf.errors import InputError

_SOURCE_STREAM, _TARGET_STREAM = 1, 2


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


def source_batches(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  """Returns labelled batches of the source, endlessly, from a step on.

  Returns:
    Dataset of `image`, float32 [batch, crop, crop, 3] in [0, 255], `density`,
    float32 [batch, crop/8, crop/8, 1] in people per cell, and `roi`, of the
    same shape: the share of each cell in which people count.

  Raises:
    InputError: no such records, damaged or unlabelled ones, or ones without
      the deviations that `adaptive_sigma` asks for.
  """
  if config.adaptive_sigma:
    records.require_sigmas(config.source_folders)

  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = stream.example_seeds(
      seed, _SOURCE_STREAM, position
    )
    fields = records.parse(serialized)
    image = decode_picture(fields["image"])
    size = tf.shape(image)[:2]
    view = augment.random_view(
      size,
      view_seed,
      config.crop,
      config.scale_min,
      config.scale_max,
    )
    points = view.points(fields["points"])
    sigma = tf.fill(tf.shape(points)[:1], config.sigma)
    if config.adaptive_sigma:
      sigma = view.sigmas(fields["points"], fields["sigmas"])
    clutter_seed = tf.random.experimental.stateless_fold_in(colour_seed, 1)
    seen, visible = random_clutter(
      view.picture(image), points, clutter_seed, config.clutter
    )
    density = density_map(
      points[visible], config.crop, config.crop, sigma[visible]
    )
    region = view.region(decode_region(fields["roi"], *tf.unstack(size)))
    image = augment.random_colour(seen, colour_seed, config.colour_strength)
    return {
      "image": image,
      "density": tf.ensure_shape(density, [cells, cells, 1]),
      "roi": tf.ensure_shape(region, [cells, cells, 1]),
    }

  cells = config.crop // STRIDE
  return (
    source_members(config, seed, first_step)
    .map(example, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(config.source_batch, drop_remainder=True)
  )


def source_members(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  """Returns what `source_batches` is made of: (position, serialised record)."""
  files, count = records.open_source(config.source_folders, "train")
  first = first_step * config.source_batch
  return stream.shuffled(files, count, seed + _SOURCE_STREAM, first)


def orientation_batches(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  """Returns stage 1's unlabelled batches of the target; points are not read.

  Returns:
    Dataset of `image`, float32 [batch, crop, crop, 3] in [0, 255], and
    `orientation`, int32 [batch]: 0 upright, 1 upside down.

  Raises:
    InputError: no such records, damaged ones, or too few to hold some out.
  """

  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = stream.example_seeds(
      seed, _TARGET_STREAM, position
    )
    fields = records.parse(serialized, with_points=False)
    image = decode_picture(fields["image"])
    view = target_view(config, image, view_seed)
    return augment.both_ways(
      augment.random_colour(
        view.picture(image), colour_seed, config.colour_strength
      )
    )

  return (
    orientation_members(config, seed, first_step)
    .map(example, num_parallel_calls=tf.data.AUTOTUNE)
    .unbatch()
    .batch(config.target_batch, drop_remainder=True)
  )


def orientation_members(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  """Returns what `orientation_batches` is made of, as `source_members`."""
  files, count = open_target(config)
  return stream.shuffled(
    files,
    count,
    seed + _TARGET_STREAM,
    first_step * config.target_batch // 2,
    config.target_held_out,
  )


def open_target(config: DataConfig) -> tuple[list[Path], int]:
  """Opens the target's training pictures.

  Returns:
    The shards, and how many pictures are left when those held out are not
    counted: the first ones of the first shard.

  Raises:
    InputError: no such records, damaged ones, or too few to hold some out.
  """
  files, count = records.open_split(config.target_records, "train")
  most = min(count, shards.PICTURES_PER_SHARD) - 1
  if config.target_held_out > most:
    raise InputError(
      f"--target_held_out={config.target_held_out}: {config.target_records} "
      f"has {count} training pictures. Hold out fewer, at most {most}."
    )
  return files, count - config.target_held_out


def target_view(
  config: DataConfig, image: tf.Tensor, seed: tf.Tensor
) -> augment.View:
  """Draws a look at a picture of the target, as its options say."""
  return augment.random_view(
    tf.shape(image)[:2],
    seed,
    config.crop,
    config.target_scale_min,
    config.target_scale_max,
  )
