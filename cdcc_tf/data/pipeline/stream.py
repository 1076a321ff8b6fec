"""Endless streams of records whose every position can be reached directly.

Order and randomness are functions of (seed, position). A run that resumes at
step k so sees exactly what an undisturbed run sees from step k on.
"""

from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

# Serialised records, not pictures: 512 of them are 50 to 200 MB.
SHUFFLE_WINDOW = 512
_SHARDS_AT_ONCE = 8


def shuffled(
  files: list[Path],
  count: int,
  seed: int,
  first: int,
  held_out: int = 0,
  accept: Callable[[tf.Tensor], tf.Tensor] | None = None,
) -> tf.data.Dataset:
  """Repeats records for ever, in a new order each epoch, from a position on.

  Shards are read in a new order and side by side; within windows of
  SHUFFLE_WINDOW records the order is random. `Dataset.shuffle` would not do:
  it hangs on TensorFlow's global seed.

  Args:
    files: shards.
    count: number of records that take part.
    seed: of the orders.
    first: position in the endless stream at which to start.
    held_out: so many first records of the first shard take no part.
    accept: tells of a serialised record whether it takes part; all, if None.

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
  seed: int, stream: int, position: tf.Tensor
) -> list[tf.Tensor]:
  """Returns independent stateless seeds of one example: view and colour."""
  base = tf.random.experimental.stateless_fold_in(
    tf.constant([seed, stream], tf.int64), position
  )
  return tf.unstack(tf.random.experimental.stateless_split(base, 2))


def ids_of(members: tf.data.Dataset, count: int) -> list[str]:
  """Returns the ids of the first pictures that a stream is made of."""
  serialized = [each.numpy() for _, each in members.take(count)]
  return [
    tf.io.parse_single_example(
      each, {"id": tf.io.FixedLenFeature([], tf.string)}
    )["id"]
    .numpy()
    .decode()
    for each in serialized
  ]
