"""Mall (Chen et al., BMVC 2012): one camera, two thousand frames."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from data_tools.common.splits import Splits
from data_tools.formats.base import Item, LabelledImage, Totals
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.files import load
from data_tools.formats.parsing.folders import (
  child_folder,
  images_named,
  number_in,
  wrong_layout,
)
from data_tools.formats.parsing.split_folders import labelled

LAYOUT = """\
  mall_dataset/
    frames/seq_000001.jpg … seq_002000.jpg
    mall_gt.mat
    perspective_roi.mat          (optional: the region that counts)
  Frames 1 to 800 are train, the others test. When train is divided,
  blocks of 80 frames stay whole."""
# A target domain: its published test pictures are left alone until the end.
DEFAULT_SPLITS = Splits(dev_every=4)
TOTALS = (
  Totals("train", 800),
  Totals("test", 1200),
  Totals("all", 2000, 62_325),
)
_TRAIN = 800
_BLOCK = 80


def read(folder: Path) -> Iterator[Item]:
  """Yields the frames in order."""
  pictures = _pictures(folder)
  table = folder / "mall_gt.mat"
  if not pictures or not table.is_file():
    raise wrong_layout(folder, LAYOUT, _pictures)
  labels = load(_read_labels, table, "Download it again.")
  roi, region = None, folder / "perspective_roi.mat"
  if region.is_file():
    roi = load(matlab.read_region, region, "Download it again.")

  for path in pictures:
    number = number_in(path)

    def points_of_frame(table: Path, number: int = number) -> np.ndarray:
      if not 1 <= number <= len(labels):
        raise ValueError(f"has no frame {number}, only {len(labels)}")
      location = matlab.field(labels[number - 1], "loc")
      return matlab.points(location, f"loc of frame {number}")

    picture = LabelledImage(
      path.stem,
      path,
      split="train" if number <= _TRAIN else "test",
      roi=roi,
      unit=f"block {(number - 1) // _BLOCK}",
    )
    yield labelled(points_of_frame, table, picture)


def _pictures(folder: Path) -> list[Path]:
  return images_named(child_folder(folder, "frames"), r"seq_\d+")


def _read_labels(table: Path) -> list[Any]:
  """Reads `frame`, a cell of one struct a frame."""
  frames = matlab.read_fields(table, "frame").get("frame")
  if not isinstance(frames, list):
    raise ValueError("holds no cell named frame")
  return frames
