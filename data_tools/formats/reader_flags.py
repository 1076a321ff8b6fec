"""Flags for the choices that only some formats have."""

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
  """Defines them; all are None unless the user decides otherwise."""
  flags.DEFINE_string(
    "annotations",
    None,
    "The file that says where the heads are, as seen from --input, e.g. "
    "annotations/instances_train.json. Needed only where several may be meant. "
    + formats.with_option("annotations"),
    flag_values=values,
  )
  flags.DEFINE_list(
    "label",
    None,
    "The labels that mark heads, separated by commas, e.g. --label=head; "
    "others are left out. Needed only where annotators used several; '*' takes "
    "all. " + formats.with_option("label"),
    flag_values=values,
  )
  flags.DEFINE_enum(
    "box_point",
    None,
    BOX_POINTS,
    "Where in a box the head is: its centre, for boxes around heads (default), "
    "or the middle of its upper third, for boxes around whole people. "
    + formats.with_option("box_point"),
    flag_values=values,
  )
  flags.DEFINE_enum(
    "coordinates",
    None,
    csv_points.COORDINATES,
    "What x and y are: pixels from the top left (default); normalised, shares "
    "of the picture's width and height from 0 to 1; or one_based, pixels "
    "counted from 1 as MATLAB does (half a pixel is subtracted). "
    + formats.with_option("coordinates"),
    flag_values=values,
  )
  flags.DEFINE_float(
    "fps",
    None,
    "How many frames to take per second of video. Default: 1. "
    + formats.with_option("fps"),
    lower_bound=0.0,
    flag_values=values,
  )
  flags.DEFINE_string(
    "division",
    None,
    "Which of the published divisions into train and test to use, where a data "
    "set has several. gcc: random (the default), cross_camera or "
    "cross_location. ucf_cc_50: fold1 … fold5, the fold that is the test "
    "split; by default all pictures are in train. "
    + formats.with_option("division"),
    flag_values=values,
  )
  flags.DEFINE_enum(
    "gcc_filter",
    None,
    list(FILTERS),
    "Leave out the pictures that do not resemble the target domain, by its "
    "crowding, hours, weather and counts: shta, shtb (ShanghaiTech part A or "
    "B), qnrf (UCF-QNRF), ucfcc50 (UCF_CC_50), we (WorldExpo'10), mall or "
    "ucsd. Published figures of adaptation from gcc are comparable only with "
    "the same filter. Default: all pictures. "
    + formats.with_option("gcc_filter"),
    flag_values=values,
  )


def chosen(values: flags.FlagValues) -> dict[str, object]:
  """Returns what the user decided, by the name of the reader's option."""
  given = {name: values[name].value for name in READER_FLAGS}
  return {name: value for name, value in given.items() if value is not None}
