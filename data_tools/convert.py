r"""Converts a crowd data set into records for training and evaluation.

python -m data_tools.convert --format=shanghaitech \
    --input=ShanghaiTech/part_B_final --output=records/shtb
"""

from pathlib import Path

from absl import flags

from cdcc_tf import command_line
from data_tools import formats
from data_tools.formats import choices, csv_points
from data_tools.formats.gcc_lists import FILTERS

FLAGS = flags.FLAGS
# Choices that only some formats have; each is a flag of the same name.
READER_FLAGS = (
  "annotations",
  "label",
  "box_point",
  "coordinates",
  "fps",
  "division",
  "gcc_filter",
)

flags.DEFINE_enum(
  "format",
  None,
  formats.names(),
  "How the data set lies on disk:\n" + formats.layouts(),
)
flags.DEFINE_string(
  "input",
  None,
  "Folder of the data set. Format images takes a pattern in quotes too, such "
  "as 'camera/*.jpg', and format video a video.",
)
flags.DEFINE_string("output", None, "Folder to write the records to.")
flags.DEFINE_float(
  "val_fraction",
  None,
  "Share of the training pictures to set aside as split 'val'. A source domain "
  "needs one: checkpoints are chosen by the error on it. 0: none. "
  + formats.defaults("val_fraction"),
)
flags.DEFINE_integer(
  "dev_every",
  None,
  "Send every n-th training picture to split 'dev', for figures during "
  "development that leave the published test split alone. 0: none. "
  + formats.defaults("dev_every"),
)
flags.DEFINE_integer("seed", 0, "Seed of the draw of 'val'.")
flags.DEFINE_bool(
  "adaptive_sigma",
  False,
  "Store with each head a standard deviation that goes by the distance to its "
  "three nearest neighbours, for density maps that adapt to the crowd.",
)
flags.DEFINE_enum(
  "on_bad",
  "skip",
  ["skip", "fail"],
  "What to do with a picture that cannot be read: leave it out and list it in "
  "the manifest, or stop.",
)
flags.DEFINE_string(
  "annotations",
  None,
  "The file that says where the heads are, as seen from --input, e.g. "
  "annotations/instances_train.json. Needed only where several may be meant. "
  + formats.with_option("annotations"),
)
flags.DEFINE_list(
  "label",
  None,
  "The labels that mark heads, separated by commas, e.g. --label=head; others "
  "are left out. Needed only where annotators used several; '*' takes all. "
  + formats.with_option("label"),
)
flags.DEFINE_enum(
  "box_point",
  None,
  choices.BOX_POINTS,
  "Where in a box the head is: its centre, for boxes around heads (default), "
  "or the middle of its upper third, for boxes around whole people. "
  + formats.with_option("box_point"),
)
flags.DEFINE_enum(
  "coordinates",
  None,
  csv_points.COORDINATES,
  "What x and y are: pixels from the top left (default); normalised, shares of "
  "the picture's width and height from 0 to 1; or one_based, pixels counted "
  "from 1 as MATLAB does (half a pixel is subtracted). "
  + formats.with_option("coordinates"),
)
flags.DEFINE_float(
  "fps",
  None,
  "How many frames to take per second of video. Default: 1. "
  + formats.with_option("fps"),
  lower_bound=0.0,
)
flags.DEFINE_string(
  "division",
  None,
  "Which of the published divisions into train and test to use, where a data "
  "set has several. gcc: random (the default), cross_camera or cross_location. "
  "ucf_cc_50: fold1 … fold5, the fold that is the test split; by default all "
  "pictures are in train. " + formats.with_option("division"),
)
flags.DEFINE_enum(
  "gcc_filter",
  None,
  list(FILTERS),
  "Leave out the pictures that do not resemble the target domain, by its "
  "crowding, hours, weather and counts: shta, shtb (ShanghaiTech part A or B), "
  "qnrf (UCF-QNRF), ucfcc50 (UCF_CC_50), we (WorldExpo'10), mall or ucsd. "
  "Published figures of adaptation from gcc are comparable only with the same "
  "filter. Default: all pictures. " + formats.with_option("gcc_filter"),
)
flags.DEFINE_bool("overwrite", False, "Replace records already in --output.")


def main() -> None:
  """Converts, then prints what was written."""
  from data_tools import conversion

  manifest = conversion.convert(
    FLAGS.format,
    Path(FLAGS.input),
    Path(FLAGS.output),
    conversion.Options(
      val_fraction=FLAGS.val_fraction,
      dev_every=FLAGS.dev_every,
      seed=FLAGS.seed,
      adaptive_sigma=FLAGS.adaptive_sigma,
      on_bad=FLAGS.on_bad,
      overwrite=FLAGS.overwrite,
      reader={
        name: FLAGS[name].value
        for name in READER_FLAGS
        if FLAGS[name].value is not None
      },
    ),
  )
  print(conversion.summary(manifest))
  print(f"Records: {FLAGS.output}")


def cli() -> None:
  """Entry point of `cdcc-convert`."""
  command_line.require("format", "input", "output")
  command_line.run(main)


if __name__ == "__main__":
  cli()
