r"""Pictures that the input pipeline delivers against those training consumes.

  python -m benchmarks.input_pipeline --flagfile=experiments/unity2shtb.flags \
      --source_records=… --target_records=…

Pictures are drawn, and steps taken, as the experiment's options say.
"""

import time
from collections.abc import Callable

import keras
from absl import flags

from benchmarks.train_step import our_step
from cdcc_tf.cli import app
from cdcc_tf.config import ExperimentConfig, experiment_flags
from cdcc_tf.data.pipeline import joint
from cdcc_tf.data.pipeline.domains import Domains

FLAGS = flags.FLAGS


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied, beside every option of an experiment."""
  experiment_flags.define_flags(values)
  define = flags.DEFINE_integer
  define("batches", 40, "Batches to read.", 1, flag_values=values)
  define("steps", 5, "Training steps to time.", 1, flag_values=values)


def measure(
  experiment: ExperimentConfig, batches: int, steps: int
) -> list[str]:
  """Times both; returns a line each and the ratio."""
  data = experiment.data
  # A target picture makes two examples: as it is and upside down.
  pairs = (data.target_batch + data.orientation_source) // 2
  pictures = data.source_batch + pairs
  stage = joint.stage1_stream(data, Domains.open(data), 0, with_target=True)
  stream = iter(stage.batches(0))
  first = next(stream)  # starts the threads and fills the windows
  delivered = pictures * _rate(lambda: next(stream), batches)
  batch = keras.tree.map_structure(lambda tensor: tensor.numpy(), first)
  step, _ = our_step(experiment, batch)
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
  print(
    "\n".join(
      measure(experiment_flags.from_flags(), FLAGS.batches, FLAGS.steps)
    )
  )


if __name__ == "__main__":
  define_flags()
  app.require("source_records", "target_records")
  app.run(main)
