"""WorldExpo'10 (Zhang et al., CVPR 2015): 108 cameras, regions of interest."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cdcc_tf.errors import first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, LabelledImage, Totals, Unreadable
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.folders import (
  child_folder,
  images_named,
  wrong_layout,
)
from data_tools.formats.parsing.points import checked
from data_tools.formats.parsing.split_folders import annotated

LAYOUT = """\
  WorldExpo10/                   (any name)
    train_frame/200707_C09-….jpg         (first the scene's number)
    train_label/200707/200707_C09-….mat
    train_label/200707/roi.mat
    test_frame/104207/104207_1-….jpg
    test_label/104207/…
  People count inside the region of interest only; the figure is the mean
  of the MAE of the five test scenes, which records carry as group. When
  train is divided, a scene stays whole."""
# A target domain: its published test pictures are left alone until the end.
DEFAULT_SPLITS = Splits(dev_every=4)
TOTALS = (
  Totals("train", 3380),
  Totals("test", 600, known={599: "some copies lack a frame of one scene"}),
  Totals("all", 3980, 199_923),
)
_NAME = r"\d{6}[_-].+"
# MATLAB counts pixels from 1, so that the centre of the first is at 1.
_FIRST_CENTRE = 0.5


def read(folder: Path) -> Iterator[Item]:
  """Yields the frames, numerically sorted by split, scene and frame.

  Points outside the region of interest are kept; `roi` says what counts. Frames
  without people are pictures like any other.
  """
  splits = _scenes(folder)
  if not splits:
    raise wrong_layout(folder, LAYOUT, _scenes)
  for split, scenes in splits.items():
    labels = child_folder(folder, f"{split}_label")
    if labels is None:
      raise wrong_layout(folder, LAYOUT)
    for scene, frames in scenes.items():
      yield from _read_scene(labels / scene, split, scene, frames)


def read_points(annotation: Path) -> np.ndarray:
  """Reads `point_position` of a frame's .mat file.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no such points.
  """
  return matlab.read_points(annotation, ["point_position"]) - _FIRST_CENTRE


def read_roi(path: Path) -> np.ndarray:
  """Reads the corners of a scene's region of interest.

  Returns:
    float64 array of shape [corners, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no polygon.
  """
  names = ("maskVerticesXCoordinates", "maskVerticesYCoordinates")
  fields = matlab.read_fields(path, *names)
  x, y = (
    matlab.numbers(matlab.field(fields, name), name).reshape(-1)
    for name in names
  )
  if len(x) != len(y) or len(x) < 3:
    raise ValueError(f"holds {len(x)} x and {len(y)} y: no polygon")
  return checked(np.stack([x, y], axis=1), "polygon") - _FIRST_CENTRE


def _read_scene(
  labels: Path, split: str, scene: str, frames: list[Path]
) -> Iterator[Item]:
  try:
    roi = read_roi(labels / "roi.mat")
  except (OSError, ValueError) as error:
    reason = f"roi.mat of scene {scene}: {first_line(error)}"
    if isinstance(error, FileNotFoundError):
      reason = f"scene {scene} has no roi.mat, its region of interest"
    for path in frames:
      yield Unreadable(path, reason)
    return
  images = [
    LabelledImage(
      # The names hold dots, so that only the last suffix is one.
      f"{split}/{path.stem}",
      path,
      split=split,
      roi=roi,
      group=scene,
      unit=f"scene {scene}",
    )
    for path in frames
  ]
  yield from annotated(images, labels, "{}.mat", _NAME, read_points)


def _scenes(folder: Path) -> dict[str, dict[str, list[Path]]]:
  """Finds the frames by split and scene, in folders of scenes or without."""
  splits = {}
  for split in ("train", "test"):
    base = child_folder(folder, f"{split}_frame")
    if base is None:
      continue
    below = sorted(path for path in base.iterdir() if path.is_dir())
    scenes: dict[str, list[Path]] = {}
    for place in (base, *below):
      for path in images_named(place, _NAME):
        scenes.setdefault(re.split("[_-]", path.name)[0], []).append(path)
    if scenes:
      splits[split] = dict(sorted(scenes.items()))
  return splits
