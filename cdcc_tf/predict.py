"""Counts people in a picture or a folder of pictures.

  python -m cdcc_tf.predict --run=runs/mine --input=photo.jpg --output=out/

Prints a count for each, with the interval that holds the truth in 90 of 100
pictures like the source's, and UNFAMILIAR where a picture is unlike those the
counter was adapted to: do not rely on such a count. Writes counts.csv, and an
overlay of the density and one of its uncertainty for each picture. In
counts.csv the standard deviation of a count, uncalibrated, lies between
deviation_low (cells err independently) and deviation_high (all err together).
"""

import sys
from pathlib import Path

from absl import flags

from cdcc_tf.cli import app, counter_flags
from cdcc_tf.data import image_sizes
from cdcc_tf.errors import InputError
from cdcc_tf.runs.folder import RunFolder

FLAGS = flags.FLAGS

counter_flags.define("whose counter to use")
counter_flags.define_fast()
flags.DEFINE_string(
  "input",
  None,
  "A picture, or a folder of pictures; hidden files and overlays of an earlier "
  "call are left out.",
)
flags.DEFINE_string(
  "output",
  None,
  "Folder for counts.csv and the overlays of each picture. Those of an earlier "
  "call are replaced, other files never.",
)
flags.DEFINE_bool(
  "maps",
  False,
  "Also write <name>_maps.npz with arrays 'density' and 'deviation', people "
  "per cell of 8 x 8 pixels; the density's sum is the count.",
)
flags.DEFINE_string(
  "roi",
  None,
  "Region of interest: a picture of the same size as the others, white where "
  "people count and black elsewhere, e.g. to leave out a screen or a street. "
  "Of greys, the brighter half counts as white.",
)
flags.DEFINE_integer(
  "max_side",
  None,
  "Shrink pictures that have more pixels than this along a side before they "
  "are counted. A counter counts best where heads are as large as in the "
  "pictures it was trained on: give what data_tools.convert --max_side was "
  "given for those. In phone pictures of 12 megapixels, 4000 pixels wide, "
  "they are often larger than that, and counting takes some GiB of memory. "
  "Overlays, maps, and height and width in counts.csv are then of the shrunk "
  "size; --roi has the size of the files and is shrunk with them. Default: "
  "pictures stay as they are.",
)


def main() -> None:
  """Predicts, prints a line a picture, fails if one could not be read."""
  # Here, because --help needs none of it.
  from cdcc_tf.inference import image_input, prediction_files

  image_sizes.check_max_side(FLAGS.max_side)
  output = Path(FLAGS.output)
  paths = image_input.find_images(Path(FLAGS.input))
  region = None
  if FLAGS.roi:
    region = image_input.read_region(Path(FLAGS.roi), FLAGS.max_side)
  prediction_files.names_for(paths, output, FLAGS.maps)
  RunFolder(Path(FLAGS.run)).model(FLAGS.which)
  # Here, because the above is to be refused before TensorFlow is imported.
  from cdcc_tf.inference import predict_images
  from cdcc_tf.inference.counter import CrowdCounter

  counts, problems = predict_images.count_images(
    CrowdCounter.from_run(FLAGS.run, FLAGS.which, FLAGS.precision, FLAGS.fast),
    paths,
    output,
    FLAGS.maps,
    region,
    FLAGS.max_side,
  )
  for path, prediction in counts:
    print(f"{path}: {prediction}")
  for problem in problems:
    print(problem, file=sys.stderr)
  if problems:
    raise InputError(
      f"{len(problems)} of {len(paths)} pictures could not be counted: see "
      f"above. The others are in {FLAGS.output}"
    )
  print(f"Overlays and counts.csv: {FLAGS.output}")


def cli() -> None:
  """Entry point of `cdcc-predict`."""
  app.require("run", "input", "output")
  app.run(main)


if __name__ == "__main__":
  cli()
