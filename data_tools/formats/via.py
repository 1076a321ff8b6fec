"""VGG Image Annotator, versions 1 and 2: CSV, JSON and project files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cdcc_tf.errors import first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Unreadable
from data_tools.formats.parsing.choices import (
  BOX_POINTS,
  box_head,
  chosen,
  head_labels,
  label_list,
)
from data_tools.formats.parsing.exports import Entry, find_export, match
from data_tools.formats.parsing.fields import number, shown
from data_tools.formats.parsing.image_names import ImageFolder
from data_tools.formats.parsing.via_files import Picture, read_json, read_table

LAYOUT = """\
  folder/
    via_export.csv               (or .json, or a saved project; any one)
    a.jpg                        (anywhere below; names as in the export)
  Points are heads; circles and ellipses by their centre, rectangles by
  --box_point. All regions are heads, unless --label names a value of one
  of their attributes. Pictures of the export without regions are pictures
  without people; pictures that it does not name are unlabelled."""
DEFAULT_SPLITS = Splits()
OPTIONS = ("annotations", "label", "box_point")

_CENTRED = ("point", "circle", "ellipse")


def read(
  folder: Path,
  annotations: str | None = None,
  label: str | Sequence[str] = (),
  box_point: str = "centre",
) -> Iterator[Item]:
  """Yields every picture of the folder.

  Args:
    folder: holds the export and the pictures.
    annotations: name of the export, if there are several.
    label: values of a region's attributes that mark heads; none takes all.
    box_point: where in a rectangle the head is, see `choices.box_head`.

  Raises:
    InputError: no export or several, it is not VIA's, or `label` does not fit.
  """
  chosen("box_point", box_point, BOX_POINTS)
  export = find_export(folder, annotations, (".csv", ".json"), LAYOUT)
  is_table = export.suffix.lower() == ".csv"
  pictures = (read_table if is_table else read_json)(export)
  values = {
    v for p in pictures for _, given in p.regions for v in _values(given)
  }
  wanted = head_labels(values, (), label, export) if label_list(label) else None
  index = ImageFolder(folder)
  entries = []
  for picture, others in _named_once(pictures, index):
    if others:
      yield Unreadable(
        export,
        f"{picture.where}: is named {others + 1} times, and the file's size "
        "does not tell which it is",
      )
    else:
      entries.append(_entry(picture, wanted, box_point))
  yield from match(index, export, entries, upright=True)


def _named_once(
  pictures: list[Picture], index: ImageFolder
) -> Iterator[tuple[Picture, int]]:
  """Yields each picture and the number of others that it may be taken for.

  VIA tells pictures of one name apart by their files' sizes in bytes.
  """
  named: dict[str, list[Picture]] = {}
  for picture in pictures:
    named.setdefault(picture.name, []).append(picture)
  for name, members in named.items():
    if len(members) > 1:
      try:
        path = index.find(name)
        size = str(path.stat().st_size) if path else ""
      except (ValueError, OSError):
        size = ""
      fitting = [m for m in members if m.file_size == size]
      members = fitting if len(fitting) == 1 else members
    for member in members:
      yield member, len(members) - 1


def _values(attributes: dict[str, Any]) -> Iterator[str]:
  """Yields the values of a region's attributes; those of boxes if ticked."""
  for value in attributes.values():
    if isinstance(value, str) and value:
      yield value
    elif isinstance(value, dict):
      yield from (name for name, ticked in value.items() if ticked)


def _entry(picture: Picture, wanted: set[str] | None, box_point: str) -> Entry:
  points: list[tuple[float, float]] = []
  problem = picture.problem
  for shape, attributes in picture.regions:
    if wanted is not None and not wanted & set(_values(attributes)):
      continue
    try:
      points.append(_head(shape, box_point))
    except ValueError as error:
      problem = problem or first_line(error)
  return Entry(
    picture.name,
    picture.where,
    points=None if problem else points,
    problem=problem,
  )


def _head(shape: dict[str, Any], box_point: str) -> tuple[float, float]:
  kind = shape.get("name")
  if kind in _CENTRED:
    return number(shape.get("cx"), "cx"), number(shape.get("cy"), "cy")
  if kind != "rect":
    raise ValueError(
      f"a region {shown(kind)} marks no head; use points, or leave it out by "
      "--label"
    )
  x, y, width, height = (
    number(shape.get(side), side) for side in ("x", "y", "width", "height")
  )
  return box_head(x, y, width, height, box_point)
