"""The heads that an annotation of a COCO file marks."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cdcc_tf.errors import InputError
from data_tools.formats.parsing.fields import (
  mapping,
  number,
  pair,
  sequence,
  shown,
  text,
)
from data_tools.formats.parsing.shapes import box_head, head_labels, label_list

_LONGEST_ID = 100  # characters

Points = list[tuple[float, float]]


@dataclasses.dataclass(frozen=True)
class Category:
  """A category, and the names of the keypoints that each of its members has."""

  name: str = ""
  keypoints: tuple[str, ...] = ()


def key_of(value: Any, field: str) -> str:
  """Returns an id, which some tools write as a number and others as text."""
  id = value.get(field) if isinstance(value, dict) else None
  plain = isinstance(id, int | str) and not isinstance(id, bool)
  return str(id) if plain and len(str(id)) <= _LONGEST_ID else ""


def read_categories(value: object) -> dict[str, Category]:
  """Reads the list of categories, by id.

  Raises:
    ValueError: it is none.
  """
  found = {}
  for member in sequence(value, "categories"):
    fields = mapping(member, "a category")
    names = fields.get("keypoints") or []
    found[key_of(fields, "id")] = Category(
      text(fields.get("name"), "a category's name"),
      tuple(text(n, "a keypoint's name") for n in sequence(names, "keypoints")),
    )
  return found


class Heads:
  """Finds the heads of an annotation; counts those that cannot be placed."""

  def __init__(
    self,
    export: Path,
    categories: dict[str, Category],
    members: list[Any],
    label: str | Sequence[str],
    box_point: str,
  ):
    self._export, self._box_point = export, box_point
    self._categories = categories
    self.invisible = 0
    names = {category.name for category in categories.values()}
    keypoints = {k for c in categories.values() for k in c.keypoints} - names
    wanted = label_list(label)
    self._keypoints = [name for name in wanted if name in keypoints]
    wanted = [name for name in wanted if name not in keypoints]
    if self._keypoints and not wanted:
      wanted = [
        category.name
        for category in categories.values()
        if set(category.keypoints) & set(self._keypoints)
      ]
    used = {
      category.name for category in map(self._category, members) if category
    }
    self._wanted = head_labels(used, names | keypoints, wanted, export)

  def _category(self, annotation: Any) -> Category | None:
    if not self._categories:  # some tools know but one, and do not write it
      return Category()
    return self._categories.get(key_of(annotation, "category_id"))

  def of(self, annotation: Any) -> Points:
    """Returns the heads of one annotation, none if it is of other things.

    Raises:
      ValueError: it marks no single people, or is damaged.
      InputError: it has several keypoints and none was chosen.
    """
    fields = mapping(annotation, "it")
    category = self._category(fields)
    if category is None:
      raise ValueError(
        f"category_id {shown(fields.get('category_id'))} is not in categories"
      )
    if category.name not in self._wanted:
      return []
    if fields.get("iscrowd"):
      raise ValueError(
        "a region of a crowd (iscrowd), whose heads nobody marked"
      )
    if fields.get("keypoints"):
      points = self._of_keypoints(fields, category)
      self.invisible += not points
      return points
    if fields.get("points"):
      return _point_list(sequence(fields["points"], "points"))
    if fields.get("bbox"):
      box = sequence(fields["bbox"], "bbox")
      if len(box) != 4:
        raise ValueError(f"bbox is {shown(box)}, not x, y, width, height")
      x, y, width, height = (number(side, "bbox") for side in box)
      return [box_head(x, y, width, height, self._box_point)]
    raise ValueError("has neither keypoints nor points nor bbox")

  def _of_keypoints(self, fields: dict[str, Any], category: Category) -> Points:
    numbers = [
      number(value, "keypoints")
      for value in sequence(fields["keypoints"], "keypoints")
    ]
    names = category.keypoints
    stride = _stride(len(numbers), len(names), fields.get("num_keypoints"))
    triples = [numbers[i : i + stride] for i in range(0, len(numbers), stride)]
    if len(names) > 1:
      chosen = [names.index(name) for name in self._keypoints if name in names]
      if not chosen:
        raise InputError(
          f"{self._export}: category {category.name} has {len(names)} "
          f"keypoints a person ({', '.join(names[:5])}, …), of which one "
          f"marks the head. Name it: --label={names[0]}"
        )
      triples = [triples[chosen[0]]]
    return [(t[0], t[1]) for t in triples if stride == 2 or t[2] > 0]


def _stride(length: int, names: int, labelled: object) -> int:
  """Tells whether keypoints are x, y, v, as they should be, or only x, y.

  Args:
    length: of the list of numbers.
    names: number of keypoints that the category names; one or none says little,
      for then some tools put many heads into one annotation.
    labelled: `num_keypoints`, the number of those with v > 0.
  """
  if names > 1:
    if length not in (2 * names, 3 * names):
      raise ValueError(f"keypoints are {length} numbers for {names} keypoints")
    return length // names
  pairs = isinstance(labelled, int) and length == 2 * labelled
  if length % 3 == 0 and not pairs:
    return 3
  if length % 2 == 0:
    return 2
  raise ValueError(f"keypoints are {length} numbers, not x, y, v for each")


def _point_list(value: list[Any]) -> Points:
  """Reads `[[x, y], …]` or `[x, y, …]`."""
  if value and not isinstance(value[0], list):
    if len(value) % 2:
      raise ValueError(f"points are {len(value)} numbers, not x, y for each")
    value = [list(two) for two in zip(value[::2], value[1::2], strict=True)]
  return [pair(point, "a point") for point in value]
