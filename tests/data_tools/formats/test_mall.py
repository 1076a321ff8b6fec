"""Mall: one .mat file for all frames, and a region that is optional."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.common.splits import assign_splits
from data_tools.formats import mall
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.readings import heads, reasons, splits, usable
from tests.data_tools.helpers import Points, write_picture

POINTS = [(5.25, 40.5), (99.0, 1.0), (70, 30)]


def write_mall(
  root: Path,
  points: list[Points],
  numbers: list[int] | None = None,
  version: str = "5",
) -> Path:
  """Writes the points of frames 1, 2, …, and pictures of these or others."""
  for number in numbers or range(1, len(points) + 1):
    write_picture(root / "frames" / f"seq_{number:06}.jpg", seed=number)
  frames = [
    {"loc": np.asarray(members, np.float64).reshape(-1, 2)}
    for members in points
  ]
  counts = [[len(members)] for members in points]
  content = {"frame": frames, "count": np.array(counts)}
  write_mat(root / "mall_gt.mat", content, version)
  return root


def write_region(root: Path, mask: Any) -> None:
  """Writes a region of interest beside the labels."""
  content = {"pMapN": np.ones((50, 100)), "roi": {"mask": mask}}
  write_mat(root / "perspective_roi.mat", content)


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_frames_are_in_order(tmp_path: Path, version: str):
  write_mall(tmp_path, [POINTS, [], POINTS[:1], POINTS[1:]], version=version)
  pictures = usable(mall.read(tmp_path))
  assert heads(pictures) == {
    f"seq_{number:06}": count for number, count in enumerate([3, 0, 1, 2], 1)
  }
  np.testing.assert_array_equal(pictures["seq_000001"].points, POINTS)
  assert pictures["seq_000002"].points.shape == (0, 2)
  assert all(picture.roi is None for picture in pictures.values())


def test_first_800_are_train(tmp_path: Path):
  numbers = [1, 2, 79, 80, 81, 800, 801, 802]
  write_mall(tmp_path, [POINTS] * 802, numbers)
  pictures = usable(mall.read(tmp_path))
  assert list(splits(pictures).values()) == ["train"] * 6 + ["test"] * 2
  # Neighbours are nearly the same picture: blocks are not torn apart.
  units = {id: picture.unit for id, picture in pictures.items()}
  assert len({units[f"seq_{n:06}"] for n in (1, 2, 79, 80)}) == 1
  assert units["seq_000080"] != units["seq_000081"]
  train = list(pictures)[:6]
  divided = assign_splits(train, 0.0, 2, 0, units)
  assert list(divided.values()) == ["train"] * 4 + ["dev", "train"]


def test_region_is_optional(tmp_path: Path):
  write_mall(tmp_path, [POINTS])
  mask = np.zeros((50, 100))
  mask[:, 80:] = 1
  write_region(tmp_path, mask)
  (picture,) = usable(mall.read(tmp_path)).values()
  assert picture.roi.dtype == bool
  np.testing.assert_array_equal(picture.roi, mask == 1)
  assert len(picture.points) == 3


@pytest.mark.parametrize(
  ("mask", "reason"),
  [
    (np.zeros((50, 100)), "roi.mask leaves nothing of the picture"),
    (np.zeros((2, 2, 2)), "not height x width"),
    ("text", "roi.mask holds no numbers"),
  ],
)
def test_bad_region_is_said(tmp_path: Path, mask: Any, reason: str):
  write_mall(tmp_path, [POINTS])
  write_region(tmp_path, mask)
  with pytest.raises(InputError, match=r"perspective_roi\.mat: ") as raised:
    list(mall.read(tmp_path))
  assert reason in str(raised.value)


def test_frames_that_cannot_be_used(tmp_path: Path):
  write_mall(tmp_path, [POINTS, [(1.0, np.nan)], POINTS], [1, 2, 3, 4, 0])
  found = reasons(mall.read(tmp_path))
  assert "has no frame 4, only 3" in found["seq_000004.jpg"]
  assert "has no frame 0, only 3" in found["seq_000000.jpg"]
  assert "loc of frame 2 holds NaN" in found["seq_000002.jpg"]


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0 MAT-file"])
def test_torn_labels(tmp_path: Path, content: bytes):
  write_mall(tmp_path, [POINTS])
  (tmp_path / "mall_gt.mat").write_bytes(content)
  with pytest.raises(InputError, match=r"mall_gt\.mat: is empty or damaged"):
    list(mall.read(tmp_path))


def test_labels_of_something_else(tmp_path: Path):
  write_mall(tmp_path, [POINTS])
  write_mat(tmp_path / "mall_gt.mat", {"frame": np.ones(3)})
  with pytest.raises(InputError, match="holds no cell named frame"):
    list(mall.read(tmp_path))


def test_labels_are_missing(tmp_path: Path):
  write_mall(tmp_path, [POINTS])
  (tmp_path / "mall_gt.mat").unlink()
  with pytest.raises(InputError, match="Found: frames"):
    list(mall.read(tmp_path))


@pytest.mark.parametrize("given", ["above", "below"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_mall(tmp_path / "mall_dataset", [POINTS])
  folder = {"above": tmp_path, "below": root / "frames"}[given]
  with pytest.raises(InputError) as raised:
    list(mall.read(folder))
  assert f"Did you mean --input={root} ?" in str(raised.value)
