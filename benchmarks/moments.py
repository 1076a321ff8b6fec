"""The moments over the masks against one pass, and against naive passes.

python -m benchmarks.moments
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks import inference, timing
from cdcc_tf.cli import app
from cdcc_tf.models.layers import Masksembles2D
from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.models.sfcn import SFCN

FLAGS = flags.FLAGS


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  define = flags.DEFINE_integer
  define("rounds", 5, "Counted rounds.", 1, flag_values=values)
  define("height", 768, "Picture height in pixels.", 1, flag_values=values)
  define("width", 1024, "Picture width in pixels.", 1, flag_values=values)
  flags.DEFINE_float(
    "channels", 1.0, "Multiplies the channels.", flag_values=values
  )


def naive_counts(counter: SFCN) -> Callable[[tf.Tensor], tf.Tensor]:
  """Returns a function that runs all of the network once for every mask."""
  masksembles = counter.masked_decoder[0]
  assert isinstance(masksembles, Masksembles2D)

  def one(images: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    features = counter.shared_decoder(counter.encoder(images))
    features *= tf.cast(mask, features.dtype)
    for layer in counter.masked_decoder[1:]:
      features = layer(features)
    return tf.reduce_sum(counter.head(features)["density"], axis=(1, 2, 3))

  @tf.function
  def counts(images: tf.Tensor) -> tf.Tensor:
    masks = tf.unstack(masksembles.mask_values)
    return tf.stack([one(images, mask) for mask in masks], axis=1)

  return counts


def measure(
  height: int, width: int, rounds: int, channels: float = 1.0
) -> list[str]:
  """Times one picture in each; returns a line each, and ratios."""
  random = np.random.default_rng(0)
  image = tf.constant(random.integers(0, 256, (1, height, width, 3)), tf.uint8)
  lines = []
  for precision in inference.PRECISIONS:
    model = inference.our_counter(precision, channels).model
    runs = {
      "one pass": tf.function(model),
      "moments": tf.function(MaskEnsemble(model)),
      "a pass for every mask": naive_counts(model),
    }
    seconds = timing.in_turns(
      {name: timing.finished(run, image) for name, run in runs.items()}, rounds
    )
    lines += [
      timing.row(f"{name}, {precision}", values)
      for name, values in seconds.items()
    ]
    against = timing.ratio(seconds["moments"], seconds["one pass"])
    lines.append(f"moments / one pass, {precision}: {against:.2f}")
    naive = runs["a pass for every mask"](image)
    difference = np.abs(runs["moments"](image).counts - naive).max()
    share = float(difference / np.abs(naive).max())
    lines.append(f"counts differ from naive ones by {share:.1e} of them")
  return lines


def main() -> None:
  """Measures and prints."""
  print(
    "\n".join(measure(FLAGS.height, FLAGS.width, FLAGS.rounds, FLAGS.channels))
  )


if __name__ == "__main__":
  define_flags()
  app.run(main)
