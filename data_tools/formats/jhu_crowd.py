"""JHU-CROWD++ (Sindagi et al., TPAMI 2020)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cdcc_tf.errors import first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import (
  LabelledImage,
  Note,
  Totals,
  Unreadable,
  labelled,
)
from data_tools.formats.parsing import text_points
from data_tools.formats.parsing.files import read_lines
from data_tools.formats.parsing.folders import (
  annotations_without_image,
  child_folder,
  images_named,
  wrong_layout,
)

LAYOUT = """\
  jhu_crowd_v2.0/
    train/images/0001.jpg
    train/gt/0001.txt            (a head a line: x y w h o b; or empty)
    train/image_labels.txt       (optional: counts to compare with)
    val/…
    test/…"""
# It publishes a split val.
DEFAULT_SPLITS = Splits()
TOTALS = (
  Totals("train", 2272),
  Totals("val", 500),
  Totals("test", 1600),
  Totals("all", 4372, 1_515_005),
)
_SPLITS = ("train", "val", "test")


def read(folder: Path) -> Iterator[LabelledImage | Unreadable | Note]:
  """Yields the pictures, numerically sorted within each split.

  Args:
    folder: holds `train`, `val` and `test`, or some of them.

  Raises:
    InputError: the folder is laid out otherwise.
  """
  splits = _pictures(folder)
  if not splits:
    raise wrong_layout(folder, LAYOUT, _pictures)
  for split, pictures in splits.items():
    base = pictures[0].parent.parent
    labels = child_folder(base, "gt")
    if labels is None:
      raise wrong_layout(base, LAYOUT)
    table = base / "image_labels.txt"
    try:
      counts = read_counts(table) if table.is_file() else {}
    except (OSError, ValueError) as error:
      yield Unreadable(table, first_line(error))
      counts = {}
    others = 0
    for path in pictures:
      picture = labelled(
        read_points,
        labels / f"{path.stem}.txt",
        LabelledImage(f"{split}/{path.stem}", path, split=split),
      )
      if isinstance(picture, LabelledImage) and picture.points is not None:
        heads, expected = len(picture.points), counts.get(path.stem)
        others += heads != (heads if expected is None else expected)
        if expected and not heads:
          # Nobody and a file cut off at its start look the same.
          reason = f"{path.stem}.txt: is empty, but {table.name} has {expected}"
          yield Unreadable(path, reason)
          continue
      yield picture
    for stem in sorted(set(counts) - {path.stem for path in pictures}):
      yield Unreadable(table, f"names a picture {stem[:40]} that is not there")
    yield from annotations_without_image(
      labels, (f"{path.stem}.txt" for path in pictures), r"(\d+)\.txt"
    )
    if others:
      yield Note(
        f"{split}: {others} pictures hold another number of heads than "
        f"{table.name} says."
      )


def read_points(annotation: Path) -> np.ndarray:
  """Reads the centres of the heads of one picture.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: a line is not six numbers.
  """
  return text_points.read_points(annotation, ("x", "y", "w", "h", "o", "b"))


def read_counts(table: Path) -> dict[str, int]:
  """Reads the number of heads of each picture, by its name without suffix.

  Raises:
    ValueError: a line is not `stem,count,scene,weather,distractor`.
  """
  counts = {}
  for number, line in enumerate(read_lines(table), start=1):
    if not line.strip():
      continue
    # Scenes are free text with spaces, and perhaps commas.
    stem, _, rest = line.partition(",")
    count = rest.partition(",")[0].strip()
    if not (count.isascii() and count.isdigit() and len(count) < 10):
      raise ValueError(
        f"line {number} is not name,count,scene,weather,distractor: "
        f"{line[:40]!r}"
      )
    counts[stem.strip()] = int(count)
  return counts


def _pictures(folder: Path) -> dict[str, list[Path]]:
  splits = {}
  for split in _SPLITS:
    base = child_folder(folder, split)
    images = None if base is None else child_folder(base, "images")
    splits[split] = images_named(images, r"\d+")
  return {split: pictures for split, pictures in splits.items() if pictures}
