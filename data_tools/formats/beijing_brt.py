"""Beijing-BRT (Ding et al., ICIP 2018): bus stops, tall pictures."""

import functools
from collections.abc import Iterator
from pathlib import Path

from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Totals
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.split_folders import SplitFolders

LAYOUT = """\
  Beijing-BRT-dataset/
    train/frame/1-20170325134657.jpg
    train/ground_truth/1-20170325134657.mat
    test/…"""
# A target domain: its published test pictures are left alone until the end.
DEFAULT_SPLITS = Splits(dev_every=4)
TOTALS = (
  Totals("train", 720),
  Totals("test", 560),
  Totals("all", 1280, 16_795),
)
_FOLDERS = SplitFolders(LAYOUT, r"\d+-\d+", "{}/frame", "{}/ground_truth")


def read(folder: Path) -> Iterator[Item]:
  """Yields the images in the order of cameras and times."""
  yield from _FOLDERS.read(folder, read_points)


read_points = functools.partial(matlab.read_points, names=("loc",))
