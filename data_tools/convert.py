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
  """Defines what can be told on the command line."""
  flags.DEFINE_enum(
    "format",
    None,
    formats.names(),
    "How the data set lies on disk:\n" + formats.layouts(),
    flag_values=values,
  )
  flags.DEFINE_string(
    "input",
    None,
    "Folder of the data set. Format images takes a pattern in quotes too, such "
    "as 'camera/*.jpg', and format video a video.",
    flag_values=values,
  )
  flags.DEFINE_string(
    "output", None, "Folder to write the records to.", flag_values=values
  )
  flags.DEFINE_float(
    "val_fraction",
    None,
    "Share of the training pictures to set aside as split 'val'. A source "
    "domain needs one: checkpoints are chosen by the error on it. 0: none. "
    + formats.defaults("val_fraction"),
    flag_values=values,
  )
  flags.DEFINE_integer(
    "dev_every",
    None,
    "Send every n-th training picture to split 'dev', for figures during "
    "development that leave the published test split alone. 0: none. "
    + formats.defaults("dev_every"),
    flag_values=values,
  )
  flags.DEFINE_list(
    "split",
    [],
    "Convert only the pictures of these splits, separated by commas, e.g. "
    "--split=test. Default: all.",
    flag_values=values,
  )
  flags.DEFINE_integer(
    "seed", 0, "Seed of the draw of 'val'.", flag_values=values
  )
  flags.DEFINE_integer(
    "max_side",
    None,
    "Reduce pictures that have more pixels than this along a side, and the "
    "points in them. They are stored as JPEG of quality 95, colours in full. "
    "Default: pictures stay as they are.",
    flag_values=values,
  )
  flags.DEFINE_string(
    "resize",
    None,
    "WIDTHxHEIGHT of all pictures, and the points in them, e.g. 960x544 for "
    "gcc, as published figures have it. Stored as with --max_side.",
    flag_values=values,
  )
  flags.DEFINE_enum(
    "sigma",
    "fixed",
    ["fixed", "adaptive"],
    "How wide heads are in density maps: fixed leaves it to training; adaptive "
    "stores with each head a standard deviation that goes by the distance to "
    "its three nearest neighbours, for training with --adaptive_sigma.",
    flag_values=values,
  )
  flags.DEFINE_enum(
    "on_bad",
    "skip",
    ["skip", "fail"],
    "What to do with a picture that cannot be read: leave it out and list it "
    "in the manifest, or stop.",
    flag_values=values,
  )
  flags.DEFINE_integer(
    "workers",
    None,
    "Threads to share the work; records do not depend on it. Default: as many "
    "as there are cores.",
    lower_bound=1,
    flag_values=values,
  )
  flags.DEFINE_string(
    "runner",
    None,
    "Convert as an Apache Beam pipeline, past one machine, and name what runs "
    "it: DirectRunner (this machine, --workers threads), FlinkRunner, "
    "SparkRunner, DataflowRunner … Records are the same. Its workers need this "
    "package, and --input and --output under the same paths, e.g. on a network "
    "file system. Needs, from the checkout: pip install -e '.[beam]'",
    flag_values=values,
  )
  flags.DEFINE_list(
    "runner_options",
    [],
    "Beam's options for --runner, separated by commas and without hyphens, "
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
