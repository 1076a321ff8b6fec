r"""Makes labelled pictures of crowds, and writes them as records.

python -m data_tools.synthesize --output=records/synth --pictures=200 \
    --preset=street --seed=1 --contact_sheet=synth.png
"""

import contextlib
import dataclasses
from pathlib import Path

from absl import flags

from cdcc_tf import command_line
from cdcc_tf.data.manifest import Manifest
from cdcc_tf.errors import InputError
from data_tools import sheets
from data_tools.splits import assign_splits
from data_tools.synthesis import ablations
from data_tools.synthesis.look import looks_of
from data_tools.synthesis.pictures import (
  Order,
  make_pictures,
  picture_id,
)
from data_tools.synthesis.plain_files import PlainFiles
from data_tools.synthesis.presets import PRESETS, presets_named

FLAGS = flags.FLAGS
SMALLEST, LARGEST = 32, 8192  # pixels along a side
WIDTH, HEIGHT = 1024, 768

flags.DEFINE_string("output", None, "Folder to write the records to.")
flags.DEFINE_integer("pictures", 200, "How many pictures to make.")
flags.DEFINE_string(
  "preset",
  "street",
  "Kind of picture, or several with commas between, made in turns:\n"
  + "\n".join(f"{name}: {p.summary}." for name, p in PRESETS.items()),
)
flags.DEFINE_integer(
  "seed",
  1,
  "Pictures are a function of preset, size, seed and their number. Another "
  "seed makes other pictures.",
)
flags.DEFINE_integer(
  "width",
  None,
  f"Width of the pictures in pixels; {WIDTH}, or with --like as theirs.",
)
flags.DEFINE_integer(
  "height",
  None,
  f"Height of the pictures in pixels; {HEIGHT}, or with --like as theirs.",
)
flags.DEFINE_string(
  "like",
  None,
  "Folder of your own pictures, which need no labels. Pictures are made of "
  "their size and near to them in brightness, contrast, colour and sharpness.",
)
flags.DEFINE_integer(
  "max_heads", 0, "Most people in a picture; 0: as many as the preset has."
)
flags.DEFINE_float(
  "min_visible",
  0.3,
  "Share of a head's disc that must be in sight for the head to have a label.",
)
flags.DEFINE_list(
  "without",
  [],
  "Ingredients to leave out, with commas between, to find out what they are "
  f"worth: {', '.join(ablations.INGREDIENTS)}.",
)
flags.DEFINE_float(
  "val_fraction",
  0.1,
  "Share of the pictures to set aside as split 'val'. A source domain needs "
  "one: checkpoints are chosen by the error on it.",
)
flags.DEFINE_integer(
  "dev_every",
  0,
  "Send every n-th picture to split 'dev', for figures during development. "
  "0: none.",
)
flags.DEFINE_string(
  "files",
  None,
  "Folder to write the pictures to as well, as JPEG files with a points.csv; "
  "data_tools.convert --format=csv reads them.",
)
flags.DEFINE_string(
  "contact_sheet",
  None,
  "PNG file to write with the first pictures side by side, heads marked.",
)
flags.DEFINE_integer("workers", 2, "Processes to work with.")
flags.DEFINE_bool(
  "overwrite", False, "Replace records already in --output, and --files."
)


@dataclasses.dataclass(frozen=True)
class Options:
  """What to do with the pictures of an `Order`; see the flags."""

  output: Path
  pictures: int
  val_fraction: float = 0.1
  dev_every: int = 0
  files: Path | None = None
  contact_sheet: Path | None = None
  workers: int = 2
  overwrite: bool = False


