"""Labelled batches of the source domain."""

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.density import STRIDE, density_map
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline import augment
from cdcc_tf.data.pipeline.clutter import random_clutter
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.pipeline.stream import Part, StreamNumber, example_seeds
from cdcc_tf.data.records import record
from cdcc_tf.data.regions import decode_region


def source_part(config: DataConfig, domains: Domains, seed: int) -> Part:
  """Returns the labelled part of a stage's batches.

  Returns:
    Batches of `image`, float32 [batch, crop, crop, 3] in [0, 255], `density`,
    float32 [batch, crop/8, crop/8, 1] in people per cell, and `roi`, of the
    same shape: the share of each cell in which people count.

  Raises:
    InputError: records are missing, damaged or unlabelled, or lack the
      standard deviations that `adaptive_sigma` asks for.
  """
  if config.adaptive_sigma:
    domains.require_sigmas()

  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = example_seeds(seed, StreamNumber.SOURCE, position)
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

  def batched(members: tf.data.Dataset) -> tf.data.Dataset:
    crops = members.map(example, num_parallel_calls=tf.data.AUTOTUNE)
    return crops.batch(config.source_batch, drop_remainder=True)

  return Part(
    "source",
    StreamNumber.SOURCE,
    seed,
    *domains.source_files("train"),
    config.source_batch,
    batched,
  )
