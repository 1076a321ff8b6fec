"""Stage 1's unlabelled batches: which way is up?"""

from pathlib import Path

import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline import augment, stream
from cdcc_tf.data.records import dataset, record, shards
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError

# The source's density batches and the pseudo-labels are 1 and 3.
_TARGET_STREAM, _SOURCE_STREAM = 2, 4


def orientation_batches(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  """Returns stage 1's unlabelled batches; points are not read.

  The target's crops come first, then those of the source, if
  `orientation_source` asks for any.

  Returns:
    Dataset of `image`, float32 [batch, crop, crop, 3] in [0, 255], and
    `orientation`, int32 [batch]: 0 upright, 1 upside down.

  Raises:
    InputError: no such records, damaged ones, or too few to hold some out.
  """
  target = _both_ways(
    config,
    target_members(config, seed, first_step),
    (seed, _TARGET_STREAM),
    (config.target_scale_min, config.target_scale_max),
  ).batch(config.target_batch, drop_remainder=True)
  if not config.orientation_source:
    return target
  source = _both_ways(
    config,
    source_members(config, seed, first_step),
    (seed, _SOURCE_STREAM),
    (config.scale_min, config.scale_max),
  ).batch(config.orientation_source, drop_remainder=True)
  return tf.data.Dataset.zip(target, source).map(
    lambda one, other: {
      name: tf.concat([one[name], other[name]], axis=0) for name in one
    }
  )


def target_members(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  """Returns the target's part of it: (position, serialised record)."""
  files, count = open_target(config)
  return stream.shuffled(
    files,
    count,
    seed + _TARGET_STREAM,
    first_step * config.target_batch // 2,
    config.target_held_out,
  )


def source_members(
  config: DataConfig, seed: int, first_step: int
) -> tf.data.Dataset:
  """Returns the source's part of it: (position, serialised record)."""
  datasets = [RecordDataset.open(folder) for folder in config.source_folders]
  files, count = dataset.labelled_files(datasets, "train")
  first = first_step * config.orientation_source // 2
  return stream.shuffled(files, count, seed + _SOURCE_STREAM, first)


def open_target(config: DataConfig) -> tuple[list[Path], int]:
  """Opens the target's training pictures.

  Returns:
    The shards, and how many pictures are left when those held out are not
    counted: the first ones of the first shard.

  Raises:
    InputError: no such records, damaged ones, or too few to hold some out.
  """
  target = RecordDataset.open(config.target_records)
  files, count = target.files("train"), target.splits["train"]
  if count < 2:
    raise InputError(
      f"{config.target_records}: has one training picture, and at least two "
      "are needed: one to learn from, one to hold out. Convert more pictures "
      "of the target."
    )
  most = min(count, shards.IMAGES_PER_SHARD) - 1
  if config.target_held_out > most:
    raise InputError(
      f"--target_held_out={config.target_held_out}: {config.target_records} "
      f"has {count} training pictures. Hold out fewer, at most {most}."
    )
  return files, count - config.target_held_out


def _both_ways(
  config: DataConfig,
  members: tf.data.Dataset,
  key: tuple[int, int],
  scales: tuple[float, float],
) -> tf.data.Dataset:
  """Makes two examples of every picture: as it is, and upside down."""

  def examples(
    position: tf.Tensor, serialized: tf.Tensor
  ) -> dict[str, tf.Tensor]:
    view_seed, colour_seed = stream.example_seeds(*key, position)
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

  return members.map(examples, num_parallel_calls=tf.data.AUTOTUNE).unbatch()
