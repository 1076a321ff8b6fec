"""Training batches: source, target, and both interleaved into one.

A pipeline is a function of the step: see `stream`.
"""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data import augment, pseudo_records, records, stream
from cdcc_tf.data.density import STRIDE, density_map
from cdcc_tf.data.images import decode_picture
from cdcc_tf.data.regions import decode_region
from cdcc_tf.errors import InputError

_SOURCE_STREAM, _TARGET_STREAM, _PSEUDO_STREAM = 1, 2, 3


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
  files, count = records.open_source(config.source_folders, "train")
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
    sigma = (
      view.sigmas(fields["points"], fields["sigmas"])
      if config.adaptive_sigma
      else config.sigma
    )
    density = density_map(points, config.crop, config.crop, sigma)
    region = view.region(decode_region(fields["roi"], *tf.unstack(size)))
    image = augment.random_colour(
      view.picture(image), colour_seed, config.colour_strength
    )
    return {
      "image": image,
      "density": tf.ensure_shape(density, [cells, cells, 1]),
      "roi": tf.ensure_shape(region, [cells, cells, 1]),
    }

  cells = config.crop // STRIDE
  first = first_step * config.source_batch
  return (
    stream.shuffled(files, count, seed + _SOURCE_STREAM, first)
    .map(example, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(config.source_batch, drop_remainder=True)
  )


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
  files, count = open_target(config)

  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = stream.example_seeds(
      seed, _TARGET_STREAM, position
    )
    fields = records.parse(serialized, with_points=False)
    image = decode_picture(fields["image"])
    view = _target_view(config, image, view_seed)
    return augment.both_ways(
      augment.random_colour(
        view.picture(image), colour_seed, config.colour_strength
      )
    )

  return (
    stream.shuffled(
      files,
      count,
      seed + _TARGET_STREAM,
      first_step * config.target_batch // 2,
      config.target_held_out,
    )
    .map(example, num_parallel_calls=tf.data.AUTOTUNE)
    .unbatch()
    .batch(config.target_batch, drop_remainder=True)
  )


def pseudo_label_batches(
  config: DataConfig,
  seed: int,
  first_step: int,
  files: Sequence[Path],
  accepted: int,
  largest_uncertainty: float,
) -> tf.data.Dataset:
  """Returns stage 2's batches of the target from a cache of pseudo-labels.

  Args:
    config: the experiment's data options.
    seed: of order and augmentation.
    first_step: of the stage, at which to start.
    files: the cache's shards.
    accepted: number of pictures that are not left out.
    largest_uncertainty: pictures above it are left out.

  Returns:
    Dataset of `image`, float32 [batch, crop, crop, 3] in [0, 255], `density`,
    the pseudo-label in people per cell, and `confidence` in [0, 1], both
    float32 [batch, crop/8, crop/8, 1].
  """

  def accept(serialized: tf.Tensor) -> tf.Tensor:
    uncertainty = pseudo_records.parse(serialized)["uncertainty"]
    return uncertainty <= largest_uncertainty

  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = stream.example_seeds(
      seed, _PSEUDO_STREAM, position
    )
    fields = pseudo_records.parse(serialized)
    image = decode_picture(fields["image"])
    view = _target_view(config, image, view_seed)
    height, width = tf.unstack(fields["size"])
    # People move as people; confidence as the area that is confident.
    density = view.maps(fields["density"], height, width)
    area = view.maps(tf.ones_like(fields["confidence"]), height, width)
    confidence = view.maps(fields["confidence"], height, width) / area
    return {
      "image": augment.random_colour(
        view.picture(image), colour_seed, config.colour_strength
      ),
      "density": density,
      "confidence": confidence,
    }

  return (
    stream.shuffled(
      list(files),
      accepted,
      seed + _PSEUDO_STREAM,
      first_step * config.target_batch,
      accept=accept,
    )
    .map(example, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(config.target_batch, drop_remainder=True)
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
  most = min(count, records.PICTURES_PER_SHARD) - 1
  if config.target_held_out > most:
    raise InputError(
      f"--target_held_out={config.target_held_out}: {config.target_records} "
      f"has {count} training pictures. Hold out fewer, at most {most}."
    )
  return files, count - config.target_held_out


def _target_view(
  config: DataConfig, image: tf.Tensor, seed: tf.Tensor
) -> augment.View:
  return augment.random_view(
    tf.shape(image)[:2],
    seed,
    config.crop,
    config.target_scale_min,
    config.target_scale_max,
  )
