r"""Measures a trained counter on labelled records.

python -m cdcc_tf.evaluate --run=runs/unity2shtb --records=records/shtb \
      --split=dev
"""

from pathlib import Path

from absl import flags

from cdcc_tf import command_line, config

FLAGS = flags.FLAGS

flags.DEFINE_string("run", None, "Folder of the run whose counter to measure.")
flags.DEFINE_string("records", None, "Labelled records to measure on.")
flags.DEFINE_string("split", "test", "Split of the records.")
flags.DEFINE_enum(
  "which",
  "best",
  ["best", "last"],
  "The counter that was best on the source's validation split, or the last.",
)
flags.DEFINE_enum(
  "precision", "auto", ["auto", "float32", "bfloat16"], "Compute precision."
)
flags.DEFINE_string(
  "output", None, "Folder for the results; by default inside the run."
)
flags.DEFINE_integer("panels", 3, "Prediction panels to draw.", lower_bound=0)


def main() -> None:
  """Evaluates and prints a table."""
  from cdcc_tf.inference.counter import CrowdCounter
  from cdcc_tf.training import evaluation

  records = Path(FLAGS.records)
  name = f"{records.resolve().name}_{FLAGS.split}_{FLAGS.which}"
  output = Path(FLAGS.output or Path(FLAGS.run) / "evaluation" / name)
  figures = evaluation.evaluate(
    CrowdCounter.from_run(FLAGS.run, FLAGS.which, FLAGS.precision),
    records,
    FLAGS.split,
    output,
    config.load(FLAGS.run).data.sigma,
    FLAGS.panels,
  )
  print(evaluation.table(figures))
  print(f"Per picture, as JSON, and panels: {output}")


def cli() -> None:
  """Entry point of `cdcc-evaluate`."""
  command_line.require("run", "records")
  command_line.run(main)


if __name__ == "__main__":
  cli()
