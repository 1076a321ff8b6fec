"""Stage 1's unlabelled batches: which way is up?"""

from collections.abc import Callable

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline import augment
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.pipeline.stream import Part, StreamNumber, example_seeds
from cdcc_tf.data.records import record


def orientation_parts(
  config: DataConfig, domains: Domains, seed: int
) -> list[Part]:
  """Returns the unlabelled parts of stage 1's batches; points are not read.

  The target's crops come first, then those of the source, if
  `orientation_source` asks for any.

  Returns:
    Batches of `image`, float32 [batch, crop, crop, 3] in [0, 255], and
    `orientation`, int32 [batch]: 0 upright, 1 upside down.

  Raises:
    InputError: records are missing or damaged, or the target has too few
      images to hold some out.
  """
  target = Part(
    "target",
    StreamNumber.ORIENTATION,
    seed,
    *domains.target_files(config.target_held_out),
    config.target_batch // 2,
    _both_ways(
      config,
      (seed, StreamNumber.ORIENTATION),
      (config.target_scale_min, config.target_scale_max),
      config.target_batch,
    ),
    held_out=config.target_held_out,
  )
  if not config.orientation_source:
    return [target]
  source = Part(
    "source",
    StreamNumber.SOURCE_ORIENTATION,
    seed,
    *domains.source_files("train"),
    config.orientation_source // 2,
    _both_ways(
      config,
      (seed, StreamNumber.SOURCE_ORIENTATION),
      (config.scale_min, config.scale_max),
      config.orientation_source,
    ),
  )
  return [target, source]


def _both_ways(
  config: DataConfig,
  key: tuple[int, StreamNumber],
  scales: tuple[float, float],
  batch: int,
) -> Callable[[tf.data.Dataset], tf.data.Dataset]:
  """Makes two examples of every image: as it is, and upside down."""

  def examples(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = example_seeds(*key, position)
    fields = record.parse(serialized, with_points=False)
    image = decode_image(fields["image"])
    view = augment.random_view(
      tf.shape(image)[:2], view_seed, config.crop, *scales
    )
    return augment.both_ways(
      augment.random_colour(
        view.picture(image), colour_seed, config.colour_strength
      )
    )

  def batched(members: tf.data.Dataset) -> tf.data.Dataset:
    pairs = members.map(examples, num_parallel_calls=tf.data.AUTOTUNE)
    return pairs.unbatch().batch(batch, drop_remainder=True)

  return batched
