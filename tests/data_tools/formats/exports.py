"""Exports of annotators as their tools write them, for tests of readers."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.data_tools.helpers import HEIGHT, WIDTH, Points, write_picture

# Neither symmetric nor in the middle: swapped axes or a flip would show.
CROWD = [(5.25, 40.5), (90.0, 3.0)]
ONE = [(7.0, 31.0)]


def picture_files(root: Path, *names: str) -> Path:
  """Writes pictures of HEIGHT x WIDTH."""
  for seed, name in enumerate(names):
    write_picture(root / name, seed=seed)
  return root


def as_lists(points: Points) -> list[list[float]]:
  return [list(point) for point in points]


def coco(
  pictures: dict[str, list[dict[str, Any]]],
  categories: Sequence[dict[str, Any]] = ({"id": 1, "name": "head"},),
) -> dict[str, Any]:
  """Returns a COCO file; ids are neither in order nor without gaps."""
  images, annotations = [], []
  for index, (name, members) in enumerate(pictures.items()):
    id = 70 - 3 * index
    images.append(
      {"id": id, "file_name": name, "width": WIDTH, "height": HEIGHT}
    )
    for member in members:
      fields = {"id": 900 - len(annotations), "image_id": id, "category_id": 1}
      annotations.append(fields | member)
  return {
    "info": {},
    "images": images,
    "annotations": annotations[::-1],
    "categories": list(categories),
  }


def coco_points(points: Points) -> list[dict[str, Any]]:
  """Returns one annotation of one keypoint for each head."""
  return [
    {"keypoints": [x, y, 2], "num_keypoints": 1, "bbox": [x, y, 0, 0]}
    for x, y in points
  ]


def cvat(images: str, labels: Sequence[str] = ("head",)) -> str:
  """Returns a CVAT file around the given image elements."""
  declared = "".join(f"<label><name>{label}</name></label>" for label in labels)
  return f"""<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><id>4</id><name>crowd</name><size>2</size>
    <labels>{declared}</labels></task></meta>
{images}
</annotations>
"""


def cvat_image(name: str, *shapes: str, id: int = 0) -> str:
  return (
    f'  <image id="{id}" name="{name}" width="{WIDTH}" height="{HEIGHT}">\n'
    + "".join(f"    {shape}\n" for shape in shapes)
    + "  </image>\n"
  )


def cvat_points(points: Points, label: str = "head") -> str:
  """Returns one element that holds all heads."""
  pairs = ";".join(f"{x:.2f},{y:.2f}" for x, y in points)
  return (
    f'<points label="{label}" source="manual" occluded="0" points="{pairs}" '
    'z_order="0"></points>'
  )


def label_studio_result(
  x: float, y: float, label: str = "head", **fields: Any
) -> dict[str, Any]:
  """Returns one keypoint, in per cent of a picture of WIDTH x HEIGHT."""
  return {
    "id": f"r{x}{y}",
    "type": "keypointlabels",
    "from_name": "kp",
    "to_name": "image",
    "original_width": WIDTH,
    "original_height": HEIGHT,
    "image_rotation": 0,
    "value": {
      "x": 100 * x / WIDTH,
      "y": 100 * y / HEIGHT,
      "width": 0.3,
      "keypointlabels": [label],
    },
  } | fields


def label_studio_task(
  name: str, *annotations: list[dict[str, Any]] | dict[str, Any]
) -> dict[str, Any]:
  """Returns a task; a list stands for an annotation with those results."""
  return {
    "id": 1,
    "data": {"image": f"/data/upload/1/1a2b3c4d-{name}"},
    "annotations": [
      annotation
      if isinstance(annotation, dict)
      else {"id": 1, "was_cancelled": False, "result": annotation}
      for annotation in annotations
    ],
    "predictions": [{"result": [label_studio_result(50, 25)] * 3}],
  }


def labelme(
  name: str, shapes: Sequence[dict[str, Any]], **fields: Any
) -> dict[str, Any]:
  """Returns one picture's LabelMe file."""
  return {
    "version": "5.4.1",
    "flags": {},
    "shapes": list(shapes),
    "imagePath": name,
    "imageData": "iVBORw0KGgo" * 1000,
    "imageHeight": HEIGHT,
    "imageWidth": WIDTH,
  } | fields


def labelme_shape(
  points: Points, kind: str | None = "point", label: str = "head"
) -> dict[str, Any]:
  shape = {
    "label": label,
    "points": as_lists(points),
    "group_id": None,
    "description": "",
    "flags": {},
    "mask": None,
  }
  return shape | ({"shape_type": kind} if kind else {})


def via_region(shape: dict[str, Any], **attributes: Any) -> dict[str, Any]:
  return {"shape_attributes": shape, "region_attributes": attributes}


def via_points(points: Points) -> list[dict[str, Any]]:
  return [via_region({"name": "point", "cx": x, "cy": y}) for x, y in points]


def via(pictures: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
  """Returns VIA 2's JSON, keyed by name and size."""
  return {
    f"{name}{1234 + index}": {
      "filename": name,
      "size": 1234 + index,
      "regions": regions,
      "file_attributes": {},
    }
    for index, (name, regions) in enumerate(pictures.items())
  }


def via_table(export: dict[str, Any], first: str = "filename") -> str:
  """Returns the CSV that VIA writes of the same."""
  text = io.StringIO()
  rows = csv.writer(text, lineterminator="\n")
  rows.writerow(
    [
      *(first, "file_size", "file_attributes", "region_count", "region_id"),
      *("region_shape_attributes", "region_attributes"),
    ]
  )
  for picture in export.values():
    regions = picture["regions"]
    head = [picture["filename"], picture["size"], "{}", len(regions)]
    for index, region in enumerate(regions):
      shape, attributes = (
        json.dumps(region[f"{of}_attributes"]) for of in ("shape", "region")
      )
      rows.writerow([*head, index, shape, attributes])
    if not regions:
      rows.writerow([*head, 0, "{}", "{}"])
  return text.getvalue()


def write_json(path: Path, content: Any) -> Path:
  path.parent.mkdir(parents=True, exist_ok=True)
  path.write_text(json.dumps(content))
  return path
