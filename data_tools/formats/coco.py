"""COCO JSON: keypoints, points or boxes, of which each is a head."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cdcc_tf.errors import InputError, first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, Note, Unreadable
from data_tools.formats.parsing.coco_heads import Heads, key_of, read_categories
from data_tools.formats.parsing.exports import Entry, find_export, match
from data_tools.formats.parsing.fields import (
  check_choice,
  mapping,
  sequence,
  shown,
  size_of,
  text,
)
from data_tools.formats.parsing.files import load_json
from data_tools.formats.parsing.image_names import ImageFolder
from data_tools.formats.parsing.shapes import BOX_POINTS

LAYOUT = """\
  folder/
    annotations.json             (any one *.json, here or in annotations/)
    images/a.jpg                 (anywhere below; names as in file_name)
  An annotation's keypoints that are labelled (v > 0) are heads; else its
  points; else its box, by --box_point. --label chooses categories, and the
  keypoint that marks the head where a person has several: --label=nose.
  Pictures of the file without annotations are pictures without people;
  pictures that it does not name are unlabelled."""
DEFAULT_SPLITS = Splits()
OPTIONS = ("annotations", "label", "box_point")


def read(
  folder: Path,
  annotations: str | None = None,
  label: str | Sequence[str] = (),
  box_point: str = "centre",
) -> Iterator[Item]:
  """Yields every image of the folder.

  `label` takes names of categories and of keypoints.
  """
  check_choice("box_point", box_point, BOX_POINTS)
  export = find_export(folder, annotations, (".json",), LAYOUT)
  content = load_json(export)
  try:
    content = mapping(content, "the file")
    images = sequence(content.get("images"), "images")
    members = sequence(content.get("annotations"), "annotations")
    categories = read_categories(content.get("categories", []))
  except ValueError as error:
    raise InputError(
      f"{export}: {error}, so it is no COCO file. Export it again as COCO, or "
      "name another --format."
    ) from error
  heads = Heads(export, categories, members, label, box_point)
  entries: dict[str, Entry] = {}
  for index, image in enumerate(images):
    try:
      key, entry = _entry(image)
    except ValueError as error:
      yield Unreadable(export, f"images[{index}]: {first_line(error)}")
      continue
    if key in entries:
      raise InputError(
        f"{export}: two pictures have id {shown(key)}. Export again."
      )
    entries[key] = entry
  strangers = 0
  for index, annotation in enumerate(members):
    key = key_of(annotation, "image_id")
    if key in entries:
      entries[key] = _added(entries[key], annotation, heads, index)
    else:
      strangers += 1
  if strangers and strangers == len(members):
    raise InputError(
      f"{export}: no annotation belongs to a picture: image_id and the ids of "
      "images differ. Export again."
    )
  if strangers:
    yield Note(
      f"{export.name}: {strangers:,} annotations belong to none of its "
      "pictures."
    )
  if heads.invisible:
    yield Note(
      f"{export.name}: {heads.invisible:,} annotations have no labelled "
      "keypoint to count and were left out."
    )
  yield from match(ImageFolder(folder), export, entries.values(), upright=True)


def _entry(image: object) -> tuple[str, Entry]:
  fields = mapping(image, "it")
  key = key_of(fields, "id")
  if not key:
    raise ValueError(f"id is {shown(fields.get('id'))}, not a number or text")
  name = text(fields.get("file_name"), "file_name")
  try:
    size = size_of(fields.get("height"), fields.get("width"))
  except ValueError as error:
    return key, Entry(name, f"image {shown(key)}", problem=first_line(error))
  return key, Entry(name, f"image {shown(key)}", points=[], size=size)


def _added(entry: Entry, annotation: Any, heads: Heads, index: int) -> Entry:
  """Returns what is known of a picture with one more annotation."""
  if entry.problem:
    return entry
  try:
    points = heads.of(annotation)
  except InputError:  # a matter of all of them, and of --label
    raise
  except ValueError as error:
    problem = f"annotations[{index}]: {first_line(error)}"
    return dataclasses.replace(entry, points=None, problem=problem)
  assert isinstance(entry.points, list)
  entry.points.extend(points)  # in place: crowds have thousands
  return entry
