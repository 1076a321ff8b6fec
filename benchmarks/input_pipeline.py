"""Pictures that the input pipeline delivers against those training consumes.

python -m benchmarks.input_pipeline --source_records=… --target_records=…
"""

import time

from absl import app, flags

from benchmarks.train_step import our_step
from cdcc_tf.config import DataConfig
from cdcc_tf.data import pipeline
from cdcc_tf.training.adaptation import CrossDomainModel

FLAGS = flags.FLAGS
flags.DEFINE_string("source_records", None, "Records of the source domain.")
flags.DEFINE_string("target_records", None, "Records of the target domain.")
flags.DEFINE_integer("batches", 40, "Batches to read.")
flags.DEFINE_integer("steps", 5, "Training steps to time.")
flags.mark_flags_as_required(["source_records", "target_records"])


def main(argv: list[str]) -> None:
  """Measures and prints."""
  del argv
  config = DataConfig(
    source_records=FLAGS.source_records,
    target_records=FLAGS.target_records,
    target_held_out=1,
  )
  # A target picture makes two examples: as it is and upside down.
  pictures = config.source_batch + config.target_batch // 2
  batches = iter(pipeline.training_batches(config, 0, 0, with_target=True))
  batch = next(batches)  # starts the threads and fills the windows
  start = time.perf_counter()
  for _ in range(FLAGS.batches):
    next(batches)
  delivered = FLAGS.batches * pictures / (time.perf_counter() - start)

  step, _ = our_step("auto", CrossDomainModel, batch)
  step()
  start = time.perf_counter()
  for _ in range(FLAGS.steps):
    step()
  consumed = FLAGS.steps * pictures / (time.perf_counter() - start)
  print(f"pipeline alone      {delivered:8.1f} pictures/s")
  print(f"training consumes   {consumed:8.1f} pictures/s")
  print(f"{delivered / consumed:.1f}x what training consumes")


if __name__ == "__main__":
  app.run(main)
