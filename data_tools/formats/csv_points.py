"""A plain CSV of head points: `image,x,y`, one head a line."""

import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError, first_line
from data_tools.formats.base import (
  PICTURE_SUFFIXES,
  LabelledPicture,
  Unreadable,
  wrong_layout,
)
from data_tools.splits import Splits

LAYOUT = """\
  folder/
    points.csv                   (header image,x,y; any one *.csv)
    *.jpg, *.png                 (names as in the column image)
  A line with a name and empty x and y is a picture without people. Pictures
  that the file does not name are unlabelled, not empty. A source domain needs
  a split val besides: --val_fraction=0.1"""
# Nobody knows whether it is a source or a target domain.
DEFAULT_SPLITS = Splits()


def read(folder: Path) -> Iterator[LabelledPicture | Unreadable]:
  """Yields every picture of the folder; those not in the CSV are unlabelled.

  Args:
    folder: holds one CSV file and the pictures.

  Raises:
    InputError: no CSV or several, a column is missing, a number is bad, or
      the file names a picture that is not there.
  """
  tables = (
    sorted(path for path in folder.glob("*.csv") if path.is_file())
    if folder.is_dir()
    else []
  )
  if len(tables) != 1:
    raise wrong_layout(folder, LAYOUT)
  heads = read_table(tables[0])
  pictures = sorted(
    path
    for path in folder.rglob("*")
    if path.suffix.lower() in PICTURE_SUFFIXES
  )
  names = {path.relative_to(folder).as_posix(): path for path in pictures}
  for missing in sorted(set(heads) - set(names)):
    yield Unreadable(folder / missing, f"named in {tables[0].name} but missing")
  for name, path in names.items():
    points = np.asarray(heads[name]).reshape(-1, 2) if name in heads else None
    yield LabelledPicture(f"train/{name}", path, points)


def read_table(table: Path) -> dict[str, list[tuple[float, float]]]:
  """Reads the CSV into head points by picture name.

  Raises:
    InputError: it is no CSV text, a column is missing, or a line has no picture
      name, too many values or a coordinate that is not a finite number.
  """
  heads: dict[str, list[tuple[float, float]]] = {}
  # Quotes that are never closed would swallow the lines after them: strict.
  rows = csv.DictReader(io.StringIO(_text(table), newline=""), strict=True)
  try:
    absent = {"image", "x", "y"} - set(rows.fieldnames or ())
    if absent:
      raise InputError(
        f"{table}: column {', '.join(sorted(absent))} is missing; the first "
        "line must read image,x,y"
      )
    for row in rows:
      where = f"{table}, line {rows.line_num}"
      if not row["image"]:
        raise InputError(f"{where}: no picture name in column image; give one")
      if any(row.get(None, ())):  # what is beyond the columns
        raise InputError(
          f"{where}: more values than columns; write decimals with a point and "
          "names with commas in quotes"
        )
      points = heads.setdefault(row["image"], [])
      if row["x"] != "" or row["y"] != "":
        points.append(_point(row["x"], row["y"], where))
  except csv.Error as error:
    raise InputError(
      f"{table}, line {rows.reader.line_num}: {first_line(error)}; repair the "
      "line, its quotes above all"
    ) from error
  return heads


def _text(table: Path) -> str:
  try:
    text = table.read_text(encoding="utf-8-sig")
  except UnicodeDecodeError as error:
    raise InputError(f"{table}: not UTF-8. Save it as UTF-8.") from error
  except OSError as error:
    raise InputError(
      f"{table}: cannot be read ({first_line(error)}). Mend that or remove it."
    ) from error
  before, zero, _ = text.partition("\0")
  if zero:
    raise InputError(
      f"{table}, line {before.count(chr(10)) + 1}: holds a zero byte, so it is "
      "damaged or no text. Save it as UTF-8."
    )
  return text


def _point(x: str | None, y: str | None, where: str) -> tuple[float, float]:
  try:
    point = float(x or ""), float(y or "")
  except ValueError:
    point = math.nan, math.nan
  if not (math.isfinite(point[0]) and math.isfinite(point[1])):
    raise InputError(
      f"{where}: x={x!r} y={y!r} are not numbers; give pixels, with a decimal "
      "point"
    )
  return point
