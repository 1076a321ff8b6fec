"""FDST, Fudan-ShanghaiTech (Fang et al., ICME 2019): a hundred videos."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data_tools.common.splits import Splits
from data_tools.formats.base import Item, LabelledImage, Totals
from data_tools.formats.parsing.fields import member, number, sequence
from data_tools.formats.parsing.files import read_json
from data_tools.formats.parsing.folders import (
  child_folder,
  images_named,
  number_in,
  wrong_layout,
)
from data_tools.formats.parsing.split_folders import annotated

LAYOUT = """\
  FDST/                          (any name)
    train_data/1/001.jpg         (a folder for each video)
    train_data/1/001.json        (head boxes; their centres are the points)
    test_data/…
  When train is divided, a video stays whole."""
# A target domain: its published test pictures are left alone until the end.
DEFAULT_SPLITS = Splits(dev_every=4)
TOTALS = (
  Totals("train", 9000),
  Totals("test", 6000, known={5999: "test_data/65/001.json is damaged"}),
  Totals("all", 15_000, 394_081),
)
_STEM = r"\d{3}"


def read(folder: Path) -> Iterator[Item]:
  """Yields the frames, numerically sorted by split, video and frame."""
  videos = _videos(folder)
  if not videos:
    raise wrong_layout(folder, LAYOUT, _videos)
  for video, split in videos.items():
    images = [
      LabelledImage(
        f"{split}/{video.name}/{path.stem}",
        path,
        split=split,
        unit=f"video {video.name}",
      )
      for path in images_named(video, _STEM)
    ]
    yield from annotated(images, video, "{}.json", _STEM, read_points)


def read_points(annotation: Path) -> np.ndarray:
  """Reads the centres of the boxes of one frame, as VGG VIA exports them.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no such boxes.
  """
  frames = read_json(annotation)
  if not isinstance(frames, dict) or len(frames) != 1:
    raise ValueError("is not the export of one frame")
  (frame,) = frames.values()  # under the name and size of the file
  regions = member(frame, "regions")
  if isinstance(regions, dict):  # of VIA 1
    regions = list(regions.values())
  centres = [
    _centre(member(region, "shape_attributes"))
    for region in sequence(regions, "regions")
  ]
  return np.asarray(centres, np.float64).reshape(-1, 2)


def _centre(box: object) -> tuple[float, float]:
  # Published code takes the corner; a head is in the middle of its box.
  left, top, width, height = (
    number(member(box, name), name) for name in ("x", "y", "width", "height")
  )
  return left + width / 2, top + height / 2


def _videos(folder: Path) -> dict[Path, str]:
  """Lists the folders of videos that hold frames, with their splits."""
  videos = {}
  for split in ("train", "test"):
    base = child_folder(folder, f"{split}_data")
    inside = [] if base is None else [p for p in base.iterdir() if p.is_dir()]
    for video in sorted(inside, key=lambda path: (number_in(path), path)):
      if images_named(video, _STEM):
        videos[video] = split
  return videos
