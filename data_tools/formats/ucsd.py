"""UCSD pedestrians, peds1 (Chan et al., CVPR 2008): a walkway from above."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cdcc_tf.errors import InputError, first_line
from data_tools.common.splits import Splits
from data_tools.formats.base import LabelledImage, Totals, Unreadable
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.files import load
from data_tools.formats.parsing.folders import (
  images_named,
  number_in,
  wrong_layout,
)

LAYOUT = """\
  ucsdpeds/                      (any name)
    vidf/vidf1_33_000.y/vidf1_33_000_f001.png        (or ucsdpeds/vidf/…)
    vidf-cvpr/vidf1_33_000_frame_full.mat            (or gt/vidf/…)
    vidf-cvpr/vidf1_33_roi_mainwalkway.mat
  Clips 003 to 006 are train, 000 to 002 and 007 to 009 test; only the
  region of interest counts. When train is divided, blocks of 20 frames
  stay whole."""
# A target domain: its published test pictures are left alone until the end.
DEFAULT_SPLITS = Splits(dev_every=4)
TOTALS = (
  Totals("train", 800),
  Totals("test", 1200),
  # The points in the region exceed the published counts by 0.2 a frame.
  Totals("all", 2000, 49_885, slack=800, in_region=True),
)
_TRAIN = range(3, 7)
_CLIPS = range(10)
_BLOCK = 20
_ROI = "vidf1_33_roi_mainwalkway.mat"
_CLIP_FOLDERS = ("vidf", "ucsdpeds/vidf", ".")
_LABEL_FOLDERS = ("vidf-cvpr", "ucsdpeds/vidf-cvpr", "gt/vidf", "gt", ".")


def read(folder: Path) -> Iterator[LabelledImage | Unreadable]:
  """Yields the frames of the ten labelled clips, in order."""
  found = _find(folder)
  if found is None:
    raise wrong_layout(folder, LAYOUT, _find)
  clips, labels = found
  roi = _read_roi(labels / _ROI)
  for number in _CLIPS:
    name = f"vidf1_33_{number:03}"
    frames = images_named(clips / f"{name}.y", name + r"_f\d{3}")
    table = labels / f"{name}_frame_full.mat"
    if not frames and not table.is_file():
      continue  # a clip that nobody copied
    try:
      points = read_clip(table)
    except (OSError, ValueError) as error:
      for path in frames:
        yield Unreadable(path, f"{table.name}: {first_line(error)}")
      continue
    if not frames:
      yield Unreadable(table, f"annotation without pictures {name}_f001.png …")
    for path in frames:
      frame = number_in(path)
      if not 1 <= frame <= len(points):
        reason = f"{table.name}: has no frame {frame}, only {len(points)}"
        yield Unreadable(path, reason)
        continue
      yield LabelledImage(
        path.stem,
        path,
        points[frame - 1],
        "train" if number in _TRAIN else "test",
        roi=roi,
        unit=f"{name} block {(frame - 1) // _BLOCK}",
      )


def read_clip(table: Path) -> list[np.ndarray]:
  """Reads `frame{k}.loc` of a clip, or `fgt.frame{k}.loc` of newer packages.

  MATLAB counts pixels from 1, so that the centre of the first is at 1: half a
  pixel is subtracted. With that the counts in the region agree best with those
  that the authors give.

  Returns:
    For each frame a float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no such points.
  """
  fields: Any = matlab.read_fields(table, "frame", "fgt")
  if "fgt" in fields:
    fields = matlab.unwrapped(fields["fgt"])
  if not isinstance(fields, dict) or not isinstance(fields.get("frame"), list):
    raise ValueError("holds no cell named frame, so no points")
  return [
    matlab.points(
      matlab.field(frame, "loc"), f"loc of frame {number}", columns=(2, 3)
    )
    - 0.5
    for number, frame in enumerate(fields["frame"], start=1)
  ]


def _read_roi(path: Path) -> np.ndarray:
  if not path.is_file():
    raise InputError(
      f"{path}: not found. The set counts people in the region that this file "
      "describes; put it beside the annotations."
    )
  return load(matlab.read_region, path, "Download it again.")


def _find(folder: Path) -> tuple[Path, Path] | None:
  """Finds the folder of clips and that of annotations."""
  clips = _first(folder, _CLIP_FOLDERS, "vidf1_33_00?.y/")
  labels = _first(folder, _LABEL_FOLDERS, "vidf1_33_00?_frame_full.mat")
  return None if clips is None or labels is None else (clips, labels)


def _first(folder: Path, names: tuple[str, ...], pattern: str) -> Path | None:
  for name in names:
    if any((folder / name).glob(pattern)):
      return folder / name
  return None