def synthesize(order: Order, options: Options) -> Manifest:
  """Makes the pictures and writes their records.

  Returns:
    The manifest of the records.

  Raises:
    InputError: an option is out of range, the preset is unknown, or a folder
      holds records or files already.
  """
  check(order, options)
  # Here, because workers import this file and have no use for TensorFlow.
  from tqdm import tqdm

  from cdcc_tf.data.record_writer import RecordWriter
  from cdcc_tf.data.records import CrowdRecord

  ids = [picture_id(order, index) for index in range(options.pictures)]
  splits = assign_splits(
    ids, options.val_fraction, options.dev_every, order.seed
  )
  thumbnails = []
  with contextlib.ExitStack() as stack:
    files = None
    if options.files is not None:
      files = stack.enter_context(PlainFiles(options.files, options.overwrite))
    writer = stack.enter_context(
      RecordWriter(
        options.output,
        "synthetic",
        described(order, options),
        options.overwrite,
      )
    )
    pictures = make_pictures(
      order,
      options.pictures,
      options.workers,
      with_thumbnails=options.contact_sheet is not None,
    )
    for picture in tqdm(
      pictures,
      desc=f"synthesize {order.preset}",
      total=options.pictures,
      unit="picture",
    ):
      record = CrowdRecord(
        id=picture.id,
        image=picture.jpeg,
        height=picture.height,
        width=picture.width,
        points=picture.points,
      )
      writer.write(record, splits[picture.id])
      if files is not None:
        files.write(picture)
      if picture.thumbnail is not None:
        thumbnails.append(picture.thumbnail)
  if options.contact_sheet is not None:
    sheets.write_sheet(options.contact_sheet, thumbnails)
  return writer.manifest


def described(order: Order, options: Options) -> dict[str, object]:
  """Returns what the manifest keeps, so that it can be repeated."""
  kept = dataclasses.asdict(order) | {
    "pictures": options.pictures,
    "val_fraction": options.val_fraction,
    "dev_every": options.dev_every,
  }
  for optional in ("like", "without"):
    if not kept[optional]:
      del kept[optional]
  return kept


def check(order: Order, options: Options) -> None:
  """Raises InputError where a value makes no sense."""
  presets_named(order.preset)
  ablations.check(order.without)
  for flag, value in (("width", order.width), ("height", order.height)):
    if value is None and order.like:
      continue
    if value is None or not SMALLEST <= value <= LARGEST:
      raise InputError(
        f"--{flag}={value}: give {SMALLEST} to {LARGEST} pixels."
      )
  positive = [("pictures", options.pictures), ("workers", options.workers)]
  if order.max_heads is not None:
    positive.append(("max_heads", order.max_heads))
  for flag, value in positive:
    if value < 1:
      raise InputError(f"--{flag}={value}: give 1 or more.")
  if order.seed < 0:
    raise InputError(f"--seed={order.seed}: give 0 or more.")
  if not 0 <= order.min_visible <= 1:
    raise InputError(
      f"--min_visible={order.min_visible}: give a share from 0 to 1."
    )
  sheets.check_name(options.contact_sheet)


def main() -> None:
  """Makes the pictures, then prints what was written."""
  from data_tools.summary import summary

  usual = (None, None) if FLAGS.like else (WIDTH, HEIGHT)
  order = Order(
    preset=FLAGS.preset,
    seed=FLAGS.seed,
    width=usual[0] if FLAGS.width is None else FLAGS.width,
    height=usual[1] if FLAGS.height is None else FLAGS.height,
    max_heads=FLAGS.max_heads or None,
    min_visible=FLAGS.min_visible,
    like=looks_of(Path(FLAGS.like)) if FLAGS.like else (),
    without=tuple(FLAGS.without),
  )
  options = Options(
    output=Path(FLAGS.output),
    pictures=FLAGS.pictures,
    val_fraction=FLAGS.val_fraction,
    dev_every=FLAGS.dev_every,
    files=Path(FLAGS.files) if FLAGS.files else None,
    contact_sheet=Path(FLAGS.contact_sheet) if FLAGS.contact_sheet else None,
    workers=FLAGS.workers,
    overwrite=FLAGS.overwrite,
  )
  print(summary(synthesize(order, options)))
  print(f"Records: {options.output}")
  for what, path in (
    ("JPEG files", options.files),
    ("Contact sheet", options.contact_sheet),
  ):
    if path:
      print(f"{what}: {path}")


def cli() -> None:
  """Entry point of `cdcc-synthesize`."""
  command_line.require("output")
  command_line.run(main)


if __name__ == "__main__":
  cli()
