"""Mall (Chen et al., BMVC 2012): one camera, two thousand frames."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cdcc_tf.errors import InputError, first_line
from data_tools.formats import matlab
from data_tools.formats.base import (
  LabelledPicture,
  Totals,
  Unreadable,
  child_folder,
  labelled,
  number_in,
  pictures_named,
  wrong_layout,
)
from data_tools.splits import Splits

LAYOUT = """\
  mall_dataset/
    frames/seq_000001.jpg … seq_002000.jpg
    mall_gt.mat
    perspective_roi.mat          (optional: with it, only its region counts)
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


def read(folder: Path) -> Iterator[LabelledPicture | Unreadable]:
  """Yields the frames in order.

  Args:
    folder: holds `frames` and `mall_gt.mat`.

  Raises:
    InputError: the folder is laid out otherwise, or a .mat file is damaged.
  """
  pictures = _pictures(folder)
  table = folder / "mall_gt.mat"
  if not pictures or not table.is_file():
    raise wrong_layout(folder, LAYOUT, _pictures)
  labels = _read_labels(table)
  roi = _read_roi(folder / "perspective_roi.mat")

  for path in pictures:
    number = number_in(path)

    def points_of_frame(table: Path, number: int = number) -> np.ndarray:
      if not 1 <= number <= len(labels):
        raise ValueError(f"has no frame {number}, only {len(labels)}")
      location = matlab.field(labels[number - 1], "loc")
      return matlab.points(location, f"loc of frame {number}")

    picture = LabelledPicture(
      path.stem,
      path,
      split="train" if number <= _TRAIN else "test",
      roi=roi,
      unit=f"block {(number - 1) // _BLOCK}",
    )
    yield labelled(points_of_frame, table, picture)


def _pictures(folder: Path) -> list[Path]:
  return pictures_named(child_folder(folder, "frames"), r"seq_\d+")


def _read_labels(table: Path) -> list[Any]:
  """Reads `frame`, a cell of one struct a frame."""
  try:
    frames = matlab.read_fields(table, "frame").get("frame")
  except ValueError as error:
    raise _damaged(table, error) from error
  if not isinstance(frames, list):
    raise _damaged(table, ValueError("holds no cell named frame"))
  return frames


def _read_roi(path: Path) -> np.ndarray | None:
  """Reads `roi.mask`, bool [height, width]; None if there is no such file."""
  if not path.is_file():
    return None
  try:
    fields = matlab.read_fields(path, "roi")
    return matlab.mask(matlab.field(fields, "roi", "mask"), "roi.mask")
  except ValueError as error:
    raise _damaged(path, error) from error


def _damaged(path: Path, error: ValueError) -> InputError:
  return InputError(f"{path}: {first_line(error)}. Download it again.")
