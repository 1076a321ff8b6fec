"""Pictures that the input pipeline delivers against those training consumes.

python -m benchmarks.input_pipeline --source_records=… --target_records=…
"""

import time
from collections.abc import Callable

import keras
from absl import flags

from benchmarks.train_step import our_step
from cdcc_tf import command_line
from cdcc_tf.config import DataConfig
from cdcc_tf.data import pipeline

FLAGS = flags.FLAGS


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  for domain in ("source", "target"):
    flags.DEFINE_string(
      f"{domain}_records",
      None,
      f"Records of the {domain} domain.",
      flag_values=values,
    )
  define = flags.DEFINE_integer
  define("batches", 40, "Batches to read.", 1, flag_values=values)
  define("steps", 5, "Training steps to time.", 1, flag_values=values)
  define("crop", 256, "Side of a crop; multiple of 8.", 8, flag_values=values)
  flags.DEFINE_float(
    "channels", 1.0, "Multiplies the channels.", flag_values=values
  )


def measure(
  config: DataConfig, batches: int, steps: int, channels: float = 1.0
) -> list[str]:
  """Times both; returns a line each and the ratio."""
  # A target picture makes two examples: as it is and upside down.
  pictures = config.source_batch + config.target_batch // 2
  stream = iter(pipeline.stage1_batches(config, 0, 0, with_target=True))
  first = next(stream)  # starts the threads and fills the windows
  delivered = pictures * _rate(lambda: next(stream), batches)
  batch = keras.tree.map_structure(lambda tensor: tensor.numpy(), first)
  step, _ = our_step("auto", batch, channels)
  step()
  consumed = pictures * _rate(step, steps)
  return [
    f"pipeline alone      {delivered:8.1f} pictures/s",
    f"training consumes   {consumed:8.1f} pictures/s",
    f"{delivered / consumed:.1f}x what training consumes",
  ]


def _rate(work: Callable[[], object], times: int) -> float:
  """Returns calls per second."""
  start = time.perf_counter()
  for _ in range(times):
    work()
  return times / (time.perf_counter() - start)


def main() -> None:
  """Measures and prints."""
  config = DataConfig(
    source_records=FLAGS.source_records,
    target_records=FLAGS.target_records,
    target_held_out=1,
    crop=FLAGS.crop,
  )
  print("\n".join(measure(config, FLAGS.batches, FLAGS.steps, FLAGS.channels)))


if __name__ == "__main__":
  define_flags()
  command_line.require("source_records", "target_records")
  command_line.run(main)
