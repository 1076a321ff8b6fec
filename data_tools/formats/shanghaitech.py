"""ShanghaiTech part A or B (Zhang et al., CVPR 2016)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data_tools.common.splits import Splits
from data_tools.formats.base import (
  LabelledImage,
  Totals,
  Unreadable,
  labelled,
)
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.folders import (
  annotations_without_image,
  numbered_images,
  split_folders,
)

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


def read(folder: Path) -> Iterator[LabelledImage | Unreadable]:
  """Yields the pictures of one part, numerically sorted within each split.

  Points are 0-based and continuous as they are; nothing is subtracted.

  Args:
    folder: the part's folder.

  Raises:
    InputError: the folder is laid out otherwise.
  """
  for split, images, labels in split_folders(folder, "ground_truth", LAYOUT):
    annotations = {
      path: labels / f"GT_{path.stem}.mat" for path in numbered_images(images)
    }
    for path, annotation in annotations.items():
      picture = LabelledImage(f"{split}/{path.stem}", path, split=split)
      yield labelled(read_points, annotation, picture)
    yield from annotations_without_image(
      labels, (path.name for path in annotations.values()), r"GT_(IMG_\d+)\.mat"
    )


def read_points(annotation: Path) -> np.ndarray:
  """Reads `image_info{1}.location` of a ShanghaiTech .mat file.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: the file is damaged or holds no such field, or not N x 2 finite
      numbers.
  """
  fields = matlab.read_fields(annotation, "image_info")
  location = matlab.field(fields, "image_info", "location")
  return matlab.points(location, "location")
