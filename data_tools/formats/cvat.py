"""CVAT for images 1.1: one XML file with points, boxes or ellipses."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

from cdcc_tf.errors import InputError, first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item
from data_tools.formats.parsing.exports import find_export
from data_tools.formats.parsing.fields import (
  check_choice,
  parse_number,
  shown,
  size_of,
)
from data_tools.formats.parsing.image_names import ImageFolder
from data_tools.formats.parsing.shapes import (
  BOX_POINTS,
  Annotated,
  Shape,
  box_head,
  match_shapes,
)

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


def read(
  folder: Path,
  annotations: str | None = None,
  label: str | Sequence[str] = (),
  box_point: str = "centre",
) -> Iterator[Item]:
  """Yields every image of the folder."""
  check_choice("box_point", box_point, BOX_POINTS)
  export = find_export(folder, annotations, (".xml",), LAYOUT)
  declared: set[str] = set()
  images = list(_images(export, box_point, declared))
  index = ImageFolder(folder)
  yield from match_shapes(index, export, images, label, declared)


def _images(
  export: Path, box_point: str, declared: set[str]
) -> Iterator[Annotated]:
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


def _image(element: Element, box_point: str) -> Annotated:
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
      labels = (member.get("label", ""),)
      try:
        shape = Shape(labels, _points(member, box_point))
      except ValueError as error:
        shape = Shape(labels, problem=f"{member.tag}: {first_line(error)}")
      shapes.append(shape)
  return Annotated(name, where, shapes, size, problem)


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
