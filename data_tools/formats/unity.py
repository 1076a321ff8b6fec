"""Unity crowds (CV-Crowd-Counting, public domain): synthetic, packed scenes.

Everybody is labelled, seen or not: people stand inside each other, and in dense
pictures a good part of the points lies on those in front.
"""

from collections.abc import Iterator
from pathlib import Path

from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Totals
from data_tools.formats.parsing.points import read_points
from data_tools.formats.parsing.split_folders import SplitFolders

LAYOUT = """\
  SyntheticDataset/              (any name)
    train_data/images/IMG_1.jpg
    train_data/ground_truth_txt/IMG_1.txt    (one "x y" a line)
    test_data/…                              (optional)"""
# A source domain: checkpoints are chosen by the error on `val`.
DEFAULT_SPLITS = Splits(val_fraction=0.1)
TOTALS = (Totals("train", 232, 97_399),)
_FOLDERS = SplitFolders(
  LAYOUT,
  r"IMG_\d+",
  "{}_data/images",
  "{}_data/ground_truth_txt",
  "{}.txt",
)


def read(folder: Path) -> Iterator[Item]:
  """Yields the images; their y counts from the bottom."""
  yield from _FOLDERS.read(folder, read_points, y_from_bottom=True)
