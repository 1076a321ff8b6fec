"""UCF-QNRF (Idrees et al., ECCV 2018)."""

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
  child_folder,
  images_named,
  wrong_layout,
)

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


def read(folder: Path) -> Iterator[LabelledImage | Unreadable]:
  """Yields the pictures, numerically sorted within each split.

  Points are 0-based and continuous as they are; nothing is subtracted.

  Args:
    folder: holds `Train` and `Test`, or one of them.

  Raises:
    InputError: the folder is laid out otherwise.
  """
  splits = _pictures(folder)
  if not splits:
    raise wrong_layout(folder, LAYOUT, _pictures)
  for split, pictures in splits.items():
    annotations = {
      path: path.with_name(f"{path.stem}_ann.mat") for path in pictures
    }
    for path, annotation in annotations.items():
      # The numbers start again in each split.
      picture = LabelledImage(f"{split}/{path.stem}", path, split=split)
      yield labelled(read_points, annotation, picture)
    yield from annotations_without_image(
      pictures[0].parent,
      (path.name for path in annotations.values()),
      r"(img_\d+)_ann\.mat",
    )


def read_points(annotation: Path) -> np.ndarray:
  """Reads `annPoints` of a .mat file.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no such points.
  """
  fields = matlab.read_fields(annotation, "annPoints")
  return matlab.points(matlab.field(fields, "annPoints"), "annPoints")


def _pictures(folder: Path) -> dict[str, list[Path]]:
  splits = {
    split: images_named(child_folder(folder, split), r"img_\d+")
    for split in ("train", "test")
  }
  return {split: pictures for split, pictures in splits.items() if pictures}
