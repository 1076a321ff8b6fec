"""The files that VGG Image Annotator writes, versions 1 and 2."""

import csv
import io
from pathlib import Path
from typing import Any

from cdcc_tf.errors import InputError, first_line
from data_tools.formats.parsing.fields import mapping, sequence, shown, text
from data_tools.formats.parsing.files import load_json, load_text, parse_json

_COLUMNS = (
  *("filename", "file_size", "region_count"),
  *("region_shape_attributes", "region_attributes"),
)
Region = tuple[dict[str, Any], dict[str, Any]]  # its shape, its attributes


class ViaImage:
  """What the export says of one picture: regions, or why they are unusable."""

  def __init__(self, name: str, where: str, file_size: object):
    self.name, self.where, self.file_size = name, where, str(file_size)
    self.regions: list[Region] = []
    self.problem = ""


def read_json(export: Path) -> list[ViaImage]:
  """Reads JSON or a project.

  Raises:
    InputError: it is none of VIA 1 or 2.
  """
  content = load_json(export)
  if isinstance(content, dict):
    content = content.get("_via_img_metadata", content)
  members = content.items() if isinstance(content, dict) else ()
  pictures = []
  for key, member in members:
    if not isinstance(member, dict) or "filename" not in member:
      continue
    try:
      name = text(member["filename"], "filename")
    except ValueError:
      name = key
    picture = ViaImage(name, f"picture {shown(key)}", member.get("size", ""))
    try:
      regions = member.get("regions")
      if isinstance(regions, dict):  # VIA 1 numbers them, VIA 2 lists them
        regions = list(regions.values())
      for region in sequence(regions, "regions"):
        fields = mapping(region, "a region")
        picture.regions.append(
          (
            mapping(fields.get("shape_attributes"), "shape_attributes"),
            mapping(fields.get("region_attributes") or {}, "region_attributes"),
          )
        )
    except ValueError as error:
      picture.problem = first_line(error)
    pictures.append(picture)
  if len(pictures) < max(1, len(members)):
    raise InputError(
      f"{export}: is not a JSON export or a project of VIA 1 or 2, whose "
      "pictures have a filename and regions. Export annotations as JSON or CSV."
    )
  return pictures


def read_table(export: Path) -> list[ViaImage]:
  """Reads a CSV, which has a row for each region.

  Raises:
    InputError: it is none of VIA 1 or 2, or damaged.
  """
  rows = csv.DictReader(io.StringIO(load_text(export), newline=""), strict=True)
  pictures: dict[tuple[str, str], ViaImage] = {}
  counts: dict[tuple[str, str], str] = {}
  try:
    # VIA 1 begins with #filename.
    rows.fieldnames = [n.lstrip("#").strip() for n in rows.fieldnames or ()]
    absent = [column for column in _COLUMNS if column not in rows.fieldnames]
    if absent:
      raise InputError(
        f"{export}: column {', '.join(absent)} is missing, so it is no CSV of "
        "VIA. Export annotations as CSV."
      )
    for row in rows:
      if any(row[column] is None for column in _COLUMNS) or row.get(None):
        raise InputError(
          f"{export}, line {rows.line_num}: has not the columns of the first "
          "line. Export it again."
        )
      key = row["filename"], row["file_size"]
      picture = pictures.setdefault(
        key, ViaImage(key[0], f"line {rows.line_num}", key[1])
      )
      counts[key] = row["region_count"]
      _add_row(picture, row)
  except csv.Error as error:
    raise InputError(
      f"{export}, line {rows.reader.line_num}: {first_line(error)}. Export it "
      "again."
    ) from error
  for key, picture in pictures.items():
    if not picture.problem and counts[key].strip() != str(len(picture.regions)):
      picture.problem = (
        f"has {len(picture.regions)} regions, and region_count says "
        f"{shown(counts[key])}: rows are missing"
      )
  return list(pictures.values())


def _add_row(picture: ViaImage, row: dict[str, str]) -> None:
  try:
    shape, attributes = (
      mapping(parse_json(row[column]), column)
      for column in ("region_shape_attributes", "region_attributes")
    )
  except ValueError as error:
    picture.problem = picture.problem or first_line(error)
    return
  if shape:
    picture.regions.append((shape, attributes))
