r"""Shows what records hold, and finds faults in them.

python -m data_tools.check --records=records/shtb --contact_sheet=shtb.png

Ends with status 1 if something is wrong, such as a damaged shard, a head
outside its picture or a picture that is in two splits; with --strict also if
something is merely suspicious.
"""

import sys
from pathlib import Path

from absl import flags

from cdcc_tf.cli import app

FLAGS = flags.FLAGS
EXIT_FOUND = 1


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be told on the command line."""
  flags.DEFINE_string(
    "records",
    None,
    "Folder of records, as data_tools.convert and data_tools.synthesize write "
    "them.",
    flag_values=values,
  )
  flags.DEFINE_string(
    "contact_sheet",
    None,
    "PNG file to write with 16 pictures side by side, a ring around each head, "
    "what lies outside a region of interest dark: first pictures in which "
    "something was found, then from the emptiest to the fullest.",
    flag_values=values,
  )
  flags.DEFINE_bool(
    "conservation",
    False,
    "Also follow every picture's heads from the record through crops into "
    "density maps, and tell by how much the count differs at most. Wrong is "
    "more than 1 in 10,000.",
    flag_values=values,
  )
  flags.DEFINE_bool(
    "strict",
    False,
    "End with status 1 also if something is merely suspicious.",
    flag_values=values,
  )
  flags.DEFINE_integer(
    "workers",
    None,
    "Threads to share the work. Default: as many as there are cores.",
    lower_bound=1,
    flag_values=values,
  )


def main() -> None:
  """Checks and prints; exits with status 1 if something is wrong."""
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
