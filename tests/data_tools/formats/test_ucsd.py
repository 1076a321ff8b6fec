"""UCSD: clips, two packagings, a region, and pixels counted from one."""

from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.conversion.published_totals import inside
from data_tools.formats import ucsd
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.readings import heads, reasons, splits, usable
from tests.data_tools.helpers import Points, write_picture

POINTS = [(5.5, 40.5), (99.0, 1.0), (70, 30)]
ROI = np.zeros((50, 100), bool)
ROI[:, :80] = True


def write_ucsd(
  root: Path,
  clips: dict[int, list[Points]],
  clip_folder: str = "vidf",
  label_folder: str = "vidf-cvpr",
  key: str = "frame",
) -> Path:
  """Writes clips, the points of their frames, and the region of interest."""
  for number, frames in clips.items():
    name = f"vidf1_33_{number:03}"
    cell = []
    for index, points in enumerate(frames, start=1):
      picture = root / clip_folder / f"{name}.y" / f"{name}_f{index:03}.png"
      write_picture(picture, seed=index)
      location = np.asarray(points, np.float64).reshape(-1, 2)
      ones = np.ones((len(location), 1))
      cell.append({"loc": np.concatenate([location, ones], axis=1)})
    content = {"frame": cell} if key == "frame" else {"fgt": {"frame": cell}}
    write_mat(root / label_folder / f"{name}_frame_full.mat", content)
  roi = {"xi": np.ones((4, 1)), "yi": np.ones((4, 1)), "mask": np.uint8(ROI)}
  write_mat(root / label_folder / "vidf1_33_roi_mainwalkway.mat", {"roi": roi})
  return root


def test_clips_003_to_006_are_train(tmp_path: Path):
  write_ucsd(tmp_path, {number: [POINTS, []] for number in range(10)})
  pictures = usable(ucsd.read(tmp_path))
  assert len(pictures) == 20
  train = {
    id[9:12] for id, split in splits(pictures).items() if split == "train"
  }
  assert train == {"003", "004", "005", "006"}
  assert set(splits(pictures).values()) == {"train", "test"}
  assert heads(pictures)["vidf1_33_000_f001"] == 3
  assert pictures["vidf1_33_000_f002"].points.shape == (0, 2)


@pytest.mark.parametrize(
  ("clip_folder", "label_folder", "key"),
  [
    ("vidf", "vidf-cvpr", "frame"),
    ("ucsdpeds/vidf", "vidf-cvpr", "frame"),
    ("ucsdpeds/vidf", "ucsdpeds/vidf-cvpr", "frame"),
    ("vidf", "gt/vidf", "fgt"),
  ],
)
def test_both_packagings(
  tmp_path: Path, clip_folder: str, label_folder: str, key: str
):
  write_ucsd(tmp_path, {3: [POINTS]}, clip_folder, label_folder, key)
  (picture,) = usable(ucsd.read(tmp_path)).values()
  # MATLAB's first pixel is number one, and its centre is at one.
  np.testing.assert_array_equal(picture.points, np.array(POINTS) - 0.5)
  np.testing.assert_array_equal(picture.roi, ROI)
  assert inside(picture.points, picture.roi).tolist() == [True, False, True]


def test_neighbours_stay_together(tmp_path: Path):
  write_ucsd(tmp_path, {3: [POINTS] * 22, 4: [POINTS]})
  units = [picture.unit for picture in usable(ucsd.read(tmp_path)).values()]
  assert len(set(units[:20])) == 1
  assert len({units[0], units[20], units[22]}) == 3
  assert units[20] == units[21]


def test_clips_without_labels_are_left_alone(tmp_path: Path):
  """The download has many more clips than the ten that are labelled."""
  write_ucsd(tmp_path, {3: [POINTS]})
  for name in ("vidf1_33_010", "vidf1_33_018", "vidd1_33_000"):
    write_picture(tmp_path / "vidf" / f"{name}.y" / f"{name}_f001.png")
  assert list(usable(ucsd.read(tmp_path))) == ["vidf1_33_003_f001"]


def test_files_that_cannot_be_used(tmp_path: Path):
  write_ucsd(tmp_path, {n: [POINTS] for n in range(4)})
  labels = tmp_path / "vidf-cvpr"
  (labels / "vidf1_33_000_frame_full.mat").unlink()
  write_mat(labels / "vidf1_33_001_frame_full.mat", {"frame": np.ones(3)})
  (tmp_path / "vidf" / "vidf1_33_002.y" / "vidf1_33_002_f001.png").unlink()
  write_picture(tmp_path / "vidf" / "vidf1_33_003.y" / "vidf1_33_003_f002.png")
  found = reasons(ucsd.read(tmp_path))
  assert "no annotation file" in found["vidf1_33_000_f001.png"]
  assert "no cell named frame" in found["vidf1_33_001_f001.png"]
  orphan = found["vidf1_33_002_frame_full.mat"]
  assert "without pictures vidf1_33_002_f001.png" in orphan
  assert "has no frame 2, only 1" in found["vidf1_33_003_f002.png"]


def test_damaged_frame_is_located(tmp_path: Path):
  write_ucsd(tmp_path, {3: [POINTS, POINTS]})
  cell = [{"loc": np.ones((2, 3))}, {"loc": np.ones((2, 4))}]
  path = tmp_path / "vidf-cvpr" / "vidf1_33_003_frame_full.mat"
  write_mat(path, {"frame": cell})
  found = reasons(ucsd.read(tmp_path))
  assert (
    "loc of frame 2 is (2, 4), not N x 2 or 3" in found["vidf1_33_003_f001.png"]
  )


@pytest.mark.parametrize("fault", ["missing", "torn", "other"])
def test_region_is_necessary(tmp_path: Path, fault: str):
  write_ucsd(tmp_path, {3: [POINTS]})
  path = tmp_path / "vidf-cvpr" / "vidf1_33_roi_mainwalkway.mat"
  path.unlink()
  if fault == "torn":
    path.write_bytes(b"torn")
  elif fault == "other":
    write_mat(path, {"roi": {"xi": np.ones(3)}})
  expected = {
    "missing": "not found. The set counts people in the region",
    "torn": "is empty or damaged",
    "other": "roi has no field mask",
  }
  with pytest.raises(InputError, match=r"roi_mainwalkway\.mat: ") as raised:
    list(ucsd.read(tmp_path))
  assert expected[fault] in str(raised.value)


@pytest.mark.parametrize("given", ["above", "below"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_ucsd(tmp_path / "UCSD", {3: [POINTS]})
  folder = {"above": tmp_path, "below": root / "vidf"}[given]
  with pytest.raises(InputError) as raised:
    list(ucsd.read(folder))
  assert f"Did you mean --input={root} ?" in str(raised.value)
