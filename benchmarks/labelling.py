r"""A labelling pass against a plain loop over `predict`.

python -m benchmarks.labelling --records=records/shtb --pictures=24

Between them stands a loop that shares what the masks have in common and is
traced once, as the pass is, but takes one picture at a time: what is left is
what batches, both cores' decoding and the cache are worth.
"""

import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks import inference, timing
from cdcc_tf.cli import app
from cdcc_tf.config import PseudoLabelConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records import record
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.rounds.labelling import label

FLAGS = flags.FLAGS


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  define = flags.DEFINE_integer
  flags.DEFINE_string(
    "records", None, "Records of real pictures.", flag_values=values
  )
  flags.DEFINE_string("split", "train", "Their split.", flag_values=values)
  define("pictures", 24, "Pictures to label.", 1, flag_values=values)
  define("rounds", 3, "Counted rounds.", 1, flag_values=values)
  flags.DEFINE_float(
    "channels", 1.0, "Multiplies the channels.", flag_values=values
  )
  flags.DEFINE_enum(
    "compute",
    "bfloat16",
    list(inference.PRECISIONS),
    "Precision of both sides.",
    flag_values=values,
  )


def plain_loop(counter: SFCN, members: list[bytes]) -> float:
  """Predicts every picture with every mask, one after the other, by Keras.

  Returns:
    The sum of the mean counts.
  """
  masks = tf.unstack(counter.masked_decoder[0].mask_values)
  total = 0.0
  for image in members:
    picture = decode_image(image)[tf.newaxis].numpy()
    counts = []
    for mask in masks:
      counter.masked_decoder[0].mask_values.assign(
        tf.repeat(mask[tf.newaxis], len(masks), axis=0)
      )
      counts.append(counter.predict(picture, verbose=0)["density"].sum())
    total += float(np.mean(counts))
  counter.masked_decoder[0].mask_values.assign(tf.stack(masks))
  return total


def shared_loop(counter: SFCN, members: list[bytes]) -> float:
  """Predicts every picture by itself, what masks share only once.

  Returns:
    The sum of the mean counts.
  """
  predict = tf.function(MaskEnsemble(counter), reduce_retracing=True)
  return sum(
    float(tf.reduce_sum(predict(decode_image(image)[tf.newaxis]).mean))
    for image in members
  )


def measure(
  folder: Path,
  split: str,
  pictures: int,
  rounds: int,
  channels: float = 1.0,
  precision: str = "bfloat16",
) -> list[str]:
  """Times all; returns a line each, pictures a second, and the ratios."""
  counter = inference.our_counter(precision, channels).model
  records = RecordDataset.open(folder)
  count = records.splits[split]
  held_out = count - min(pictures, count)
  files = [str(file) for file in records.files(split)]
  dataset = tf.data.TFRecordDataset(files)
  members = [
    record.parse(example, with_points=False)["image"].numpy()
    for example in dataset.skip(held_out)
  ]

  def labelling() -> float:
    with tempfile.TemporaryDirectory() as output:
      summary = label(
        counter,
        records,
        split,
        held_out,
        Path(output) / "cache",
        PseudoLabelConfig(),
      )
    return float(summary.people.sum())

  sides = {
    "labelling pass": labelling,
    "one at a time": lambda: shared_loop(counter, members),
    "loop over predict": lambda: plain_loop(counter, members),
  }
  seconds = timing.in_turns(sides, rounds)
  lines = [
    timing.row(
      name, values, f"{len(members) / np.median(values):.2f} pictures/s"
    )
    for name, values in seconds.items()
  ]
  own, *others = seconds.items()
  lines += [
    f"labelling is {timing.ratio(values, own[1]):.2f}x as fast as {name}"
    for name, values in others
  ]
  return lines


def main() -> None:
  """Measures and prints."""
  lines = measure(
    Path(FLAGS.records),
    FLAGS.split,
    FLAGS.pictures,
    FLAGS.rounds,
    FLAGS.channels,
    FLAGS.compute,
  )
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  app.require("records")
  app.run(main)
