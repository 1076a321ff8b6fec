"""Validation images of both domains: whole or centre crops, not augmented."""

from collections.abc import Callable

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.density import density_map
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline.augment import both_ways
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.records import dataset, record
from cdcc_tf.data.regions import cell_shares, decode_region


def source_validation(config: DataConfig, domains: Domains) -> tf.data.Dataset:
  """Returns the source's `val` split, labelled, for choosing checkpoints.

  Returns:
    Dataset of `{"source": {"image", "density", "roi"}}`, one picture a batch,
    cut to at most `validation_crop` pixels a side about its centre.

  Raises:
    InputError: no such records or split, damaged ones, or unlabelled pictures.
  """
  files, count = domains.source_files("val")
  side = config.validation_crop

  def example(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
    fields = record.parse(serialized)
    whole = decode_image(fields["image"])
    height, width = tf.unstack(tf.shape(whole)[:2])
    image, corner = _centre_crop(whole, side)
    region, _ = _centre_crop(decode_region(fields["roi"], height, width), side)
    shape = tf.shape(image)
    density = density_map(
      fields["points"] - corner,
      shape[0],
      shape[1],
      fields["sigmas"] if config.adaptive_sigma else config.sigma,
    )
    return {
      "image": tf.cast(image, tf.float32),
      "density": density,
      "roi": cell_shares(region),
    }

  return (
    dataset.read_in_parallel(files)
    .take(config.validation_images)
    .map(example, num_parallel_calls=2)
    .batch(1)
    .map(lambda batch: {"source": batch})
    .apply(_of_length(min(count, config.validation_images)))
  )


def target_validation(config: DataConfig, domains: Domains) -> tf.data.Dataset:
  """Returns held-out target images, each upright and upside down.

  Returns:
    Dataset of `{"target": {"image", "orientation"}}`, a batch of two for
    each image. Points are not read.

  Raises:
    InputError: a shard is damaged, or there are too few images to hold some
      out.
  """
  files, _ = domains.target_files(config.target_held_out)

  def example(serialized: tf.Tensor) -> dict[str, tf.Tensor]:
    fields = record.parse(serialized, with_points=False)
    image, _ = _centre_crop(
      decode_image(fields["image"]), config.validation_crop
    )
    return both_ways(tf.cast(image, tf.float32))

  return (
    dataset.read_in_parallel(files[:1])
    .take(config.target_held_out)
    .map(example, num_parallel_calls=2)
    .map(lambda batch: {"target": batch})
    .apply(_of_length(config.target_held_out))
  )


def _of_length(count: int) -> Callable[[tf.data.Dataset], tf.data.Dataset]:
  """Tells a dataset its length, which shards do not know; Keras asks."""
  return tf.data.experimental.assert_cardinality(count)


def _centre_crop(image: tf.Tensor, side: int) -> tuple[tf.Tensor, tf.Tensor]:
  """Cuts at most side x side pixels about the centre; adds their corner."""
  size = tf.shape(image)[:2]
  kept = tf.minimum(size, side)
  top, left = tf.unstack((size - kept) // 2)
  cut = image[top : top + kept[0], left : left + kept[1]]
  return cut, tf.cast(tf.stack([left, top]), tf.float32)
