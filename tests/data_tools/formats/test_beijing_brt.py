"""Beijing-BRT: tall pictures, names of cameras and times."""

from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import beijing_brt
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.readings import heads, reasons, splits, usable
from tests.data_tools.helpers import Points, write_picture

POINTS = [(5.25, 90.5), (49.9, 0.0), (-0.4, 3)]
TIMES = ["20160620091226", "20170325134657", "20170506104251"]


def write_brt(
  root: Path, points: dict[str, Points], split: str = "train"
) -> Path:
  """Writes pictures and their points into one split."""
  base = root / split
  for seed, (stem, members) in enumerate(points.items()):
    write_picture(base / "frame" / f"{stem}.jpg", 100, 50, seed)
    location = np.asarray(members, np.float64).reshape(-1, 2)
    write_mat(base / "ground_truth" / f"{stem}.mat", {"loc": location})
  return root


def test_both_splits(tmp_path: Path):
  stems = [f"1-{TIMES[2]}", f"10-{TIMES[0]}", f"2-{TIMES[1]}"]
  write_brt(tmp_path, dict(zip(stems, [POINTS, [], POINTS[:1]], strict=True)))
  write_brt(tmp_path, {f"1-{TIMES[0]}": POINTS}, "test")
  pictures = usable(beijing_brt.read(tmp_path))
  assert heads(pictures) == {
    f"train/1-{TIMES[2]}": 3,
    f"train/2-{TIMES[1]}": 1,
    f"train/10-{TIMES[0]}": 0,
    f"test/1-{TIMES[0]}": 3,
  }
  assert list(pictures)[1] == f"train/2-{TIMES[1]}"  # cameras by number
  assert list(splits(pictures).values()) == ["train"] * 3 + ["test"]
  first = pictures[f"train/1-{TIMES[2]}"]
  np.testing.assert_array_equal(first.points, POINTS)
  assert pictures[f"train/10-{TIMES[0]}"].points.shape == (0, 2)


def test_files_that_cannot_be_used(tmp_path: Path):
  write_brt(tmp_path, {f"1-{time}": POINTS for time in TIMES})
  labels = tmp_path / "train" / "ground_truth"
  (labels / f"1-{TIMES[0]}.mat").unlink()
  write_mat(labels / f"1-{TIMES[1]}.mat", {"loc": "nobody"})
  (tmp_path / "train" / "frame" / f"1-{TIMES[2]}.jpg").unlink()
  found = reasons(beijing_brt.read(tmp_path))
  assert "no annotation file" in found[f"1-{TIMES[0]}.jpg"]
  assert "loc holds no numbers" in found[f"1-{TIMES[1]}.jpg"]
  assert "without a picture" in found[f"1-{TIMES[2]}.mat"]


def test_frames_without_labels_beside_them(tmp_path: Path):
  write_picture(tmp_path / "train" / "frame" / f"1-{TIMES[0]}.jpg")
  with pytest.raises(InputError, match="Found: frame") as raised:
    list(beijing_brt.read(tmp_path))
  assert "ground_truth" in str(raised.value)


@pytest.mark.parametrize("given", ["above", "below"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_brt(tmp_path / "Beijing-BRT-dataset", {f"1-{TIMES[0]}": POINTS})
  folder = {"above": tmp_path, "below": root / "train"}[given]
  with pytest.raises(InputError) as raised:
    list(beijing_brt.read(folder))
  assert f"Did you mean --input={root} ?" in str(raised.value)
