"""What came out of a reader, sorted by kind."""

from collections.abc import Iterable

from data_tools.formats.base import LabelledPicture, Note, Unreadable

Items = Iterable[LabelledPicture | Unreadable | Note]


def usable(items: Items) -> dict[str, LabelledPicture]:
  """Returns the pictures by id; nothing else may have come, but notes."""
  pictures: dict[str, LabelledPicture] = {}
  for item in items:
    if isinstance(item, Note):
      continue
    assert isinstance(item, LabelledPicture), item
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


def heads(pictures: dict[str, LabelledPicture]) -> dict[str, int | None]:
  """Returns the number of heads by picture; None for an unlabelled one."""
  return {
    id: None if picture.points is None else len(picture.points)
    for id, picture in pictures.items()
  }


def splits(pictures: dict[str, LabelledPicture]) -> dict[str, str]:
  """Returns the split of each picture."""
  return {id: picture.split for id, picture in pictures.items()}
