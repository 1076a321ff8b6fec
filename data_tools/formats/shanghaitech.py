"""ShanghaiTech part A or B (Zhang et al., CVPR 2016)."""

import functools
from collections.abc import Iterator
from pathlib import Path

from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Totals
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.split_folders import SplitFolders

LAYOUT = """\
  part_B_final/                  (or part_B/, part_A_final/, part_A/)
    train_data/images/IMG_1.jpg
    train_data/ground-truth/GT_IMG_1.mat     (or ground_truth/)
    test_data/…                              (optional)"""
# A target domain: its published test pictures are left alone until the end.
DEFAULT_SPLITS = Splits(dev_every=4)

_REVISION = (
  "these are the labels as revised in 2016, without the points outside pictures"
)
# Two versions of the labels circulate under the same names.
TOTALS = (
  Totals("train", 300, 162_707, "part A", {162_413: _REVISION}),
  Totals("test", 182, 78_970, "part A", {78_862: _REVISION}),
  Totals("train", 400, 49_280, "part B", {49_151: _REVISION}),
  Totals("test", 316, 39_208, "part B", {39_121: _REVISION}),
)
_FOLDERS = SplitFolders(
  LAYOUT,
  r"IMG_\d+",
  "{}_data/images",
  "{}_data/ground_truth",
  "GT_{}.mat",
)


def read(folder: Path) -> Iterator[Item]:
  """Yields the images of one part, numerically sorted within each split.

  Points are 0-based and continuous as they are; nothing is subtracted.
  """
  yield from _FOLDERS.read(folder, read_points)


read_points = functools.partial(
  matlab.read_points, names=("image_info", "location")
)
