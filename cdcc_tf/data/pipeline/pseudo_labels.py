"""Stage 2's batches of the target, from a cache of pseudo-labels."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline import augment, stream
from cdcc_tf.data.pseudo_labels import record

_PSEUDO_STREAM = 3  # others are 1, 2 and 4


@dataclasses.dataclass(frozen=True)
class PseudoLabels:
  """A cache of pseudo-labels, as batches are drawn from it.

  Attributes:
    files: its shards.
    pictures: number of pictures in them.
    accepted: ids of those that are not left out.
  """

  files: Sequence[Path]
  pictures: int
  accepted: Sequence[str]


def pseudo_label_batches(
  config: DataConfig,
  seed: int,
  first_step: int,
  labels: PseudoLabels,
) -> tf.data.Dataset:
  """Returns stage 2's batches of the target from a cache of pseudo-labels.

  Args:
    config: the experiment's data options.
    seed: of order and augmentation.
    first_step: of the stage, at which to start.
    labels: the cache.

  Returns:
    Dataset of `image`, float32 [batch, crop, crop, 3] in [0, 255], `density`,
    the pseudo-label in people per cell, from kept cells alone, and
    `confidence` in [0, 1], the share of kept ones, both float32
    [batch, crop/8, crop/8, 1].
  """

  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = stream.example_seeds(
      seed, _PSEUDO_STREAM, position
    )
    fields = record.parse(serialized)
    image = decode_image(fields["image"])
    view = augment.random_view(
      tf.shape(image)[:2],
      view_seed,
      config.crop,
      config.target_scale_min,
      config.target_scale_max,
    )
    height, width = tf.unstack(fields["size"])
    # A crop's cell lies over several of the cache's, and rejected ones must not
    # teach: what is kept of it speaks for all of it, with the weight of its
    # share, so that the weighted sum is that of the people kept.
    mask = fields["confidence"]
    area = view.maps(tf.ones_like(mask), height, width)
    kept = view.maps(mask, height, width)
    people = view.maps(fields["density"] * mask, height, width)
    density = tf.math.divide_no_nan(people * area, kept)
    confidence = kept / area
    return {
      "image": augment.random_colour(
        view.picture(image), colour_seed, config.colour_strength
      ),
      "density": density,
      "confidence": confidence,
    }

  return (
    pseudo_label_members(config, seed, first_step, labels)
    .map(example, num_parallel_calls=tf.data.AUTOTUNE)
    .batch(config.target_batch, drop_remainder=True)
  )


def pseudo_label_members(
  config: DataConfig, seed: int, first_step: int, labels: PseudoLabels
) -> tf.data.Dataset:
  """Returns what `pseudo_label_batches` is made of, as `source_members`."""
  accept = None
  if len(labels.accepted) < labels.pictures:
    accepted = tf.lookup.StaticHashTable(
      tf.lookup.KeyValueTensorInitializer(
        tf.constant(list(labels.accepted)), tf.ones(len(labels.accepted))
      ),
      default_value=0.0,
    )

    def accept(serialized: tf.Tensor) -> tf.Tensor:
      return accepted.lookup(record.parse(serialized)["id"]) > 0

  return stream.shuffled(
    list(labels.files),
    len(labels.accepted),
    seed + _PSEUDO_STREAM,
    first_step * config.target_batch,
    accept=accept,
  )
