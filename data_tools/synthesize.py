r"""Generates labelled pictures of crowds, as records.

python -m data_tools.synthesize --output=records/synth --pictures=200 \
    --preset=street --seed=1 --contact_sheet=synth.png
"""

from pathlib import Path

from absl import flags

from cdcc_tf.cli import app
from data_tools.synthesis.generate import Order
from data_tools.synthesis.presets import PRESETS, ablations
from data_tools.synthesis.records import HEIGHT, WIDTH, Options, synthesize
from data_tools.synthesis.style.likeness import looks_like
from data_tools.synthesis.style.look import LONGEST

FLAGS = flags.FLAGS

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
  f"Width of the pictures in pixels; {WIDTH}, or with --like as theirs, "
  "which follow from --height if that is given.",
)
flags.DEFINE_integer(
  "height",
  None,
  f"Height of the pictures in pixels; {HEIGHT}, or with --like as theirs, "
  "which follow from --width if that is given.",
)
flags.DEFINE_string(
  "like",
  None,
  "Folder of your own pictures, or of records of them, such as a video's, of "
  "which the training pictures are looked at; no labels are needed, and none "
  "are read. Pictures are made of "
  f"their size, up to {LONGEST} pixels a side, and near to them in brightness, "
  "contrast, colour and sharpness.",
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
  "overwrite",
  False,
  "Replace what is already in --output, --files and --contact_sheet. Folders "
  "with files that are none of this command's are left alone.",
)


def main() -> None:
  """Makes the pictures, then prints what was written."""
  from data_tools.common.summary import summary

  usual = (None, None) if FLAGS.like else (WIDTH, HEIGHT)
  order = Order(
    preset=FLAGS.preset,
    seed=FLAGS.seed,
    width=usual[0] if FLAGS.width is None else FLAGS.width,
    height=usual[1] if FLAGS.height is None else FLAGS.height,
    max_heads=FLAGS.max_heads or None,
    min_visible=FLAGS.min_visible,
    like=looks_like(Path(FLAGS.like)) if FLAGS.like else (),
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
    like=Path(FLAGS.like) if FLAGS.like else None,
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
  app.require("output")
  app.run(main)


if __name__ == "__main__":
  cli()
