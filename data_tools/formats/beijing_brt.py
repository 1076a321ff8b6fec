"""Beijing-BRT (Ding et al., ICIP 2018): bus stops, tall pictures."""

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
_NAME = r"\d+-\d+"


def read(folder: Path) -> Iterator[LabelledImage | Unreadable]:
  """Yields the pictures in the order of cameras and times.

  Args:
    folder: holds `train` and `test`, or one of them.

  Raises:
    InputError: the folder is laid out otherwise.
  """
  splits = _pictures(folder)
  if not splits:
    raise wrong_layout(folder, LAYOUT, _pictures)
  for split, pictures in splits.items():
    base = pictures[0].parent.parent
    labels = child_folder(base, "ground_truth")
    if labels is None:
      raise wrong_layout(base, LAYOUT)
    for path in pictures:
      picture = LabelledImage(f"{split}/{path.stem}", path, split=split)
      yield labelled(read_points, labels / f"{path.stem}.mat", picture)
    yield from annotations_without_image(
      labels, (f"{path.stem}.mat" for path in pictures), rf"({_NAME})\.mat"
    )


def read_points(annotation: Path) -> np.ndarray:
  """Reads `loc` of a .mat file.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no such points.
  """
  fields = matlab.read_fields(annotation, "loc")
  return matlab.points(matlab.field(fields, "loc"), "loc")


def _pictures(folder: Path) -> dict[str, list[Path]]:
  splits = {}
  for split in ("train", "test"):
    base = child_folder(folder, split)
    frames = None if base is None else child_folder(base, "frame")
    splits[split] = images_named(frames, _NAME)
  return {split: pictures for split, pictures in splits.items() if pictures}
