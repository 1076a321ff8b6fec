"""Where each record comes from: one row a picture, beside the manifest."""

import csv
import dataclasses
import io
from collections.abc import Iterable
from typing import Any

FILE_NAME = "pictures.csv"


@dataclasses.dataclass(frozen=True)
class Origin:
  """What a record was made from, and what was changed on the way.

  Attributes:
    file: the picture file.
    kind: what is in it, e.g. `JPEG RGB`.
    sha256: of the picture as it came, hexadecimal.
    height_given: height of the picture as it came, in pixels.
    width_given: its width.
    converted: why the picture could not be stored as it came, e.g. `CMYK`;
      empty if it could.
    exif_ignored: orientation that its EXIF data tells, 2 to 8, and that was not
      applied; 0 if none is told, or it was.
    heads_given: number of points in the annotation.
    outside: number of those that were left out because they lie outside the
      picture.
    duplicates: number of those that were kept although an earlier one has the
      same coordinates.
  """

  file: str = ""
  kind: str = ""
  sha256: str = ""
  height_given: int = 0
  width_given: int = 0
  converted: str = ""
  exif_ignored: int = 0
  heads_given: int = 0
  outside: int = 0
  duplicates: int = 0


@dataclasses.dataclass(frozen=True)
class Row:
  """A picture's row in `pictures.csv`: the record, then its origin."""

  split: str
  id: str
  group: str
  height: int
  width: int
  labelled: bool
  heads: int
  origin: Origin


def fields_of(row: Row) -> dict[str, Any]:
  """Returns a row as plain values, as `row_from` takes them."""
  return vars(row) | {"origin": dict(vars(row.origin))}


def row_from(fields: dict[str, Any]) -> Row:
  """Returns the row of which `fields_of` made plain values."""
  return Row(**fields | {"origin": Origin(**fields["origin"])})


def table(rows: Iterable[Row]) -> bytes:
  """Returns the rows as CSV, headed by the names of the fields."""
  text = io.StringIO()
  writer = csv.writer(text, lineterminator="\n")
  own = [f.name for f in dataclasses.fields(Row) if f.name != "origin"]
  origin = [f.name for f in dataclasses.fields(Origin)]
  writer.writerow(own + origin)
  for row in rows:
    values = [getattr(row, name) for name in own]
    writer.writerow(values + [getattr(row.origin, name) for name in origin])
  # A file's name may hold bytes that are no text: give them back as they came.
  return text.getvalue().encode(errors="surrogateescape")


def heads_by_id(content: bytes) -> dict[str, tuple[int, int]]:
  """Reads of a table that `table` made how many heads pictures have.

  Returns:
    Picture id to the number of heads in the record, and of those that were
    given less those that were left out.

  Raises:
    ValueError: it is no such table.
  """
  text = io.StringIO(content.decode(errors="surrogateescape"), newline="")
  found = {}
  try:
    for row in csv.DictReader(text, strict=True):
      kept = int(row["heads_given"]) - int(row["outside"])
      found[row["id"]] = int(row["heads"]), kept
  except (KeyError, TypeError, csv.Error) as error:
    raise ValueError(f"no table of pictures ({error!r})") from error
  return found
