"""JHU-CROWD++ (Sindagi et al., TPAMI 2020)."""

import functools
from collections.abc import Iterator
from pathlib import Path

from cdcc_tf.errors import first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import (
  Item,
  LabelledImage,
  Note,
  Totals,
  Unreadable,
)
from data_tools.formats.parsing import points
from data_tools.formats.parsing.files import read_lines
from data_tools.formats.parsing.split_folders import SplitFolders

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
_FOLDERS = SplitFolders(
  LAYOUT,
  r"\d+",
  "{}/images",
  "{}/gt",
  "{}.txt",
  ("train", "val", "test"),
)


def read(folder: Path) -> Iterator[Item]:
  """Yields the images, numerically sorted within each split."""
  for split, paths, labels in _FOLDERS.find(folder):
    table = labels.parent / "image_labels.txt"
    try:
      counts = read_counts(table) if table.is_file() else {}
    except (OSError, ValueError) as error:
      yield Unreadable(table, first_line(error))
      counts = {}
    others = 0
    for item in _FOLDERS.read_split(split, paths, labels, read_points):
      if isinstance(item, LabelledImage) and item.points is not None:
        stem = item.path.stem
        heads, expected = len(item.points), counts.get(stem)
        others += heads != (heads if expected is None else expected)
        if expected and not heads:
          # Nobody and a file cut off at its start look the same.
          reason = f"{stem}.txt: is empty, but {table.name} has {expected}"
          item = Unreadable(item.path, reason)
      yield item
    for stem in sorted(set(counts) - {path.stem for path in paths}):
      yield Unreadable(table, f"names a picture {stem[:40]} that is not there")
    if others:
      yield Note(
        f"{split}: in {others} images the number of heads differs from "
        f"{table.name}."
      )


# The centres of the heads, with their boxes, occlusion and blur.
read_points = functools.partial(
  points.read_points, columns=("x", "y", "w", "h", "o", "b")
)


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
