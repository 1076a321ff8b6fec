"""Exports a trained counter as a SavedModel.

python -m cdcc_tf.export --run=runs/unity2shtb --output=exported/

Any program with TensorFlow can then count:

  model = tf.saved_model.load("exported/")
  model.serve(pictures)["count"]         # uint8 RGB [batch, height, width, 3]
"""

from absl import flags

from cdcc_tf import command_line

FLAGS = flags.FLAGS

flags.DEFINE_string("run", None, "Folder of the run whose counter to export.")
flags.DEFINE_string("output", None, "New folder for the SavedModel.")
flags.DEFINE_enum(
  "which",
  "best",
  ["best", "last"],
  "The counter that was best on the source's validation split, or the last.",
)
flags.DEFINE_enum(
  "precision",
  "auto",
  ["auto", "float32", "bfloat16"],
  "Compute precision of the exported model; auto suits this machine, float32 "
  "every machine.",
)


def main() -> None:
  """Exports and says how to use it."""
  from cdcc_tf.inference import serving
  from cdcc_tf.inference.counter import CrowdCounter

  counter = CrowdCounter.from_run(FLAGS.run, FLAGS.which, FLAGS.precision)
  serving.export(counter.model, FLAGS.output)
  print(f"SavedModel: {FLAGS.output}")


def cli() -> None:
  """Entry point of `cdcc-export`."""
  command_line.require("run", "output")
  command_line.run(main)


if __name__ == "__main__":
  cli()
