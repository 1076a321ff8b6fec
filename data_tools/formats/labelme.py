"""LabelMe: one JSON file a picture, with points, circles or rectangles."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cdcc_tf.errors import InputError, first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Unreadable
from data_tools.formats.parsing.exports import no_export
from data_tools.formats.parsing.fields import (
  check_choice,
  mapping,
  pair,
  sequence,
  shown,
  size_of,
  text,
)
from data_tools.formats.parsing.files import MAX_EXPORT_BYTES, read_json
from data_tools.formats.parsing.folders import natural_key
from data_tools.formats.parsing.image_names import ImageFolder, inside
from data_tools.formats.parsing.shapes import (
  BOX_POINTS,
  Annotated,
  Shape,
  box_head,
  match_shapes,
)

LAYOUT = """\
  folder/
    a.jpg, a.json                (imagePath in the JSON names the picture)
  Points are heads; circles by their centre, rectangles by --box_point.
  --label chooses labels. A JSON without shapes is a picture without
  people; a picture without a JSON is unlabelled."""
DEFAULT_SPLITS = Splits()
OPTIONS = ("label", "box_point")


def read(
  folder: Path, label: str | Sequence[str] = (), box_point: str = "centre"
) -> Iterator[Item]:
  """Yields every picture of the folder.

  Args:
    folder: holds the JSON files and the pictures, also in folders below.
    label: labels that mark heads.
    box_point: where in a rectangle the head is, see `shapes.box_head`.

  Raises:
    InputError: there is no JSON, none of them is LabelMe's, or `label` does not
      fit.
  """
  check_choice("box_point", box_point, BOX_POINTS)
  candidates = sorted(
    (path for path in folder.rglob("*.json") if path.is_file()), key=natural_key
  )
  if not candidates:
    raise no_export(folder, LAYOUT, (".json",))
  pictures = ImageFolder(folder)
  files, reasons = [], {}
  for path in candidates:
    try:
      inside(folder, path.relative_to(folder).as_posix())
      files.append(_file(path, box_point))
    except OSError as error:
      reasons[path] = error.strerror or first_line(error)
    except ValueError as error:
      reasons[path] = first_line(error)
  if not files:
    path, reason = next(iter(reasons.items()))
    raise InputError(
      f"{path}: {reason}; nor is any other file here one of LabelMe's."
    )
  for path, reason in reasons.items():
    # Its image is labelled, but the labels cannot be read.
    if image_of(path, pictures):
      files.append(Annotated(path.stem, "", problem=reason, source=path))
    else:
      yield Unreadable(path, reason)
  yield from match_shapes(pictures, folder, files, label)


def image_of(path: Path, pictures: ImageFolder) -> Path | None:
  """Finds the picture beside a JSON file that does not tell its name."""
  try:
    return pictures.find(path.stem, path.parent)
  except ValueError:
    return None


def _file(path: Path, box_point: str) -> Annotated:
  """Reads one JSON file, without the picture that it may hold.

  Raises:
    OSError: it cannot be read.
    ValueError: it is not LabelMe's.
  """
  fields = read_json(path, MAX_EXPORT_BYTES)
  if not isinstance(fields, dict) or "shapes" not in fields:
    raise ValueError("has no list of shapes, so it is none of LabelMe's files")
  return Annotated(
    text(fields.get("imagePath"), "imagePath"),
    "imagePath",
    [
      _shape(mapping(shape, "a shape"), box_point)
      for shape in sequence(fields["shapes"], "shapes")
    ],
    size_of(fields.get("imageHeight"), fields.get("imageWidth")),
    source=path,
  )


def _shape(shape: dict[str, Any], box_point: str) -> Shape:
  labels = (text(shape.get("label"), "label"),)
  # Old versions did not write the kind of their only one.
  kind = shape.get("shape_type") or "polygon"
  try:
    points = [
      pair(point, "a point")
      for point in sequence(shape.get("points"), "points")
    ]
    return Shape(labels, _heads(str(kind), points, box_point))
  except ValueError as error:
    return Shape(labels, problem=f"{shown(kind)}: {first_line(error)}")


def _heads(
  kind: str, points: list[tuple[float, float]], box_point: str
) -> list[tuple[float, float]]:
  """Returns the heads that a shape marks.

  Raises:
    ValueError: it marks none.
  """
  if kind == "rectangle":
    if len(points) != 2:
      raise ValueError(f"has {len(points)} corners, not 2")
    (x1, y1), (x2, y2) = points
    corner, other = (min(x1, x2), min(y1, y2)), (max(x1, x2), max(y1, y2))
    sides = other[0] - corner[0], other[1] - corner[1]
    return [box_head(*corner, *sides, box_point)]
  if kind == "circle" and len(points) == 2:
    return points[:1]
  # Some versions call a single point a line strip or a polygon.
  if kind == "points" or (len(points) == 1 and kind != "circle"):
    return points
  raise ValueError(
    f"of {len(points)} points marks no head; use points, or leave it out by "
    "--label"
  )
