"""UCF-QNRF (Idrees et al., ECCV 2018)."""

import functools
from collections.abc import Iterator
from pathlib import Path

from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Totals
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.split_folders import SplitFolders

LAYOUT = """\
  UCF-QNRF_ECCV18/
    Train/img_0001.jpg
    Train/img_0001_ann.mat
    Test/…"""
# A target domain: its published test pictures are left alone until the end.
DEFAULT_SPLITS = Splits(dev_every=4)
TOTALS = (
  Totals("train", 1201),
  Totals("test", 334),
  Totals("all", 1535, 1_251_642),
)
# The numbers start again in each split.
_FOLDERS = SplitFolders(LAYOUT, r"img_\d+", "{}", "{}", "{}_ann.mat")


def read(folder: Path) -> Iterator[Item]:
  """Yields the images, numerically sorted within each split.

  Points are 0-based and continuous as they are; nothing is subtracted.
  """
  yield from _FOLDERS.read(folder, read_points)


read_points = functools.partial(matlab.read_points, names=("annPoints",))
