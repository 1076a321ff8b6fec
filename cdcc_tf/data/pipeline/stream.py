"""Endless streams of records, any position of which can be reached directly.

Order and randomness are functions of (seed, position). A run that resumes at
step k therefore sees exactly what an uninterrupted run sees from step k on.
"""

import dataclasses
import enum
from collections.abc import Callable, Sequence
from pathlib import Path

import tensorflow as tf

# Serialised records, not pictures: 512 of them are 50 to 200 MB.
SHUFFLE_WINDOW = 512
_SHARDS_AT_ONCE = 8


class StreamNumber(enum.IntEnum):
  """Numbers of the streams, which make their orders and crops independent."""

  SOURCE = 1
  ORIENTATION = 2
  PSEUDO_LABELS = 3
  SOURCE_ORIENTATION = 4


@dataclasses.dataclass(frozen=True)
class Part:
  """One part of a stage's batches: which images make up step k, and how.

  Attributes:
    domain: `source` or `target`, to which the images belong.
    number: of the stream.
    seed: of the stage.
    files: shards.
    count: number of records that take part.
    per_step: number of images in a step.
    batched: makes batches of (position, serialised record).
    held_out: number of first records of the first shard to leave out.
    accept: returns whether a serialised record takes part; None accepts all.
  """

  domain: str
  number: StreamNumber
  seed: int
  files: Sequence[Path]
  count: int
  per_step: int
  batched: Callable[[tf.data.Dataset], tf.data.Dataset]
  held_out: int = 0
  accept: Callable[[tf.Tensor], tf.Tensor] | None = None

  def members(self, first_step: int) -> tf.data.Dataset:
    """Returns (position, serialised record) from a step on, endlessly."""
    return shuffled(
      self.files,
      self.count,
      self.seed + self.number,
      first_step * self.per_step,
      self.held_out,
      self.accept,
    )

  def batches(self, first_step: int) -> tf.data.Dataset:
    """Returns this part's batches from a step on, endlessly."""
    return self.batched(self.members(first_step))

  def ids(self, step: int) -> list[str]:
    """Returns the ids of the images in one step."""
    feature = {"id": tf.io.FixedLenFeature([], tf.string)}
    return [
      tf.io.parse_single_example(record, feature)["id"].numpy().decode()
      for _, record in self.members(step).take(self.per_step)
    ]


def shuffled(
  files: Sequence[Path],
  count: int,
  seed: int,
  first: int,
  held_out: int = 0,
  accept: Callable[[tf.Tensor], tf.Tensor] | None = None,
) -> tf.data.Dataset:
  """Repeats records forever, in a new order each epoch, from a position on.

  Shards are read in a new order and side by side; within windows of
  SHUFFLE_WINDOW records the order is random. `Dataset.shuffle` would not do:
  it depends on TensorFlow's global seed.

  Args:
    files: shards.
    count: number of records that take part.
    seed: of the orders.
    first: position in the endless stream at which to start.
    held_out: number of first records of the first shard to leave out.
    accept: returns whether a serialised record takes part; None accepts all.

  Returns:
    Dataset of (position int64, serialised record).
  """
  names = tf.constant([str(file) for file in files])
  skips = tf.constant([held_out] + [0] * (len(files) - 1), tf.int64)
  first_epoch, offset = divmod(first, count)

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

    members = shards.interleave(
      lambda name, skip: tf.data.TFRecordDataset(name).skip(skip),
      cycle_length=_SHARDS_AT_ONCE,
      num_parallel_calls=2,
      deterministic=True,
    )
    if accept is not None:
      members = members.filter(accept)
    return (
      members.batch(SHUFFLE_WINDOW).enumerate().map(shuffle_window).unbatch()
    )

  return (
    tf.data.Dataset.range(first_epoch, tf.int64.max)
    .flat_map(epoch)
    .skip(offset)
    .enumerate(start=first)
  )


def example_seeds(
  seed: int, stream: StreamNumber, position: tf.Tensor
) -> list[tf.Tensor]:
  """Returns independent stateless seeds of one example: view and colour."""
  base = tf.random.experimental.stateless_fold_in(
    tf.constant([seed, stream], tf.int64), position
  )
  return tf.unstack(tf.random.experimental.stateless_split(base, 2))
