"""Unity crowds (CV-Crowd-Counting, public domain): synthetic, packed scenes.

Everybody is labelled, seen or not: people stand inside each other, and in dense
pictures a good part of the points lies on those in front.
"""

from collections.abc import Iterator
from pathlib import Path

from data_tools.common.splits import Splits
from data_tools.formats.base import (
  LabelledImage,
  Totals,
  Unreadable,
  labelled,
)
from data_tools.formats.parsing.folders import (
  annotations_without_image,
  numbered_images,
  split_folders,
)
from data_tools.formats.parsing.text_points import read_points

LAYOUT = """\
  SyntheticDataset/              (any name)
    train_data/images/IMG_1.jpg
    train_data/ground_truth_txt/IMG_1.txt    (one "x y" a line)
    test_data/…                              (optional)"""
# A source domain: checkpoints are chosen by the error on `val`.
DEFAULT_SPLITS = Splits(val_fraction=0.1)
TOTALS = (Totals("train", 232, 97_399),)


def read(folder: Path) -> Iterator[LabelledImage | Unreadable]:
  """Yields the pictures; their y counts from the bottom.

  Args:
    folder: the folder that holds `train_data`.

  Raises:
    InputError: the folder is laid out otherwise.
  """
  for split, images, labels in split_folders(
    folder, "ground_truth_txt", LAYOUT
  ):
    annotations = {
      path: labels / f"{path.stem}.txt" for path in numbered_images(images)
    }
    for path, annotation in annotations.items():
      picture = LabelledImage(
        f"{split}/{path.stem}", path, split=split, y_from_bottom=True
      )
      yield labelled(read_points, annotation, picture)
    yield from annotations_without_image(
      labels, (path.name for path in annotations.values()), r"(IMG_\d+)\.txt"
    )
