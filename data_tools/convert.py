r"""Converts a data set of crowd pictures into records.

python -m data_tools.convert --format=shanghaitech \
    --input=ShanghaiTech/part_B_final --output=records/shtb
"""

from pathlib import Path

from absl import flags

from cdcc_tf.cli import app
from data_tools import formats
from data_tools.formats import reader_flags

FLAGS = flags.FLAGS


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines the command's flags."""
  flags.DEFINE_enum(
    "format",
    None,
    formats.names(),
    "Format of the data set on disk:\n" + formats.layouts(),
    flag_values=values,
  )
  flags.DEFINE_string(
    "input",
    None,
    "Folder of the data set. Format images also takes a quoted pattern such as "
    "'camera/*.jpg', and format video a single video.",
    flag_values=values,
  )
  flags.DEFINE_string(
    "output", None, "Folder to write the records to.", flag_values=values
  )
  flags.DEFINE_float(
    "val_fraction",
    None,
    "Share of the training images to set aside as split 'val'. A source domain "
    "needs one, because checkpoints are chosen by the error on it. 0: none. "
    + formats.defaults("val_fraction"),
    flag_values=values,
  )
  flags.DEFINE_integer(
    "dev_every",
    None,
    "Put every n-th training image into split 'dev', for results during "
    "development that leave the published test split untouched. 0: none. "
    + formats.defaults("dev_every"),
    flag_values=values,
  )
  flags.DEFINE_list(
    "split",
    [],
    "Convert only the images of these splits, separated by commas, e.g. "
    "--split=test. Default: all.",
    flag_values=values,
  )
  flags.DEFINE_integer(
    "seed", 0, "Seed of the random draw of 'val'.", flag_values=values
  )
  flags.DEFINE_integer(
    "max_side",
    None,
    "Shrink images whose longer side exceeds this number of pixels, and their "
    "points. They are stored as JPEG of quality 95 with full colour "
    "resolution. Default: images keep their size.",
    flag_values=values,
  )
  flags.DEFINE_string(
    "resize",
    None,
    "Resize all images and their points to WIDTHxHEIGHT, e.g. 960x544 for gcc "
    "as in published results. They are stored as with --max_side.",
    flag_values=values,
  )
  flags.DEFINE_enum(
    "sigma",
    "fixed",
    ["fixed", "adaptive"],
    "Width of heads in density maps: fixed leaves it to training; adaptive "
    "stores a standard deviation with each head, derived from the distance to "
    "its three nearest neighbours, for training with --adaptive_sigma.",
    flag_values=values,
  )
  flags.DEFINE_enum(
    "on_bad",
    "skip",
    ["skip", "fail"],
    "What to do with an image that cannot be read: skip it and list it in the "
    "manifest, or fail.",
    flag_values=values,
  )
  flags.DEFINE_integer(
    "workers",
    None,
    "Number of threads; records do not depend on it. Default: one per core.",
    lower_bound=1,
    flag_values=values,
  )
  flags.DEFINE_string(
    "runner",
    None,
    "Run the conversion as an Apache Beam pipeline, on one machine or many, "
    "with this runner: DirectRunner (this machine, --workers threads), "
    "FlinkRunner, SparkRunner, DataflowRunner … The records are the same. "
    "Workers need this package, and --input and --output under the same paths, "
    "e.g. on a network file system. Install Beam from the checkout with: pip "
    "install -e '.[beam]'",
    flag_values=values,
  )
  flags.DEFINE_list(
    "runner_options",
    [],
    "Options of the Beam runner, separated by commas and without hyphens, "
    "e.g. flink_master=localhost:8081,parallelism=64",
    flag_values=values,
  )
  flags.DEFINE_bool(
    "overwrite",
    False,
    "Replace records already in --output.",
    flag_values=values,
  )
  reader_flags.define_flags(values)


def main() -> None:
  """Converts, then prints what was written."""
  from data_tools.common.summary import summary
  from data_tools.conversion import convert_dataset

  manifest = convert_dataset.convert(
    FLAGS.format,
    Path(FLAGS.input),
    Path(FLAGS.output),
    convert_dataset.Options(
      val_fraction=FLAGS.val_fraction,
      dev_every=FLAGS.dev_every,
      seed=FLAGS.seed,
      split=tuple(FLAGS.split),
      sigma=FLAGS.sigma,
      max_side=FLAGS.max_side,
      resize=FLAGS.resize,
      on_bad=FLAGS.on_bad,
      overwrite=FLAGS.overwrite,
      workers=FLAGS.workers,
      runner=FLAGS.runner,
      runner_options=tuple(FLAGS.runner_options),
      reader=reader_flags.chosen(FLAGS),
    ),
  )
  print(summary(manifest))
  print(f"Records: {FLAGS.output}")


def cli() -> None:
  """Entry point of `cdcc-convert`."""
  define_flags()
  app.require("format", "input", "output")
  app.run(main)


if __name__ == "__main__":
  cli()
