"""Counts people in a picture or a folder of pictures.

python -m cdcc_tf.predict --run=runs/unity2shtb --input=photo.jpg --output=out/
"""

from pathlib import Path

from absl import flags

from cdcc_tf import command_line
from cdcc_tf.errors import InputError

FLAGS = flags.FLAGS

flags.DEFINE_string("run", None, "Folder of the run whose counter to use.")
flags.DEFINE_string("input", None, "A picture, or a folder of pictures.")
flags.DEFINE_string(
  "output", None, "Folder for counts.csv and a density overlay of each picture."
)
flags.DEFINE_enum(
  "which",
  "best",
  ["best", "last"],
  "The counter that was best on the source's validation split, or the last.",
)
flags.DEFINE_enum(
  "precision", "auto", ["auto", "float32", "bfloat16"], "Compute precision."
)


def main() -> None:
  """Predicts, prints a line a picture, fails if none could be read."""
  from cdcc_tf.inference import pictures
  from cdcc_tf.inference.counter import CrowdCounter

  paths = pictures.find_pictures(Path(FLAGS.input))
  counter = CrowdCounter.from_run(FLAGS.run, FLAGS.which, FLAGS.precision)
  counts, problems = pictures.count_pictures(counter, paths, Path(FLAGS.output))
  for path, count in counts:
    print(f"{count:10.1f}  {path}")
  if problems:
    raise InputError(
      f"{len(problems)} of {len(paths)} pictures could not be counted: "
      + " ".join(problems)
    )
  print(f"Overlays and counts.csv: {FLAGS.output}")


def cli() -> None:
  """Entry point of `cdcc-predict`."""
  command_line.require("run", "input", "output")
  command_line.run(main)


if __name__ == "__main__":
  cli()
