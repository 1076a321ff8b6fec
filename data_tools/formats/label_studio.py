"""Label Studio's JSON: keypoints, boxes or ellipses, in per cent."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cdcc_tf.errors import InputError, first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Unreadable
from data_tools.formats.parsing.exports import find_export
from data_tools.formats.parsing.fields import (
  check_choice,
  mapping,
  number,
  sequence,
  shown,
  size_of,
  text,
)
from data_tools.formats.parsing.files import load_json
from data_tools.formats.parsing.image_names import ImageFolder
from data_tools.formats.parsing.shapes import (
  BOX_POINTS,
  Annotated,
  Shape,
  box_head,
  match_shapes,
)

LAYOUT = """\
  folder/
    project-1.json               (any one *.json; the "JSON" export)
    images/a.jpg                 (anywhere below; names as in addresses)
  Of each picture the ground truth counts, or else the latest annotation;
  predictions and cancelled ones do not. Keypoints are heads; boxes are by
  --box_point, ellipses by their centre. --label chooses labels. A picture
  submitted without labels is one without people; others are unlabelled."""
DEFAULT_SPLITS = Splits()
OPTIONS = ("annotations", "label", "box_point")

# What says something of a picture but marks nothing in it.
_NO_REGIONS = (
  "choices",
  "rating",
  "textarea",
  "number",
  "taxonomy",
  "datetime",
)


def read(
  folder: Path,
  annotations: str | None = None,
  label: str | Sequence[str] = (),
  box_point: str = "centre",
) -> Iterator[Item]:
  """Yields every image of the folder."""
  check_choice("box_point", box_point, BOX_POINTS)
  export = find_export(folder, annotations, (".json",), LAYOUT)
  content = load_json(export)
  tasks = content if isinstance(content, list) else []
  if not any(isinstance(task, dict) and "data" in task for task in tasks):
    raise InputError(
      f"{export}: no list of tasks with data and annotations. Export from "
      "Label Studio as JSON, not as JSON-MIN, CSV or another format."
    )
  found = []
  for index, task in enumerate(tasks):
    try:
      found.append(_task(task, f"task {index + 1}", box_point))
    except ValueError as error:
      yield Unreadable(export, f"task {index + 1}: {first_line(error)}")
  images = ImageFolder(folder)
  yield from match_shapes(
    images, export, found, label, find=images.find_address
  )


def _task(task: object, where: str, box_point: str) -> Annotated:
  """Reads one task.

  Raises:
    ValueError: it does not say of which picture it is.
  """
  fields = mapping(task, "it")
  name = _image_name(mapping(fields.get("data"), "data"))
  old = "annotations" not in fields
  try:
    results = _results(fields.get("completions" if old else "annotations"))
    if results is None:
      return Annotated(name, where, None)
    shapes = [_shape(result, old, box_point) for result in results]
  except ValueError as error:
    return Annotated(name, where, problem=first_line(error))
  return Annotated(name, where, [shape for shape in shapes if shape])


def _image_name(data: dict[str, Any]) -> str:
  """Finds the picture's address, whatever the project calls it."""
  if "image" in data:
    return text(data["image"], "data.image")
  texts = [value for value in data.values() if isinstance(value, str)]
  if len(texts) != 1:
    raise ValueError(f"data is {shown(data)}, without image")
  return text(texts[0], "data")


def _results(value: object) -> list[Any] | None:
  """Returns the results of the annotation that counts; None without one."""
  valid = [
    member
    for member in (
      mapping(member, "an annotation")
      for member in sequence(value, "annotations")
    )
    if not (member.get("was_cancelled") or member.get("skipped"))
  ]
  if not valid:
    return None
  truths = [member for member in valid if member.get("ground_truth")] or valid
  # Their times are texts that sort; the later of equal ones is further down.
  latest = max(
    enumerate(truths),
    key=lambda item: (
      str(item[1].get("updated_at") or item[1].get("created_at") or ""),
      item[0],
    ),
  )[1]
  return sequence(latest.get("result"), "result")


def _shape(result: object, old: bool, box_point: str) -> Shape | None:
  """Returns what one result marks; None if it marks nothing in the picture."""
  fields = mapping(result, "a result")
  kind = text(fields.get("type"), "type")
  if kind in _NO_REGIONS or kind == "relation":
    return None
  value = mapping(fields.get("value"), "value")
  names = value.get(kind, value.get("labels", []))
  labels = tuple(text(name, kind) for name in sequence(names, kind))
  try:
    size = size_of(fields.get("original_height"), fields.get("original_width"))
    if size is None:
      raise ValueError("original_width and original_height are missing")
    if old and fields.get("image_rotation"):
      raise ValueError(
        "the picture was turned while labelling, by a version that may have "
        "turned the points too; turn it back in Label Studio and export again"
      )
    point = _point(value, kind, size, box_point)
  except ValueError as error:
    return Shape(labels, problem=f"{kind}: {first_line(error)}")
  return Shape(labels, [point], size=size)


def _point(
  value: dict[str, Any], kind: str, size: tuple[int, int], box_point: str
) -> tuple[float, float]:
  """Returns the head that a result marks, in pixels.

  Per cents are of the picture as it is, however the annotator turned it for
  viewing (`image_rotation`).
  """
  height, width = size
  x = number(value.get("x"), "x") / 100 * width
  y = number(value.get("y"), "y") / 100 * height
  if kind.startswith(("keypoint", "ellipse")):
    return x, y
  if not kind.startswith("rectangle"):
    raise ValueError("marks no head; use keypoints, or leave it out by --label")
  if value.get("rotation"):
    raise ValueError("a turned box; use keypoints")
  return box_head(
    x,
    y,
    number(value.get("width"), "width") / 100 * width,
    number(value.get("height"), "height") / 100 * height,
    box_point,
  )
