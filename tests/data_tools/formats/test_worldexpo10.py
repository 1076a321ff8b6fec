"""WorldExpo'10: scenes, regions of interest, names with dots in them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.formats import worldexpo10
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.readings import heads, reasons, splits, usable
from tests.data_tools.helpers import Points, write_picture

POINTS = [(5.25, 40.5), (99.0, 1.0), (70, 30)]
CORNERS = [(1.0, 1), (60, 1), (60, 50.5), (1, 50.5)]
DOTTED = "100156_A02IndiaWE-03-S2010.new.split.75_3"
SEVEN = "200707_C09-04-S20100717083000000E2010_1_clip1_1"
DASHED = "104242-1_clip2_4"
TEST = "104207_1-04-S2010_clip1_2"


def write_roi(folder: Path, corners: Points, version: str = "5") -> Path:
  """Writes the corners of a scene's region, each coordinate a column."""
  x, y = np.asarray(corners, np.float64).reshape(-1, 2).T[:, :, None]
  content = {"maskVerticesXCoordinates": x, "maskVerticesYCoordinates": y}
  return write_mat(folder / "roi.mat", content, version)


def write_expo(
  root: Path, points: dict[str, Points], split: str = "train"
) -> Path:
  """Writes frames, flat for train and by scene for test, and their labels."""
  for seed, (stem, members) in enumerate(points.items()):
    scene = stem[:6]
    frames = root / f"{split}_frame"
    frames = frames / scene if split == "test" else frames
    write_picture(frames / f"{stem}.jpg", seed=seed)
    labels = root / f"{split}_label" / scene
    location = np.asarray(members, np.float64).reshape(-1, 2)
    content: dict[str, Any] = {
      "point_num": len(location),
      "point_position": location,
    }
    write_mat(labels / f"{stem}.mat", content)
    write_roi(labels, CORNERS)
  return root


def test_scenes_are_groups(tmp_path: Path):
  write_expo(tmp_path, {SEVEN: POINTS, DOTTED: [], DASHED: POINTS[:1]})
  write_expo(tmp_path, {TEST: POINTS}, "test")
  pictures = usable(worldexpo10.read(tmp_path))
  assert heads(pictures) == {
    f"train/{DOTTED}": 0,
    f"train/{DASHED}": 1,
    f"train/{SEVEN}": 3,
    f"test/{TEST}": 3,
  }
  assert list(splits(pictures).values()) == ["train"] * 3 + ["test"]
  groups = [picture.group for picture in pictures.values()]
  assert groups == ["100156", "104242", "200707", "104207"]
  assert pictures[f"train/{DOTTED}"].points.shape == (0, 2)
  # What divides `train` keeps a scene whole.
  assert pictures[f"train/{SEVEN}"].unit == "scene 200707"


def test_first_pixel_of_matlab_is_number_one(tmp_path: Path):
  write_expo(tmp_path, {SEVEN: POINTS})
  (picture,) = usable(worldexpo10.read(tmp_path)).values()
  np.testing.assert_array_equal(picture.points, np.array(POINTS) - 0.5)
  np.testing.assert_array_equal(picture.roi, np.array(CORNERS) - 0.5)


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_region_reaches_the_records(tmp_path: Path, version: str):
  """Points outside it are kept: the region says what counts."""
  root = write_expo(tmp_path / "expo", {TEST: POINTS}, "test")
  labels = root / "test_label" / "104207"
  write_roi(labels, CORNERS, version)
  content = {"point_position": np.asarray(POINTS)}
  write_mat(labels / f"{TEST}.mat", content, version)
  convert("worldexpo10", root, tmp_path / "records", Options())
  (record,) = RecordDataset.open(tmp_path / "records").records("test")
  assert record.group == "104207"
  np.testing.assert_allclose(record.points, np.array(POINTS) - 0.5)
  region = record.region()
  # From the first corner to the last, both inside.
  assert region[0, 0]
  assert region[49, 59]
  assert not region[:, 62:].any()


def test_files_that_cannot_be_used(tmp_path: Path):
  stems = [f"200707_{n}" for n in range(1, 5)]
  write_expo(tmp_path, {stem: POINTS for stem in stems})
  labels = tmp_path / "train_label" / "200707"
  (labels / f"{stems[0]}.mat").unlink()
  write_mat(labels / f"{stems[1]}.mat", {"point_num": 3})
  (tmp_path / "train_frame" / f"{stems[2]}.jpg").unlink()
  items = list(worldexpo10.read(tmp_path))
  assert len(items) == 4
  found = reasons(items)
  assert "no annotation file" in found[f"{stems[0]}.jpg"]
  assert "no field point_position" in found[f"{stems[1]}.jpg"]
  assert "without a picture" in found[f"{stems[2]}.mat"]


@pytest.mark.parametrize(
  ("fault", "reason"),
  [
    ("missing", "scene 200707 has no roi.mat"),
    ("torn", "roi.mat of scene 200707: is empty or damaged"),
    ("line", "roi.mat of scene 200707: holds 2 x and 2 y: no polygon"),
    ("uneven", "roi.mat of scene 200707: holds 3 x and 4 y: no polygon"),
    ("infinite", "polygon holds NaN or infinity"),
  ],
)
def test_scene_without_its_region(tmp_path: Path, fault: str, reason: str):
  """Counts in the whole picture would not be what is published."""
  write_expo(tmp_path, {SEVEN: POINTS, DASHED: POINTS})
  labels = tmp_path / "train_label" / "200707"
  if fault == "missing":
    (labels / "roi.mat").unlink()
  elif fault == "torn":
    (labels / "roi.mat").write_bytes(b"MATLAB 5.0")
  elif fault == "uneven":
    names = ("maskVerticesXCoordinates", "maskVerticesYCoordinates")
    sides = (np.ones((3, 1)), np.ones((4, 1)))
    content = dict(zip(names, sides, strict=True))
    write_mat(labels / "roi.mat", content)
  else:
    corners = {"line": CORNERS[:2], "infinite": [*CORNERS, (np.inf, 1)]}
    write_roi(labels, corners[fault])
  other, seven = sorted(worldexpo10.read(tmp_path), key=lambda i: i.path.name)
  assert heads(usable([other])) == {f"train/{DASHED}": 3}
  assert reason in reasons([seven])[f"{SEVEN}.jpg"]


def test_frames_without_labels_beside_them(tmp_path: Path):
  write_picture(tmp_path / "test_frame" / "104207" / f"{TEST}.jpg")
  with pytest.raises(InputError, match="Found: test_frame"):
    list(worldexpo10.read(tmp_path))


@pytest.mark.parametrize("given", ["above", "below"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_expo(tmp_path / "WorldExpo10", {SEVEN: POINTS})
  folder = {"above": tmp_path, "below": root / "train_frame"}[given]
  with pytest.raises(InputError) as raised:
    list(worldexpo10.read(folder))
  assert f"Did you mean --input={root} ?" in str(raised.value)
