"""Conversion against merely reading and decoding the same pictures.

python -m benchmarks.convert --format=shanghaitech --input=part_B_final

Both sides use as many threads. Conversion does all that the command does, from
the folder to the manifest; starting Python and TensorFlow is on neither side.
"""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from benchmarks import timing
from cdcc_tf.cli import app
from cdcc_tf.data.images import decode_image
from data_tools import formats
from data_tools.common.parallel import in_order
from data_tools.conversion import convert_dataset
from data_tools.conversion.convert_dataset import Options
from data_tools.formats.base import LabelledImage

FLAGS = flags.FLAGS


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  flags.DEFINE_enum(
    "format",
    "shanghaitech",
    formats.names(),
    "How the data set lies on disk.",
    flag_values=values,
  )
  flags.DEFINE_string(
    "input", None, "Folder of the data set.", flag_values=values
  )
  define = flags.DEFINE_integer
  define("workers", 2, "Threads of either side.", 1, flag_values=values)
  define("rounds", 5, "Counted rounds.", 1, flag_values=values)


def decode_all(paths: Sequence[Path], workers: int) -> int:
  """Reads and decodes files; returns the number of their pixels."""
  decoded = in_order(
    lambda path: decode_image(path.read_bytes()).numpy(), paths, workers
  )
  return sum(picture.shape[0] * picture.shape[1] for picture in decoded)


def measure(
  format_name: str, folder: Path, workers: int, rounds: int
) -> list[str]:
  """Times both; returns a line each and the share of the speed."""
  items = formats.FORMATS[format_name].read(folder)
  paths = [item.path for item in items if isinstance(item, LabelledImage)]
  with tempfile.TemporaryDirectory(prefix="cdcc-benchmark-") as temporary:
    output = Path(temporary) / "records"

    def convert() -> None:
      convert_dataset.convert(
        format_name, folder, output, Options(workers=workers)
      )
      shutil.rmtree(output)

    seconds = timing.in_turns(
      {
        "read and decode": lambda: decode_all(paths, workers),
        "convert": convert,
      },
      rounds,
    )
  share = timing.ratio(seconds["read and decode"], seconds["convert"])
  return [
    *(timing.row(name, values) for name, values in seconds.items()),
    f"{len(paths):,} pictures, {workers} threads: "
    f"converted at {share:.0%} of the speed of reading and decoding",
  ]


def main() -> None:
  """Measures and prints."""
  lines = measure(FLAGS.format, Path(FLAGS.input), FLAGS.workers, FLAGS.rounds)
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  app.require("input")
  app.run(main)
