"""NWPU-Crowd (Wang et al., TPAMI 2020)."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data_tools.common.splits import Splits
from data_tools.formats.base import (
  Item,
  LabelledImage,
  Note,
  Totals,
  Unreadable,
)
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.fields import member
from data_tools.formats.parsing.files import load, read_json, read_lines
from data_tools.formats.parsing.folders import images_named, wrong_layout
from data_tools.formats.parsing.points import from_rows
from data_tools.formats.parsing.split_folders import json_or_mat, labelled

LAYOUT = """\
  NWPU-Crowd/
    images/0001.jpg … 5109.jpg   (or images_part1/ … images_part5/)
    jsons/0001.json … 3609.json  (or mats/0001.mat …)
    train.txt val.txt test.txt   (lists: number, luminance, level)
  The lists say which picture is in which split. Those of the split test
  are unlabelled. Records carry the level of crowding as group."""
# It publishes a split val.
DEFAULT_SPLITS = Splits()
TOTALS = (
  Totals("train", 3109),
  Totals("val", 500, 196_238),
  Totals("test", 1500),
)
_SPLITS = ("train", "val", "test")


def read(folder: Path) -> Iterator[Item]:
  """Yields the images in the order of the lists."""
  lists = _lists(folder)
  pictures = _pictures(folder)
  if not lists or not pictures:
    raise wrong_layout(
      folder, LAYOUT, lambda other: _lists(other) and _pictures(other)
    )
  for split, path in lists.items():
    for number, level in load(read_list, path, "Download it again."):
      picture = pictures.pop(number, None)
      if picture is None:
        missing = folder / "images" / f"{number:04}.jpg"
        yield Unreadable(
          missing, f"is listed in {path.name}, but missing, or listed before"
        )
        continue
      item = LabelledImage(picture.stem, picture, split=split, group=level)
      if split == "test":
        yield item  # its labels are with the authors
      else:
        yield _with_points(item, json_or_mat(folder, picture.stem))
  if pictures:
    yield Note(f"{len(pictures)} images are on no list and were skipped.")


def _with_points(
  picture: LabelledImage, annotation: Path
) -> LabelledImage | Unreadable:
  item = labelled(read_points, annotation, picture)
  if isinstance(item, LabelledImage) and item.points is not None:
    nobody = picture.group in ("", "level 0")
    if not nobody and not len(item.points):
      reason = (
        f"{annotation.name}: has no heads, but the list says {picture.group}"
      )
      return Unreadable(picture.path, reason)
  return item


def read_list(path: Path) -> list[tuple[int, str]]:
  """Reads a list of pictures.

  Numbers have gaps: 3098 is in val, 3169 in train.

  Returns:
    Number of each picture, and its level of crowding, `level 0` to `level 4`,
    or "" where the list has none.

  Raises:
    ValueError: it is damaged.
  """
  entries = []
  for number, line in enumerate(read_lines(path), start=1):
    words = line.split()
    if not words:
      continue
    shape = r"\d{1,6} [0-9] [0-9]|\d{1,6}"
    if not re.fullmatch(shape, " ".join(words), re.ASCII):
      raise ValueError(f"line {number} is not number, luminance, level")
    level = f"level {words[2]}" if len(words) == 3 else ""
    entries.append((int(words[0]), level))
  return entries


def read_points(annotation: Path) -> np.ndarray:
  """Reads `points` of a JSON file, or `annPoints` of a .mat file.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no such points.
  """
  if annotation.suffix == ".json":
    rows = member(read_json(annotation), "points")
    return from_rows(rows, "points")
  return matlab.read_points(annotation, ["annPoints"])


def _lists(folder: Path) -> dict[str, Path]:
  paths = {split: folder / f"{split}.txt" for split in _SPLITS}
  return {split: path for split, path in paths.items() if path.is_file()}


def _pictures(folder: Path) -> dict[int, Path]:
  """Finds the pictures by number, in one folder or in parts."""
  if not folder.is_dir():
    return {}
  parts = [
    path
    for path in sorted(folder.iterdir())
    if re.fullmatch(r"images([_-]?part\d\w?)?", path.name, re.IGNORECASE)
  ]
  return {
    int(path.stem): path
    for part in parts
    for path in images_named(part, r"[0-9]{4}")
  }
