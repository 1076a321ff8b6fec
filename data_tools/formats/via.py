"""VGG Image Annotator, versions 1 and 2: CSV, JSON and project files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cdcc_tf.errors import first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Unreadable
from data_tools.formats.parsing.exports import find_export
from data_tools.formats.parsing.fields import check_choice, number, shown
from data_tools.formats.parsing.image_names import ImageFolder
from data_tools.formats.parsing.shapes import (
  BOX_POINTS,
  Annotated,
  Shape,
  box_head,
  match_shapes,
)
from data_tools.formats.parsing.via_files import ViaImage, read_json, read_table

LAYOUT = """\
  folder/
    via_export.csv               (or .json, or a saved project; any one)
    a.jpg                        (anywhere below; names as in the export)
  Points are heads; circles and ellipses by their centre, rectangles by
  --box_point. All regions are heads, unless --label names a value of one
  of their attributes. ViaImages of the export without regions are pictures
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
  """Yields every image of the folder.

  `label` takes values of a region's attributes; by default all regions count.
  """
  check_choice("box_point", box_point, BOX_POINTS)
  export = find_export(folder, annotations, (".csv", ".json"), LAYOUT)
  is_table = export.suffix.lower() == ".csv"
  pictures = (read_table if is_table else read_json)(export)
  index = ImageFolder(folder)
  images = []
  for picture, others in _named_once(pictures, index):
    if others:
      yield Unreadable(
        export,
        f"{picture.where}: is named {others + 1} times, and the file's size "
        "does not tell which it is",
      )
    else:
      images.append(_annotated(picture, box_point))
  yield from match_shapes(index, export, images, label or "*")


def _named_once(
  pictures: list[ViaImage], index: ImageFolder
) -> Iterator[tuple[ViaImage, int]]:
  """Yields each picture and the number of others that it may be taken for.

  VIA tells pictures of one name apart by their files' sizes in bytes.
  """
  named: dict[str, list[ViaImage]] = {}
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


def _annotated(image: ViaImage, box_point: str) -> Annotated:
  shapes = []
  for shape, attributes in image.regions:
    labels = tuple(_values(attributes))
    try:
      shapes.append(Shape(labels, [_head(shape, box_point)]))
    except ValueError as error:
      shapes.append(Shape(labels, problem=first_line(error)))
  return Annotated(image.name, image.where, shapes, problem=image.problem)


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
