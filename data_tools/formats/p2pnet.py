"""List files of P2PNet (ICCV 2021): `image.jpg image.txt` a line."""

import re
from collections.abc import Iterator
from pathlib import Path

from cdcc_tf.errors import first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, LabelledImage, Unreadable
from data_tools.formats.parsing.exports import (
  export_files,
  find_export,
  no_export,
)
from data_tools.formats.parsing.fields import shown
from data_tools.formats.parsing.files import load_text
from data_tools.formats.parsing.image_names import inside
from data_tools.formats.parsing.points import read_points

LAYOUT = """\
  folder/
    train.list                   (lines "train/a.jpg train/a.txt")
    test.list                    (optional; any *test*.list)
    train/a.jpg, train/a.txt     (one "x y" a line, in pixels)
  Names count from the folder. Every *.list is read. An empty text file is
  a picture without people; pictures in no list are left alone."""
# The lists say what is training and what is test.
DEFAULT_SPLITS = Splits()
OPTIONS = ("annotations",)

_SUFFIXES = (".list", ".lst")
# Names may hold spaces, so that the first suffix ends the picture's.
_LINE = r"(.+?\.(?:jpe?g|png|bmp|webp|tiff?))\s+(.+?\.txt)"


def read(folder: Path, annotations: str | None = None) -> Iterator[Item]:
  """Yields the pictures of the lists.

  Args:
    folder: the folder from which the lists' names count.
    annotations: name of one list, if not all are wanted.

  Raises:
    InputError: there is no list, or one is no text.
  """
  if annotations:
    lists = [find_export(folder, annotations, _SUFFIXES, LAYOUT)]
  else:
    lists = export_files(folder, folder, _SUFFIXES)
  if not lists:
    raise no_export(folder, LAYOUT, _SUFFIXES)
  listed: dict[Path, str] = {}
  for path in lists:
    split = "test" if "test" in path.stem.lower() else "train"
    for number, line in enumerate(load_text(path).split("\n"), start=1):
      if not line.strip():
        continue
      item = _picture(folder, path, number, line.strip(), split)
      if isinstance(item, LabelledImage):
        here = f"{path.name}, line {number}"
        first = listed.setdefault(item.path, here)
        if first != here:  # a test picture among the training ones is a leak
          reason = f"listed twice ({first}, and {here}); keep one"
          item = Unreadable(item.path, reason)
      yield item


def _picture(
  folder: Path, source: Path, number: int, line: str, split: str
) -> LabelledImage | Unreadable:
  match = re.fullmatch(_LINE, line, re.IGNORECASE)
  if not match:
    reason = f"line {number} names no picture and text file: {shown(line)}"
    return Unreadable(source, reason)
  try:
    picture, labels = inside(folder, match[1]), inside(folder, match[2])
  except ValueError as error:
    return Unreadable(source, f"line {number}: {first_line(error)}")
  try:
    points = read_points(labels)
  except (OSError, ValueError) as error:
    return Unreadable(picture, f"{labels.name}: {first_line(error)}")
  name = picture.relative_to(folder).as_posix()
  return LabelledImage(f"{split}/{name}", picture, points, split)
