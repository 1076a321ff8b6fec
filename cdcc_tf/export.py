"""Exports a trained counter as a SavedModel.

  python -m cdcc_tf.export --run=runs/unity2shtb --output=exported/

Any program with TensorFlow can then count:

  model = tf.saved_model.load("exported/")
  served = model.serve(pictures)         # uint8 RGB [batch, height, width, 3]
  served["count"], served["low_90"], served["high_90"], served["familiar"], …
"""

from pathlib import Path

from absl import flags

from cdcc_tf.cli import app, counter_flags
from cdcc_tf.output_folder import OutputFolder
from cdcc_tf.runs.folder import RunFolder

FLAGS = flags.FLAGS

counter_flags.define(
  "whose counter to export",
  "float32",
  " A bfloat16 graph is slow on other processors.",
)
counter_flags.define_fast()
flags.DEFINE_string("output", None, "New folder for the SavedModel.")


def main() -> None:
  """Exports and says how to use it."""
  output = OutputFolder(FLAGS.output)
  output.refuse_filled()
  RunFolder(Path(FLAGS.run)).model(FLAGS.which)
  # Here, because the above is to be refused before TensorFlow is imported.
  from cdcc_tf.inference.counter import CrowdCounter
  from cdcc_tf.inference.exports import saved_model

  counter = CrowdCounter.from_run(
    FLAGS.run, FLAGS.which, FLAGS.precision, FLAGS.fast
  )
  saved_model.export(counter, output.path)
  print(f"SavedModel, {counter.precision}: {FLAGS.output}")


def cli() -> None:
  """Entry point of `cdcc-export`."""
  app.require("run", "output")
  app.run(main)


if __name__ == "__main__":
  cli()
