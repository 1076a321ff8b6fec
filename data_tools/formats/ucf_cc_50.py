"""UCF_CC_50 (Idrees et al., CVPR 2013): fifty pictures, five folds."""

from collections.abc import Iterator
from pathlib import Path

from data_tools.common.splits import Splits
from data_tools.formats.base import Item, LabelledImage, Note, Totals
from data_tools.formats.parsing.fields import check_choice
from data_tools.formats.parsing.folders import (
  images_named,
  number_in,
  wrong_layout,
)
from data_tools.formats.parsing.split_folders import annotated
from data_tools.formats.ucf_qnrf import read_points

LAYOUT = """\
  UCF_CC_50/
    1.jpg … 50.jpg
    1_ann.mat … 50_ann.mat
  --division=fold1 … fold5 makes the ten pictures of that fold the split
  test. Without it all are in train. The folds, which records carry as
  group, are those of ccnn (Onoro-Rubio and Lopez-Sastre, ECCV 2016).
  The figure is the mean of the five folds' MAE."""
OPTIONS = ("division",)
# A target domain, too small to take more from it than its own folds do.
DEFAULT_SPLITS = Splits()
TOTALS = (Totals("all", 50, 63_974),)

# The authors drew them at random and published no list. This one is the oldest
# in use; figures with other folds are not strictly comparable.
FOLDS = {
  "fold1": (37, 48, 29, 10, 14, 1, 45, 47, 40, 24),
  "fold2": (25, 49, 18, 13, 28, 34, 17, 3, 26, 15),
  "fold3": (31, 6, 33, 2, 30, 36, 42, 20, 38, 11),
  "fold4": (5, 7, 4, 21, 27, 39, 22, 43, 32, 35),
  "fold5": (8, 50, 12, 19, 44, 23, 9, 46, 16, 41),
}
_ANNOTATION = "{}_ann.mat"
_FOLD_OF = {n: fold for fold, members in FOLDS.items() for n in members}
# Heads in 1.jpg, 2.jpg, … of the published set.
_HEADS = (
  *(4633, 1940, 2364, 96, 469, 2550, 648, 1046, 3406, 700, 484, 581, 730),
  *(2961, 1543, 209, 362, 682, 754, 2706, 376, 967, 679, 1566, 890, 2391),
  *(1858, 1739, 1601, 248, 1998, 562, 311, 1115, 1050, 2105, 917, 440, 164),
  *(1037, 1284, 329, 947, 2358, 1451, 1366, 1961, 2372, 588, 440),
)


def read(folder: Path, division: str | None = None) -> Iterator[Item]:
  """Yields the pictures in numerical order.

  Points are 0-based and continuous as they are; nothing is subtracted.

  Args:
    folder: holds pictures and annotations.
    division: fold that becomes the test split, or None.

  Raises:
    InputError: the folder is laid out otherwise, or there is no such fold.
  """
  check_choice("division", division, FOLDS)
  paths = _images(folder)
  if not paths:
    raise wrong_layout(folder, LAYOUT, _images)
  images = []
  for path in paths:
    fold = _FOLD_OF[number_in(path)]
    split = "test" if fold == division else "train"
    images.append(LabelledImage(path.stem, path, split=split, group=fold))
  others = []
  for item in annotated(images, folder, _ANNOTATION, r"\d+", read_points):
    yield item
    if isinstance(item, LabelledImage) and item.points is not None:
      heads, published = len(item.points), _HEADS[number_in(item.path) - 1]
      if heads != published:
        others.append(f"{item.path.name} {heads} ({published})")
  if others:
    yield Note(
      f"In {len(others)} images the number of heads differs from the published "
      f"one in brackets: {', '.join(others[:5])}{', …' if others[5:] else ''}."
    )


def _images(folder: Path) -> list[Path]:
  """Lists the images; none if the folder holds none of their annotations."""
  paths = [
    path
    for path in images_named(folder, r"\d{1,3}")
    if number_in(path) in _FOLD_OF
  ]
  if not any((folder / _ANNOTATION.format(p.stem)).exists() for p in paths):
    return []
  return paths
