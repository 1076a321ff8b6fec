"""What came out of a reader, sorted by kind."""

from collections.abc import Iterable
from typing import Any

from data_tools.formats.base import Item, LabelledImage, Note, Unreadable

Items = Iterable[Item]


def usable(items: Items) -> dict[str, LabelledImage]:
  """Returns the pictures by id; nothing else may have come, but notes."""
  pictures: dict[str, LabelledImage] = {}
  for item in items:
    if isinstance(item, Note):
      continue
    assert isinstance(item, LabelledImage), item
    assert item.id not in pictures
    pictures[item.id] = item
  return pictures


def reasons(items: Items) -> dict[str, str]:
  """Returns why files cannot be used, by their names."""
  found = {i.path.name: i.reason for i in items if isinstance(i, Unreadable)}
  assert all(len(reason.splitlines()) == 1 for reason in found.values())
  return found


def notes(items: Items) -> list[str]:
  """Returns the notes."""
  return [item.text for item in items if isinstance(item, Note)]


def heads(pictures: dict[str, LabelledImage]) -> dict[str, int | None]:
  """Returns the number of heads by picture; None for an unlabelled one."""
  return {
    id: None if picture.points is None else len(picture.points)
    for id, picture in pictures.items()
  }


def splits(pictures: dict[str, LabelledImage]) -> dict[str, str]:
  """Returns the split of each picture."""
  return {id: picture.split for id, picture in pictures.items()}


def states(items: Items) -> dict[str, Any]:
  """Returns each picture's points as lists, `None`, or why it is unreadable.

  Pictures by their id without `train/`, what cannot be read by its file's name.
  """
  found: dict[str, Any] = {}
  for item in items:
    if isinstance(item, Note):
      key, value = "note", item.text
    elif isinstance(item, Unreadable):
      key, value = item.path.name, item.reason
      assert "\n" not in item.reason
    else:
      assert isinstance(item, LabelledImage)
      key = item.id.removeprefix("train/")
      value = None if item.points is None else item.points.tolist()
      if item.points is not None:
        assert item.points.shape[1:] == (2,)
    assert key not in found
    found[key] = value
  return found
