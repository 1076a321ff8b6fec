"""What a reader of a data set yields, and the help it owes the user."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError, first_line
from data_tools.formats.nearest import nearest

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
    split: the published split, `train`, `val` or `test`.
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
    unit: what must stay together when `train` is divided, e.g. a video, whose
      frames are nearly the same; "" for a picture by itself.
    load: gives the picture's bytes when they are wanted, where they are not
      those of the file, e.g. of a frame of a video; in order of the pictures.
      Raises ValueError with a reason.
  """

  id: str
  path: Path
  points: np.ndarray | None = None
  split: str = "train"
  y_from_bottom: bool = False
  normalised: bool = False
  upright: bool = False
  size: tuple[int, int] | None = None
  roi: np.ndarray | None = None
  group: str = ""
  unit: str = ""
  load: Callable[[], bytes] | None = None


@dataclasses.dataclass(frozen=True)
class Unreadable:
  """A picture or annotation that cannot be used, and why."""

  path: Path
  reason: str


@dataclasses.dataclass(frozen=True)
class Note:
  """What is worth knowing of a data set as a whole, in one sentence."""

  text: str


# What readers yield.
Item = LabelledPicture | Unreadable | Note


@dataclasses.dataclass(frozen=True)
class Totals:
  """What a data set's authors say is in it, or in one split.

  A reader's `TOTALS` lists them, or its function `totals`, where they depend on
  the keyword arguments of `read`.

  Attributes:
    split: published split, or `all`.
    pictures: number of pictures.
    heads: number of labelled heads, outside their picture or not; None if
      nobody says.
    part: of the data set, where it has several and each has its totals.
    known: numbers that are found instead, of pictures or heads, and why.
    slack: number of heads more or less that is no deviation.
    in_region: whether only heads in the region of interest are counted.
  """

  split: str
  pictures: int
  heads: int | None = None
  part: str = ""
  known: Mapping[int, str] = dataclasses.field(default_factory=dict)
  slack: int = 0
  in_region: bool = False


def number_in(path: Path) -> int:
  """Returns the last number of a file's name, for numerical sorting."""
  numbers = re.findall(r"\d+", path.stem)
  return int(numbers[-1]) if numbers else -1


def numbered_pictures(folder: Path) -> list[Path]:
  """Lists IMG_<n> pictures of a folder in numerical order.

  Raises:
    InputError: there is none.
  """
  pictures = pictures_named(folder, r"IMG_\d+")
  if not pictures:
    raise InputError(
      f"{folder}: no pictures named IMG_<n>.jpg. Expected the data set's own "
      "files; see --help for the layout."
    )
  return pictures


def pictures_named(folder: Path | None, pattern: str) -> list[Path]:
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
      if path.suffix.lower() in PICTURE_SUFFIXES
      and re.fullmatch(pattern, path.stem, re.IGNORECASE)
    ),
    key=lambda path: ([int(n) for n in re.findall(r"\d+", path.stem)], path),
  )


def labelled(
  read_points: Callable[[Path], np.ndarray],
  annotation: Path,
  picture: LabelledPicture,
) -> LabelledPicture | Unreadable:
  """Returns a picture with the points of its annotation, or why it has none.

  Args:
    read_points: returns points, or raises OSError or ValueError.
    annotation: what it reads.
    picture: all but the points.
  """
  try:
    points = read_points(annotation)
  except (OSError, ValueError) as error:
    return Unreadable(picture.path, f"{annotation.name}: {first_line(error)}")
  return dataclasses.replace(picture, points=points)


def chosen(option: str, value: str | None, choices: Iterable[str]) -> None:
  """Makes sure that a reader's option is what it can be.

  Raises:
    InputError: it is not.
  """
  if value is not None and value not in choices:
    raise InputError(
      f"--{option}={value}: for this format give one of {', '.join(choices)}, "
      "or leave it out."
    )


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
