"""UCF-QNRF: pictures and labels in one folder, numbers that start again."""

from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import ucf_qnrf
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.readings import heads, reasons, splits, usable
from tests.data_tools.helpers import Points, write_picture

POINTS = [(5.25, 40.5), (99.9, 0.0), (5.25, 40.5), (-7, 3)]


def write_qnrf(
  root: Path, points: dict[str, Points], split: str = "Train"
) -> Path:
  """Writes pictures `img_<nnnn>` and their points into one split."""
  for seed, (stem, members) in enumerate(points.items()):
    write_picture(root / split / f"{stem}.jpg", seed=seed)
    location = np.asarray(members, np.float64).reshape(-1, 2)
    write_mat(root / split / f"{stem}_ann.mat", {"annPoints": location})
  return root


def test_splits_are_kept_apart_and_points_as_they_are(tmp_path: Path):
  write_qnrf(tmp_path, {"img_0001": POINTS, "img_0002": []})
  write_qnrf(tmp_path, {"img_0001": POINTS[:1]}, "Test")
  pictures = usable(ucf_qnrf.read(tmp_path))
  assert heads(pictures) == {
    "train/img_0001": 4,
    "train/img_0002": 0,
    "test/img_0001": 1,
  }
  assert list(splits(pictures).values()) == ["train", "train", "test"]
  first = pictures["train/img_0001"]
  assert first.path == tmp_path / "Train" / "img_0001.jpg"
  assert first.points.dtype == np.float64
  np.testing.assert_array_equal(first.points, POINTS)
  assert pictures["train/img_0002"].points.shape == (0, 2)


def test_order_is_numerical_and_strays_are_left_alone(tmp_path: Path):
  stems = ["img_0010", "img_2", "img_0001"]
  write_qnrf(tmp_path, {stem: POINTS for stem in stems}, "train")
  write_picture(tmp_path / "train" / "preview.jpg")
  (tmp_path / "train" / "img_0001.txt").write_text("")
  ids = [f"train/img_{n}" for n in ("0001", "2", "0010")]
  assert list(usable(ucf_qnrf.read(tmp_path))) == ids


def test_upper_case_suffix(tmp_path: Path):
  write_qnrf(tmp_path, {"img_0001": POINTS})
  picture = tmp_path / "Train" / "img_0001.jpg"
  picture.rename(picture.with_suffix(".JPG"))
  assert heads(usable(ucf_qnrf.read(tmp_path))) == {"train/img_0001": 4}


def test_labels_of_a_newer_matlab(tmp_path: Path):
  write_qnrf(tmp_path, {"img_0001": POINTS})
  path = tmp_path / "Train" / "img_0001_ann.mat"
  write_mat(path, {"annPoints": np.asarray(POINTS)}, "7.3")
  (picture,) = usable(ucf_qnrf.read(tmp_path)).values()
  np.testing.assert_array_equal(picture.points, POINTS)


def test_files_that_cannot_be_used(tmp_path: Path):
  write_qnrf(tmp_path, {f"img_000{n}": POINTS for n in range(1, 6)})
  base = tmp_path / "Train"
  (base / "img_0001_ann.mat").unlink()
  (base / "img_0002_ann.mat").write_bytes(b"torn")
  write_mat(base / "img_0003_ann.mat", {"points": np.ones((3, 2))})
  (base / "img_0004.jpg").unlink()
  items = list(ucf_qnrf.read(tmp_path))
  assert len(items) == 5
  found = reasons(items)
  assert found["img_0001.jpg"].endswith("no annotation file for the picture")
  assert "img_0002_ann.mat: is empty or damaged" in found["img_0002.jpg"]
  assert "no field annPoints" in found["img_0003.jpg"]
  assert "without a picture img_0004.jpg" in found["img_0004_ann.mat"]


@pytest.mark.parametrize("given", ["above", "below"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_qnrf(tmp_path / "UCF-QNRF_ECCV18", {"img_0001": POINTS})
  folder = {"above": tmp_path, "below": root / "Train"}[given]
  with pytest.raises(InputError) as raised:
    list(ucf_qnrf.read(folder))
  assert f"Did you mean --input={root} ?" in str(raised.value)
  assert "img_0001_ann.mat" in str(raised.value)
