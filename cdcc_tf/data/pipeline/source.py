"""Labelled batches of the source domain."""

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.density import STRIDE, density_map
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline import augment, stream
from cdcc_tf.data.pipeline.clutter import random_clutter
from cdcc_tf.data.records import dataset, record
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.regions import decode_region

_SOURCE_STREAM = 1  # others' are 2 to 4


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
    dataset.require_sigmas(
      [RecordDataset.open(folder) for folder in config.source_folders]
    )

  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = stream.example_seeds(
      seed, _SOURCE_STREAM, position
    )
    fields = record.parse(serialized)
    image = decode_image(fields["image"])
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
  datasets = [RecordDataset.open(folder) for folder in config.source_folders]
  files, count = dataset.labelled_files(datasets, "train")
  first = first_step * config.source_batch
  return stream.shuffled(files, count, seed + _SOURCE_STREAM, first)
