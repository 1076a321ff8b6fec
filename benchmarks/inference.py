"""Counting one picture against the same network in PyTorch.

python -m benchmarks.inference
"""

import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks import timing, torch_side
from cdcc_tf.cli import app
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.models.precision import scope
from cdcc_tf.models.sfcn import SFCN

FLAGS = flags.FLAGS
PRECISIONS = ("float32", "bfloat16")


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  define = flags.DEFINE_integer
  define("rounds", 5, "Counted rounds.", 1, flag_values=values)
  define("height", 768, "Picture height in pixels.", 1, flag_values=values)
  define("width", 1024, "Picture width in pixels.", 1, flag_values=values)
  flags.DEFINE_float(
    "channels", 1.0, "Multiplies the channels.", flag_values=values
  )
  flags.DEFINE_bool(
    "torch",
    True,
    "Measure PyTorch too (extra `benchmark`).",
    flag_values=values,
  )


def our_counter(
  precision: str, channels: float, fast: bool = True
) -> CrowdCounter:
  """Returns a counter with random weights."""
  with scope(precision):
    model = SFCN(channels)
    model(tf.zeros((1, 64, 64, 3)))
  return CrowdCounter(model, fast=fast)


def measure(
  height: int,
  width: int,
  rounds: int,
  channels: float = 1.0,
  torch: bool = True,
) -> list[str]:
  """Times one picture in each; returns a line each, and ratios."""
  random = np.random.default_rng(0)
  image = random.integers(0, 256, (height, width, 3), np.uint8)
  ours = {
    f"ours, {what}, {name}": our_counter(name, channels, what == "one pass")
    for what in ("one pass", "every mask")
    for name in PRECISIONS
  }
  sides: dict[str, Callable[[], object]] = {
    name: functools.partial(counter.count, image)
    for name, counter in ours.items()
  }
  if torch:
    network = torch_side.load()
    (model, *_) = (counter.model for counter in ours.values())
    masks = model.masked_decoder[0].mask_values.numpy()
    sides |= {
      f"PyTorch, {name}": network.counter(masks, channels, image, name)
      for name in PRECISIONS
    }
  seconds = timing.in_turns(sides, rounds)
  lines = [timing.row(name, values) for name, values in seconds.items()]
  if torch:
    for name in ours:
      for other in PRECISIONS:
        against = timing.ratio(seconds[name], seconds[f"PyTorch, {other}"])
        lines.append(f"{name} / PyTorch, {other}: {against:.2f}")
  return lines


def main() -> None:
  """Measures and prints."""
  lines = measure(
    FLAGS.height, FLAGS.width, FLAGS.rounds, FLAGS.channels, FLAGS.torch
  )
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  app.run(main)
