"""Stage 2's batches of the target, from pseudo-labels."""

from collections.abc import Callable

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline import augment
from cdcc_tf.data.pipeline.stream import Part, StreamNumber, example_seeds
from cdcc_tf.data.pseudo_labels import record
from cdcc_tf.data.pseudo_labels.cache import PseudoLabelSet


def pseudo_label_part(
  config: DataConfig, seed: int, labels: PseudoLabelSet
) -> Part:
  """Returns the target's part of a round's batches.

  Returns:
    Batches of `image`, float32 [batch, crop, crop, 3] in [0, 255], `density`,
    the pseudo-label in people per cell, from kept cells alone, and
    `confidence` in [0, 1], the share of kept ones, both float32
    [batch, crop/8, crop/8, 1].
  """

  def example(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = example_seeds(
      seed, StreamNumber.PSEUDO_LABELS, position
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
    # A crop's cell covers several stored cells, and rejected ones must not
    # teach: the kept ones stand for the whole cell, weighted by their share, so
    # that the weighted sum is that of the kept people.
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

  def batched(members: tf.data.Dataset) -> tf.data.Dataset:
    crops = members.map(example, num_parallel_calls=tf.data.AUTOTUNE)
    return crops.batch(config.target_batch, drop_remainder=True)

  return Part(
    "target",
    StreamNumber.PSEUDO_LABELS,
    seed,
    labels.files,
    len(labels.accepted),
    config.target_batch,
    batched,
    accept=_accepting(labels),
  )


def _accepting(
  labels: PseudoLabelSet,
) -> Callable[[tf.Tensor], tf.Tensor] | None:
  if len(labels.accepted) == labels.images:
    return None
  accepted = tf.lookup.StaticHashTable(
    tf.lookup.KeyValueTensorInitializer(
      tf.constant(list(labels.accepted)), tf.ones(len(labels.accepted))
    ),
    default_value=0.0,
  )
  return lambda serialized: accepted.lookup(record.parse(serialized)["id"]) > 0
