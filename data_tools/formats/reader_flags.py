"""Flags for options that only some formats have."""

from absl import flags

from data_tools import formats
from data_tools.formats import csv_points
from data_tools.formats.parsing.gcc_lists import FILTERS
from data_tools.formats.parsing.shapes import BOX_POINTS

flags.disclaim_key_flags()  # they are shown as the command's own

# Each is an option of readers of the same name.
READER_FLAGS = (
  *("annotations", "label", "box_point", "coordinates", "fps"),
  *("division", "gcc_filter"),
)


def define_flags(values: flags.FlagValues) -> None:
  """Defines the flags; each is None unless the user gives it."""
  flags.DEFINE_string(
    "annotations",
    None,
    "Name of the annotation file, relative to --input, e.g. "
    "annotations/instances_train.json. Needed only if there are several. "
    + formats.with_option("annotations"),
    flag_values=values,
  )
  flags.DEFINE_list(
    "label",
    None,
    "Labels that mark heads, separated by commas, e.g. --label=head; shapes "
    "with other labels are ignored. Needed only if the annotations use several "
    "labels; '*' accepts all. " + formats.with_option("label"),
    flag_values=values,
  )
  flags.DEFINE_enum(
    "box_point",
    None,
    BOX_POINTS,
    "Which point of a box is the head: centre, for boxes around heads "
    "(default), or top, the middle of the upper third, for boxes around whole "
    "people. " + formats.with_option("box_point"),
    flag_values=values,
  )
  flags.DEFINE_enum(
    "coordinates",
    None,
    csv_points.COORDINATES,
    "Unit of x and y: pixels from the top left (default); normalised, shares "
    "of the image's width and height from 0 to 1; or one_based, pixels counted "
    "from 1 as in MATLAB (half a pixel is subtracted). "
    + formats.with_option("coordinates"),
    flag_values=values,
  )
  flags.DEFINE_float(
    "fps",
    None,
    "Number of frames to take per second of video. Default: 1. "
    + formats.with_option("fps"),
    lower_bound=0.0,
    flag_values=values,
  )
  flags.DEFINE_string(
    "division",
    None,
    "Which published division into train and test to use, for data sets that "
    "have several. gcc: random (the default), cross_camera or "
    "cross_location. ucf_cc_50: fold1 … fold5, the fold that is the test "
    "split; by default all images are in train. "
    + formats.with_option("division"),
    flag_values=values,
  )
  flags.DEFINE_enum(
    "gcc_filter",
    None,
    list(FILTERS),
    "Keep only images that resemble a target domain in crowding, hour, weather "
    "and count: shta, shtb (ShanghaiTech part A or B), qnrf (UCF-QNRF), "
    "ucfcc50 (UCF_CC_50), we (WorldExpo'10), mall or ucsd. Published results "
    "of adaptation from gcc are comparable only with the same filter. Default: "
    "all images. " + formats.with_option("gcc_filter"),
    flag_values=values,
  )


def chosen(values: flags.FlagValues) -> dict[str, object]:
  """Returns the options that the user gave, by name."""
  given = {name: values[name].value for name in READER_FLAGS}
  return {name: value for name, value in given.items() if value is not None}
