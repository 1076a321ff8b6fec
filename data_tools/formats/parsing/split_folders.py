"""The loop of published sets: folders of images with an annotation file each.

A reader says where its images and labels lie, how their files are called and
how points are read; finding, reading and reporting is done here.
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cdcc_tf.errors import InputError, first_line
from data_tools.formats.base import LabelledImage, Unreadable
from data_tools.formats.parsing.folders import (
  child_folder,
  images_named,
  number_in,
  wrong_layout,
)

ReadPoints = Callable[[Path], np.ndarray]
Read = Iterator[LabelledImage | Unreadable]


@dataclasses.dataclass(frozen=True)
class SplitFolders:
  """A layout with a folder of images and a folder of labels for each split.

  Attributes:
    layout: what the format expects on disk, for messages.
    stem: regular expression of an image's name without suffix.
    images: folder of a split's images; `{}` is the name of the split.
    labels: folder of its annotations.
    annotation: an annotation's name; `{}` is the image's without suffix.
    splits: their names.
  """

  layout: str
  stem: str
  images: str
  labels: str
  annotation: str = "{}.mat"
  splits: tuple[str, ...] = ("train", "test")

  def find(self, folder: Path) -> list[tuple[str, list[Path], Path]]:
    """Finds the splits: name, images in numerical order, folder of labels.

    Raises:
      InputError: there is no split, or one is laid out otherwise.
    """
    found = []
    for split in self.splits:
      root = child_folder(folder, self.images.format(split).split("/")[0])
      if root is None:
        continue
      images = _below(folder, self.images.format(split))
      labels = _below(folder, self.labels.format(split))
      if images is None or labels is None:
        raise wrong_layout(root, self.layout)
      paths = images_named(images, self.stem)
      if not paths:
        raise InputError(
          f"{images}: no images of the names that the data set has. "
          f"Expected:\n{self.layout}"
        )
      found.append((split, paths, labels))
    if not found:
      raise wrong_layout(folder, self.layout, self._has_images)
    return found

  def read(self, folder: Path, read_points: ReadPoints, **fields: Any) -> Read:
    """Yields the images of all splits.

    Args:
      folder: the data set.
      read_points: as `labelled` takes it.
      **fields: further fields of each `LabelledImage`.

    Raises:
      InputError: the folder is laid out otherwise.
    """
    for split, paths, labels in self.find(folder):
      yield from self.read_split(split, paths, labels, read_points, **fields)

  def read_split(
    self,
    split: str,
    paths: Iterable[Path],
    labels: Path,
    read_points: ReadPoints,
    **fields: Any,
  ) -> Read:
    """Yields the images of one split, as `find` returns it."""
    images = [
      LabelledImage(f"{split}/{path.stem}", path, split=split, **fields)
      for path in paths
    ]
    yield from annotated(
      images, labels, self.annotation, self.stem, read_points
    )

  def _has_images(self, folder: Path) -> bool:
    return any(
      images_named(_below(folder, self.images.format(split)), self.stem)
      for split in self.splits
    )


def annotated(
  images: Iterable[LabelledImage],
  labels: Path,
  annotation: str,
  stem: str,
  read_points: ReadPoints,
) -> Read:
  """Yields images with their points, then annotations without an image.

  Args:
    images: all but their points.
    labels: folder of the annotations.
    annotation: an annotation's name; `{}` is the image's without suffix.
    stem: regular expression of an image's name without suffix.
    read_points: as `labelled` takes it.
  """
  known = set()
  for image in images:
    name = annotation.format(image.path.stem)
    known.add(name)
    yield labelled(read_points, labels / name, image)
  before, after = map(re.escape, annotation.split("{}"))
  for path in sorted(labels.glob("*"), key=number_in):
    match = re.fullmatch(f"{before}({stem}){after}", path.name, re.IGNORECASE)
    if match and path.name not in known:
      yield Unreadable(path, f"annotation without a picture {match[1]}.jpg")


def labelled(
  read_points: ReadPoints, annotation: Path, image: LabelledImage
) -> LabelledImage | Unreadable:
  """Returns an image with the points of its annotation, or why it has none.

  Args:
    read_points: returns points, or raises OSError or ValueError.
    annotation: what it reads.
    image: all but the points.
  """
  try:
    points = read_points(annotation)
  except (OSError, ValueError) as error:
    return Unreadable(image.path, f"{annotation.name}: {first_line(error)}")
  return dataclasses.replace(image, points=points)


def json_or_mat(folder: Path, stem: str) -> Path:
  """Returns the annotation in `jsons` or `mats`; the JSON if there are both."""
  json, mat = folder / "jsons" / f"{stem}.json", folder / "mats" / f"{stem}.mat"
  return mat if mat.is_file() and not json.is_file() else json


def _below(folder: Path, path: str) -> Path | None:
  """Finds a folder below another, each part of it as `child_folder` does."""
  found: Path | None = folder
  for name in path.split("/"):
    found = None if found is None else child_folder(found, name)
  return found
