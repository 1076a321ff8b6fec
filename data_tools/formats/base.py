"""What a reader of a data set yields, and the help it owes the user."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError

PICTURE_SUFFIXES = (
  *(".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"),
)


@dataclasses.dataclass(frozen=True)
class LabelledPicture:
  """One picture of a data set as it lies on disk.

  Attributes:
    id: unique name within the data set, e.g. `train/IMG_12`.
    path: the picture file.
    points: float array of shape [heads, 2], x then y in pixels from the top
      left; None for an unlabelled picture, or where `y_from_bottom` is set,
      y counted from the bottom.
    split: the published split, `train` or `test`.
    y_from_bottom: True if y must be turned around, which needs the height.
    normalised: True if the points are shares of the width and height, 0 to 1,
      and no pixels.
    upright: True if the points refer to the picture as its EXIF orientation
      turns it, which is how annotators show it; the published sets' points
      refer to the stored pixels.
    size: (height, width) of the picture as the annotation has it, or None; a
      file of another size is not what was annotated. Where only the stored or
      only the upright picture has it, it overrules `upright`.
    roi: region of interest, in which alone people count: corners of a polygon,
      float [corners, 2], or a mask, bool [height, width]; None for all of it.
    group: what a set's protocol averages by, e.g. a scene or a fold.
    load: gives the picture's bytes when they are wanted, where they are not
      those of the file, e.g. of a frame of a video; in order of the pictures.
      Raises ValueError with a reason.
  """

  id: str
  path: Path
  points: np.ndarray | None
  split: str = "train"
  y_from_bottom: bool = False
  normalised: bool = False
  upright: bool = False
  size: tuple[int, int] | None = None
  roi: np.ndarray | None = None
  group: str = ""
  load: Callable[[], bytes] | None = None


@dataclasses.dataclass(frozen=True)
class Unreadable:
  """A picture or annotation that cannot be used, and why."""

  path: Path
  reason: str


@dataclasses.dataclass(frozen=True)
class Note:
  """What a reader noticed about the whole data set, for the user to judge."""

  text: str


# What readers yield.
Item = LabelledPicture | Unreadable | Note


def number_in(path: Path) -> int:
  """Returns the last number of a file's name, for numerical sorting."""
  numbers = re.findall(r"\d+", path.stem)
  return int(numbers[-1]) if numbers else -1


def numbered_pictures(folder: Path) -> list[Path]:
  """Lists IMG_<n> pictures of a folder in numerical order.

  Raises:
    InputError: there is none.
  """
  pictures = sorted(
    (
      path
      for path in folder.iterdir()
      if re.fullmatch(r"IMG_\d+", path.stem, re.IGNORECASE)
      and path.suffix.lower() in PICTURE_SUFFIXES
    ),
    key=number_in,
  )
  if not pictures:
    raise InputError(
      f"{folder}: no pictures named IMG_<n>.jpg. Expected the data set's own "
      "files; see --help for the layout."
    )
  return pictures


def annotations_without_picture(
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
  found = []
  for split in ("train", "test"):
    root = child_folder(folder, f"{split}_data")
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
    raise wrong_layout(folder, layout)
  return found


def child_folder(folder: Path, name: str) -> Path | None:
  """Finds a sub-folder, whatever its case and hyphens or underscores."""
  if not folder.is_dir():
    return None
  for path in sorted(folder.iterdir()):
    if path.is_dir() and path.name.lower().replace("-", "_") == name:
      return path
  return None


def wrong_layout(folder: Path, expected: str) -> InputError:
  """Says what a format expects on disk and what was found instead."""
  if folder.is_dir():
    found = ", ".join(sorted(p.name for p in folder.iterdir())[:8]) or "nothing"
  elif folder.exists():
    found = "a file"
  else:
    found = "no such folder"
  return InputError(
    f"{folder}: not laid out as expected. Found: {found}. Expected:\n{expected}"
  )
