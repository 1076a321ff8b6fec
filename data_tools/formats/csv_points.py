"""A plain CSV of head points: `image,x,y`, one head a line."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError
from data_tools.formats.base import (
  PICTURE_SUFFIXES,
  LabelledPicture,
  Unreadable,
  wrong_layout,
)

LAYOUT = """\
  folder/
    points.csv                   (header image,x,y; any one *.csv)
    *.jpg, *.png                 (names as in the column image)
  A line with a name and empty x and y is a picture without people. Pictures
  that the file does not name are unlabelled, not empty."""


def read(folder: Path) -> Iterator[LabelledPicture | Unreadable]:
  """Yields every picture of the folder; those not in the CSV are unlabelled.

  Args:
    folder: holds one CSV file and the pictures.

  Raises:
    InputError: no CSV or several, a column is missing, a number is bad, or
      the file names a picture that is not there.
  """
  tables = sorted(folder.glob("*.csv")) if folder.is_dir() else []
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
    InputError: a column is missing or a coordinate is not a finite number.
  """
  try:
    text = table.read_text(encoding="utf-8-sig")
  except UnicodeDecodeError as error:
    raise InputError(f"{table}: not UTF-8. Save it as UTF-8.") from error
  heads: dict[str, list[tuple[float, float]]] = {}
  with io.StringIO(text, newline="") as file:
    rows = csv.DictReader(file)
    absent = {"image", "x", "y"} - set(rows.fieldnames or ())
    if absent:
      raise InputError(
        f"{table}: column {', '.join(sorted(absent))} is missing; the first "
        "line must read image,x,y"
      )
    for row in rows:
      points = heads.setdefault(row["image"], [])
      if not (row["x"] or row["y"]):
        continue
      try:
        point = float(row["x"]), float(row["y"])
      except (TypeError, ValueError):
        point = float("nan"), float("nan")
      if not np.isfinite(point).all():
        raise InputError(
          f"{table}, line {rows.line_num}: x={row['x']!r} y={row['y']!r} are "
          "not numbers; give pixels, with a decimal point"
        )
      points.append(point)
  return heads
