"""A plain CSV of head points: `image,x,y`, one head a line."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError, first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Note
from data_tools.formats.parsing.exports import Entry, find_export, match
from data_tools.formats.parsing.fields import check_choice, parse_number, shown
from data_tools.formats.parsing.files import load_text
from data_tools.formats.parsing.image_names import ImageFolder

LAYOUT = """\
  folder/
    points.csv                   (header image,x,y; any one *.csv)
    *.jpg, *.png, …              (names as in the column image)
  Columns are separated by comma, semicolon, tab or bar. A name may leave
  out the suffix, and the folder that holds all pictures. x and y are
  pixels from the top left unless --coordinates says otherwise.
  A line with a name and empty x and y is an image without people.
  Images that the file does not name are unlabelled, not empty. A source
  domain also needs a split val: --val_fraction=0.1"""
# It may be a source or a target domain.
DEFAULT_SPLITS = Splits()
OPTIONS = ("annotations", "coordinates")

COORDINATES = ("pixels", "normalised", "one_based")
_COLUMNS = ("image", "x", "y")
_DELIMITERS = ",;\t|"
# Beyond, a normalised head is not just outside its picture: it is no share.
_LARGEST_SHARE = 2.0
# Spreadsheets part thousands so; in a comma-separated table it cannot be told.
_GROUPED = re.compile(r" *-?\d{1,3}(,\d{3})+ *")

Heads = dict[str, list[tuple[float, float]]]


def read(
  folder: Path, annotations: str | None = None, coordinates: str = "pixels"
) -> Iterator[Item]:
  """Yields every picture of the folder; those not in the CSV are unlabelled.

  Args:
    folder: holds the CSV file and the pictures.
    annotations: name of the CSV file, if there are several.
    coordinates: `pixels`, `normalised` (shares of the width and height, 0 to 1)
      or `one_based` (pixels as MATLAB counts them: the centre of the first is
      1, so that its outer corner is 0.5).

  Raises:
    InputError: no CSV or several, a column is missing, a number is bad, or
      normalised coordinates are pixels.
  """
  check_choice("coordinates", coordinates, COORDINATES)
  table = find_export(folder, annotations, (".csv", ".tsv"), LAYOUT)
  heads = read_table(table)
  largest = max(
    (max(point) for of in heads.values() for point in of), default=2
  )
  if coordinates == "normalised" and largest > _LARGEST_SHARE:
    raise InputError(
      f"{table}: has a coordinate {largest:g}, so they are no shares of the "
      "width and height. Leave out --coordinates=normalised."
    )
  if coordinates == "pixels" and largest <= 1:
    yield Note(
      f"{table.name}: no coordinate is above 1. If they are shares of the "
      "width and height, convert again with --coordinates=normalised."
    )
  shift = 0.5 if coordinates == "one_based" else 0
  entries = [
    Entry(
      name,
      where=f"picture {shown(name)}",
      points=list(np.reshape(points, (-1, 2)) - shift),
      normalised=coordinates == "normalised",
    )
    for name, points in heads.items()
  ]
  yield from match(ImageFolder(folder), table, entries, upright=False)


def read_table(table: Path) -> Heads:
  """Reads the CSV into head points by picture name.

  Raises:
    InputError: it is no CSV text, a column is missing, or a line has no picture
      name, too many values or a coordinate that is not a finite number.
  """
  heads: Heads = {}
  text = load_text(table)
  delimiter = _delimiter(text)
  rows = csv.DictReader(
    io.StringIO(text, newline=""), delimiter=delimiter, strict=True
  )  # strict: quotes never closed would swallow the lines after them
  try:
    rows.fieldnames = _names(rows.fieldnames or (), table)
    for row in rows:
      where = f"{table}, line {rows.line_num}"
      name = (row["image"] or "").strip()
      if not name:
        raise InputError(f"{where}: no picture name in column image; give one")
      if any(row.get(None, ())):  # what is beyond the columns
        raise InputError(
          f"{where}: more values than columns; write decimals with a point, or "
          "separate columns by semicolons, and put names with commas in quotes"
        )
      points = heads.setdefault(name, [])
      if delimiter == "," and any(
        _GROUPED.fullmatch(row[axis] or "") for axis in "xy"
      ):
        raise InputError(
          f"{where}: x={shown(row['x'])} y={shown(row['y'])}: a comma before "
          "three digits may part thousands or decimals; write neither"
        )
      if row["x"] != "" or row["y"] != "":
        points.append(_point(row["x"], row["y"], where))
  except csv.Error as error:
    raise InputError(
      f"{table}, line {rows.reader.line_num}: {first_line(error)}; repair the "
      "line, its quotes above all"
    ) from error
  return heads


def _delimiter(text: str) -> str:
  """Finds what separates the names of the columns in the first line."""
  first = text.partition("\n")[0].partition("\r")[0]
  for delimiter in _DELIMITERS:
    names = [name.strip(' "').lower() for name in first.split(delimiter)]
    if set(_COLUMNS) <= set(names):
      return delimiter
  return ","


def _names(header: Iterable[str], table: Path) -> list[str]:
  names = [name.strip().lower() for name in header]
  absent = [column for column in _COLUMNS if column not in names]
  if absent:
    raise InputError(
      f"{table}: column {', '.join(absent)} is missing; the first line must "
      "read image,x,y"
    )
  twins = [column for column in _COLUMNS if names.count(column) > 1]
  if twins:
    raise InputError(f"{table}: column {twins[0]} appears twice; remove one")
  return names


def _point(x: str | None, y: str | None, where: str) -> tuple[float, float]:
  try:
    # A comma can only be a decimal one here: no column has it unquoted.
    return (
      parse_number((x or "").replace(",", ".", 1), "x"),
      parse_number((y or "").replace(",", ".", 1), "y"),
    )
  except ValueError as error:
    raise InputError(
      f"{where}: x={shown(x)} y={shown(y)} are not numbers; give pixels"
    ) from error
