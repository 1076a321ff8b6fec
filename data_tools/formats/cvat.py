"""CVAT for images 1.1: one XML file with points, boxes or ellipses."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

from cdcc_tf.errors import InputError, first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item
from data_tools.formats.parsing.choices import (
  BOX_POINTS,
  box_head,
  chosen,
  head_labels,
)
from data_tools.formats.parsing.exports import Entry, find_export, match
from data_tools.formats.parsing.fields import parse_number, shown, size_of
from data_tools.formats.parsing.image_names import ImageFolder

LAYOUT = """\
  folder/                        (export "CVAT for images 1.1", unpacked)
    annotations.xml              (any one *.xml)
    images/a.jpg                 (anywhere below; names as in the XML)
  Points are heads, one element may hold many; boxes are by --box_point,
  ellipses by their centre. --label chooses labels. Pictures of the XML
  without shapes are pictures without people; pictures that it does not
  name are unlabelled."""
DEFAULT_SPLITS = Splits()
OPTIONS = ("annotations", "label", "box_point")

_DEEPEST = 50  # elements within elements; the format has six
_NO_SHAPES = ("tag", "attribute")


@dataclasses.dataclass(frozen=True)
class _Shape:
  label: str
  points: tuple[tuple[float, float], ...] = ()
  problem: str = ""


@dataclasses.dataclass(frozen=True)
class _Image:
  name: str
  where: str
  size: tuple[int, int] | None
  shapes: tuple[_Shape, ...]
  problem: str = ""


def read(
  folder: Path,
  annotations: str | None = None,
  label: str | Sequence[str] = (),
  box_point: str = "centre",
) -> Iterator[Item]:
  """Yields every picture of the folder.

  Args:
    folder: holds the XML file and the pictures.
    annotations: name of the XML file, if there are several.
    label: labels that mark heads.
    box_point: where in a box the head is, see `choices.box_head`.

  Raises:
    InputError: no file or several, it is not of CVAT for images, or `label`
      does not fit.
  """
  chosen("box_point", box_point, BOX_POINTS)
  export = find_export(folder, annotations, (".xml",), LAYOUT)
  declared: set[str] = set()
  images = list(_images(export, box_point, declared))
  used = {shape.label for image in images for shape in image.shapes}
  wanted = head_labels(used, declared, label, export)
  entries = [_entry(image, wanted) for image in images]
  yield from match(ImageFolder(folder), export, entries, upright=True)


def _entry(image: _Image, wanted: set[str]) -> Entry:
  shapes = [shape for shape in image.shapes if shape.label in wanted]
  problems = [image.problem, *(shape.problem for shape in shapes)]
  problem = next(filter(None, problems), "")
  points = [point for shape in shapes for point in shape.points]
  return Entry(
    image.name, image.where, None if problem else points, image.size, problem
  )


def _images(
  export: Path, box_point: str, declared: set[str]
) -> Iterator[_Image]:
  """Yields the images of an export, and notes the labels that it declares.

  Raises:
    InputError: it is no XML, or not of CVAT for images.
  """
  depth = 0
  path: list[str] = []
  try:
    with open(export, "rb") as file:
      # Entities and DTDs, with which XML can grow or reach out, are refused.
      for event, element in ElementTree.iterparse(
        file, ("start", "end"), forbid_dtd=True
      ):
        if event == "start":
          path.append(element.tag)
          depth = len(path)
          if (
            path[0] != "annotations"
            or depth > _DEEPEST
            or element.tag == "track"
          ):
            raise _not_cvat(export, path)
          continue
        path.pop()
        if element.tag == "name" and path[-1:] == ["label"]:
          declared.add(element.text or "")
        if len(path) == 1:
          if element.tag == "image":
            yield _image(element, box_point)
          element.clear()  # or a large file fills the memory
  except OSError as error:
    raise InputError(
      f"{export}: cannot be read ({error.strerror}). Mend that or remove it."
    ) from error
  except InputError:
    raise
  except (ParseError, ValueError, LookupError) as error:
    raise InputError(
      f"{export}: no valid XML ({first_line(error)}). Export it again."
    ) from error


def _not_cvat(export: Path, path: list[str]) -> InputError:
  if path[-1] == "track":
    found = "an export of 'CVAT for video'"
  else:
    found = f"has an element {shown(path[-1])}, so it is none of CVAT's"
  return InputError(f"{export}: {found}. Export as 'CVAT for images 1.1'.")


def _image(element: Element, box_point: str) -> _Image:
  name = element.get("name", "")
  where = f"image {shown(element.get('id', name))}"
  problem, size = "", None
  try:
    size = size_of(
      *(
        parse_number(element.get(side, "0"), side)
        for side in ("height", "width")
      )
    )
  except ValueError as error:
    problem = first_line(error)
  shapes = []
  for child in element:
    if child.tag in _NO_SHAPES:
      continue
    members = list(child) if child.tag == "skeleton" else [child]
    for member in members:
      if member.tag in _NO_SHAPES or member.get("outside", "0") == "1":
        continue
      try:
        points = tuple(_points(member, box_point))
        shape = _Shape(member.get("label", ""), points)
      except ValueError as error:
        problem_of = f"{member.tag}: {first_line(error)}"
        shape = _Shape(member.get("label", ""), problem=problem_of)
      shapes.append(shape)
  return _Image(name, where, size, tuple(shapes), problem)


def _points(shape: Element, box_point: str) -> list[tuple[float, float]]:
  """Returns the heads that a shape marks.

  Raises:
    ValueError: it marks none, or is damaged.
  """

  def value(name: str) -> float:
    return parse_number(shape.get(name), name)

  if shape.tag == "points":
    pairs = [
      p.split(",") for p in shape.get("points", "").split(";") if p.strip()
    ]
    if not pairs or any(len(pair) != 2 for pair in pairs):
      raise ValueError(f"points={shown(shape.get('points'))} are no x,y;x,y")
    return [(parse_number(x, "x"), parse_number(y, "y")) for x, y in pairs]
  if shape.tag == "box":
    left, top = value("xtl"), value("ytl")
    return [
      box_head(left, top, value("xbr") - left, value("ybr") - top, box_point)
    ]
  if shape.tag == "ellipse":
    return [(value("cx"), value("cy"))]
  raise ValueError("marks no head; use points, or leave it out by --label")
