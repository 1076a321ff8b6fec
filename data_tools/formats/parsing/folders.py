"""Where the files of a data set lie, and what to say if they lie elsewhere."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cdcc_tf.data.image_kinds import SUFFIXES, is_image
from cdcc_tf.errors import InputError
from data_tools.formats.base import Unreadable
from data_tools.formats.parsing.nearest import nearest


def natural_key(path: Path) -> list[str | int]:
  """Sorts names by the numbers in them: `seq_2.jpg` before `seq_10.jpg`."""
  parts = re.split(r"([0-9]+)", str(path))
  return [int(part) if i % 2 else part for i, part in enumerate(parts)]


def number_in(path: Path) -> int:
  """Returns the last number of a file's name, for numerical sorting."""
  numbers = re.findall(r"\d+", path.stem)
  return int(numbers[-1]) if numbers else -1


def numbered_images(folder: Path) -> list[Path]:
  """Lists IMG_<n> pictures of a folder in numerical order.

  Raises:
    InputError: there is none.
  """
  pictures = images_named(folder, r"IMG_\d+")
  if not pictures:
    raise InputError(
      f"{folder}: no pictures named IMG_<n>.jpg. Expected the data set's own "
      "files; see --help for the layout."
    )
  return pictures


def images_named(folder: Path | None, pattern: str) -> list[Path]:
  """Lists a folder's pictures of the set's own names, in numerical order.

  Copies hold stray pictures; they are left alone.

  Args:
    folder: where to look, not below; None for nowhere.
    pattern: regular expression of the names without suffix, of any case.
  """
  if folder is None or not folder.is_dir():
    return []
  return sorted(
    (
      path
      for path in folder.iterdir()
      if is_image(path) and re.fullmatch(pattern, path.stem, re.IGNORECASE)
    ),
    key=lambda path: natural_key(Path(path.name.lower())),
  )


def annotations_without_image(
  labels: Path, expected: Iterable[str], pattern: str
) -> Iterator[Unreadable]:
  """Yields annotations to which no picture belongs, in numerical order.

  Args:
    labels: folder of the annotations.
    expected: names of the annotations of the pictures that are there.
    pattern: regular expression of an annotation's name; its group is the name
      of the picture without suffix.
  """
  known = set(expected)
  for path in sorted(labels.iterdir(), key=number_in):
    match = re.fullmatch(pattern, path.name, re.IGNORECASE)
    if match and path.name not in known:
      yield Unreadable(path, f"annotation without a picture {match[1]}.jpg")


def split_folders(
  folder: Path, labels: str, layout: str
) -> list[tuple[str, Path, Path]]:
  """Finds `train_data` and `test_data` with their pictures and annotations.

  Args:
    folder: the data set.
    labels: name of the folders of annotations.
    layout: what the format expects, for the message.

  Returns:
    Name of the split, folder of pictures, folder of annotations.

  Raises:
    InputError: the folder is laid out otherwise.
  """
  names = {"train": "train_data", "test": "test_data"}
  found = []
  for split, name in names.items():
    root = child_folder(folder, name)
    if root is None:
      continue
    images, annotations = (
      child_folder(root, "images"),
      child_folder(root, labels),
    )
    if images is None or annotations is None:
      raise wrong_layout(root, layout)
    found.append((split, images, annotations))
  if not found:
    raise wrong_layout(
      folder,
      layout,
      lambda other: any(child_folder(other, name) for name in names.values()),
    )
  return found


def child_folder(folder: Path, name: str) -> Path | None:
  """Finds a sub-folder, whatever its case and hyphens or underscores."""
  if not folder.is_dir():
    return None
  for path in sorted(folder.iterdir()):
    if path.is_dir() and path.name.lower().replace("-", "_") == name:
      return path
  return None


def holds(
  folder: Path, suffixes: Sequence[str], pictures: bool = False
) -> bool:
  """Tells whether a folder has a file with one of the endings, itself.

  Args:
    folder: the folder.
    suffixes: the endings, in lower case.
    pictures: whether it must also have pictures, or a folder in it must.
  """
  fitting = (p for p in folder.iterdir() if p.suffix.lower() in suffixes)
  if not any(path.is_file() for path in fitting):
    return False
  return not pictures or any(
    holds(place, SUFFIXES) for place in (folder, *folder.glob("*/"))
  )


def wrong_layout(
  folder: Path, expected: str, fits: Callable[[Path], object] | None = None
) -> InputError:
  """Says what a format expects on disk, what was found, and the nearest fix.

  Args:
    folder: what the user gave, or a folder in it.
    expected: the format's `LAYOUT`.
    fits: whether a folder looks like the data set; with it the folders around
      are tried, and one that fits is named.
  """
  if folder.is_dir():
    found = ", ".join(sorted(p.name for p in folder.iterdir())[:8]) or "nothing"
  elif folder.exists():
    found = "a file"
  else:
    found = "no such folder"
  other = None if fits is None else nearest(folder, fits)
  hint = "" if other is None else f" Did you mean --input={other} ?"
  return InputError(
    f"{folder}: not laid out as expected. Found: {found}.{hint} Expected:\n"
    f"{expected}"
  )
