r"""Shows what records hold, and finds faults in them.

python -m data_tools.check --records=records/shtb --contact_sheet=shtb.png

Exits with status 1 if it finds an error, such as a damaged shard, a head
outside its image or an image in two splits; with --strict also for warnings.
"""

import sys
from pathlib import Path

from absl import flags

from cdcc_tf.cli import app

FLAGS = flags.FLAGS
EXIT_FOUND = 1


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines the command's flags."""
  flags.DEFINE_string(
    "records",
    None,
    "Folder of records that data_tools.convert or data_tools.synthesize wrote.",
    flag_values=values,
  )
  flags.DEFINE_string(
    "contact_sheet",
    None,
    "PNG file to write: 16 images with a ring around each head, darkened "
    "outside their region of interest. Images with findings come first, then "
    "others from the emptiest to the fullest.",
    flag_values=values,
  )
  flags.DEFINE_bool(
    "conservation",
    False,
    "Also follow every image's heads from the record through crops into "
    "density maps, and report the largest difference in count. More than 1 in "
    "10,000 is an error.",
    flag_values=values,
  )
  flags.DEFINE_bool(
    "strict",
    False,
    "Exit with status 1 also for warnings.",
    flag_values=values,
  )
  flags.DEFINE_integer(
    "workers",
    None,
    "Number of threads. Default: one per core.",
    lower_bound=1,
    flag_values=values,
  )


def main() -> None:
  """Checks and prints; exits with status 1 if there are errors."""
  from cdcc_tf.data.records.manifest import load_manifest
  from data_tools.common import contact_sheet

  sheet = Path(FLAGS.contact_sheet) if FLAGS.contact_sheet else None
  contact_sheet.check_name(sheet)
  load_manifest(FLAGS.records)
  # Here, because the above is to be refused before TensorFlow is imported.
  from data_tools.checking.survey import survey

  found = survey(
    Path(FLAGS.records),
    FLAGS.conservation,
    sheet,
    FLAGS.workers,
  )
  print("\n".join(found.lines()))
  if FLAGS.contact_sheet and found.pictures:
    print(f"Contact sheet: {FLAGS.contact_sheet}")
  if found.errors or (FLAGS.strict and found.findings):
    sys.exit(EXIT_FOUND)


def cli() -> None:
  """Entry point of `cdcc-check`."""
  define_flags()
  app.require("records")
  app.run(main)


if __name__ == "__main__":
  cli()
