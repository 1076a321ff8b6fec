"""ShanghaiTech, in every spelling and with every fault seen in copies."""

from pathlib import Path

import numpy as np
import pytest
import scipy.io

from cdcc_tf.errors import InputError
from data_tools.formats import shanghaitech
from data_tools.formats.base import LabelledImage, Unreadable
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.helpers import (
  write_picture,
  write_shanghaitech,
  write_shanghaitech_mat,
)

POINTS = [(5.25, 40.5), (99.9, 0.0), (5.25, 40.5)]


@pytest.mark.parametrize("labels", ["ground_truth", "ground-truth"])
@pytest.mark.parametrize("part", ["part_B_final", "part_A", "any name"])
def test_points_are_read_as_they_are(tmp_path: Path, labels: str, part: str):
  root = write_shanghaitech(tmp_path / part, {"IMG_1": POINTS}, labels=labels)
  (picture,) = shanghaitech.read(root)
  assert isinstance(picture, LabelledImage)
  assert picture.id == "train/IMG_1"
  assert picture.path == root / "train_data" / "images" / "IMG_1.jpg"
  assert picture.split == "train"
  assert not picture.y_from_bottom
  assert picture.points.dtype == np.float64
  np.testing.assert_array_equal(picture.points, POINTS)


def test_folder_names_in_other_case(tmp_path: Path):
  base = tmp_path / "Train-Data"
  write_picture(base / "Images" / "IMG_1.JPG")
  write_shanghaitech_mat(base / "Ground-Truth" / "GT_IMG_1.mat", POINTS)
  (picture,) = shanghaitech.read(tmp_path)
  assert len(picture.points) == 3


def test_splits_are_kept_apart(tmp_path: Path):
  write_shanghaitech(tmp_path, {"IMG_1": POINTS})
  write_shanghaitech(tmp_path, {"IMG_1": POINTS[:1]}, "test")
  pictures = list(shanghaitech.read(tmp_path))
  assert [(p.id, p.split, len(p.points)) for p in pictures] == [
    ("train/IMG_1", "train", 3),
    ("test/IMG_1", "test", 1),
  ]


def test_test_split_alone(tmp_path: Path):
  write_shanghaitech(tmp_path, {"IMG_3": POINTS}, "test")
  assert [p.id for p in shanghaitech.read(tmp_path)] == ["test/IMG_3"]


def test_order_is_numerical(tmp_path: Path):
  stems = ["IMG_10", "IMG_2", "IMG_1", "IMG_100"]
  write_shanghaitech(tmp_path, {stem: POINTS for stem in stems})
  assert [p.path.stem for p in shanghaitech.read(tmp_path)] == [
    "IMG_1",
    "IMG_2",
    "IMG_10",
    "IMG_100",
  ]


def test_stray_files_are_left_alone(tmp_path: Path):
  write_shanghaitech(tmp_path, {"IMG_1": POINTS})
  images = tmp_path / "train_data" / "images"
  write_picture(images / "000.png")
  (images / "Thumbs.db").write_bytes(b"")
  (images / "IMG_1.txt").write_text("")
  assert len(list(shanghaitech.read(tmp_path))) == 1


def test_number_in_a_byte_does_not_limit_the_points(tmp_path: Path):
  points = [(i / 10, i / 20) for i in range(700)]
  path = write_shanghaitech_mat(tmp_path / "GT_IMG_1.mat", points)
  raw = scipy.io.loadmat(path)["image_info"]
  assert raw[0, 0]["number"][0, 0].dtype == np.uint8
  np.testing.assert_array_equal(shanghaitech.read_points(path), points)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32])
def test_whole_numbers_become_floats(tmp_path: Path, dtype: type):
  fields = np.empty((1, 1), [("location", object)])
  fields[0, 0] = (dtype([[5, 40]]),)
  cell = np.empty((1, 1), object)
  cell[0, 0] = fields
  scipy.io.savemat(tmp_path / "a.mat", {"image_info": cell})
  points = shanghaitech.read_points(tmp_path / "a.mat")
  assert points.dtype == np.float64
  assert points.tolist() == [[5, 40]]


@pytest.mark.parametrize("shape", [(0, 0), (0, 2), (1, 0)])
def test_nobody_is_zero_by_two(tmp_path: Path, shape: tuple[int, int]):
  fields = np.empty((1, 1), [("location", object), ("number", object)])
  fields[0, 0] = (np.zeros(shape), np.uint8([[0]]))
  cell = np.empty((1, 1), object)
  cell[0, 0] = fields
  scipy.io.savemat(tmp_path / "a.mat", {"image_info": cell})
  assert shanghaitech.read_points(tmp_path / "a.mat").shape == (0, 2)


def unreadable_reason(root: Path) -> str:
  """Returns why IMG_2 cannot be used, having seen that IMG_1 can."""
  first, second = shanghaitech.read(root)
  assert isinstance(first, LabelledImage)
  assert isinstance(second, Unreadable)
  assert second.path.name == "IMG_2.jpg"
  assert "GT_IMG_2.mat" in second.reason
  return second.reason


def two_pictures(root: Path) -> Path:
  """Writes two good pictures; returns the second one's annotation."""
  write_shanghaitech(root, {"IMG_1": POINTS, "IMG_2": POINTS})
  return root / "train_data" / "ground_truth" / "GT_IMG_2.mat"


def test_missing_annotation(tmp_path: Path):
  two_pictures(tmp_path).unlink()
  assert "no annotation file" in unreadable_reason(tmp_path)


@pytest.mark.parametrize("split", ["train", "test"])
def test_annotations_without_pictures_are_listed(tmp_path: Path, split: str):
  stems = ["IMG_2", "IMG_10", "IMG_3"]
  write_shanghaitech(tmp_path, {stem: POINTS for stem in stems}, split)
  base = tmp_path / f"{split}_data"
  for stem in ("IMG_10", "IMG_3"):
    (base / "images" / f"{stem}.jpg").unlink()
  (base / "ground_truth" / "notes.mat").write_bytes(b"")
  picture, three, ten = shanghaitech.read(tmp_path)
  assert isinstance(picture, LabelledImage)
  for orphan, stem in ((three, "IMG_3"), (ten, "IMG_10")):
    assert isinstance(orphan, Unreadable)
    assert orphan.path == base / "ground_truth" / f"GT_{stem}.mat"
    assert f"without a picture {stem}.jpg" in orphan.reason


@pytest.mark.parametrize(
  ("content", "reason"),
  [
    ({"other": np.ones(3)}, "no field image_info"),
    ({"image_info": np.ones((2, 2))}, "no field location"),
    ({"image_info": np.empty((0, 0), object)}, ""),
  ],
  ids=["other field", "no struct", "empty cell"],
)
def test_annotation_without_points(
  tmp_path: Path, content: dict[str, np.ndarray], reason: str
):
  scipy.io.savemat(two_pictures(tmp_path), content)
  assert reason in unreadable_reason(tmp_path)


@pytest.mark.parametrize(
  ("points", "reason"),
  [
    (np.ones((4, 3)), "N x 2"),
    (np.array([[1.0, np.nan]]), "NaN"),
    (np.array([[1.0, np.inf]]), "NaN or infinity"),
  ],
)
def test_points_that_are_none(tmp_path: Path, points: np.ndarray, reason: str):
  fields = np.empty((1, 1), [("location", object)])
  fields[0, 0] = (points,)
  cell = np.empty((1, 1), object)
  cell[0, 0] = fields
  scipy.io.savemat(two_pictures(tmp_path), {"image_info": cell})
  assert reason in unreadable_reason(tmp_path)


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("compressed", [False, True])
def test_torn_annotation(tmp_path: Path, keep: float, compressed: bool):
  path = two_pictures(tmp_path)
  fields = np.empty((1, 1), [("location", object)])
  fields[0, 0] = (np.random.default_rng(0).random((300, 2)),)
  cell = np.empty((1, 1), object)
  cell[0, 0] = fields
  scipy.io.savemat(path, {"image_info": cell}, do_compression=compressed)
  content = path.read_bytes()
  path.write_bytes(content[: int(keep * len(content))])
  unreadable_reason(tmp_path)


def test_annotation_saved_by_a_newer_matlab(tmp_path: Path):
  location = np.asarray(POINTS)
  content = {"image_info": [{"location": location, "number": 3.0}]}
  path = write_mat(two_pictures(tmp_path), content, "7.3")
  np.testing.assert_array_equal(shanghaitech.read_points(path), POINTS)
  path.write_bytes(path.read_bytes()[:900])
  unreadable_reason(tmp_path)


@pytest.mark.parametrize(
  "names", [(), ("images", "labels"), ("train_data/images",)], ids=str
)
def test_wrong_folder_shows_expected_and_found(
  tmp_path: Path, names: tuple[str, ...]
):
  for name in names:
    (tmp_path / name).mkdir(parents=True)
  with pytest.raises(InputError) as raised:
    list(shanghaitech.read(tmp_path))
  message = str(raised.value)
  assert str(tmp_path) in message
  assert "train_data/images/IMG_1.jpg" in message
  assert "GT_IMG_1.mat" in message
  assert (
    "Found: " + (names[0].split("/")[-1] if names else "nothing") in message
  )


@pytest.mark.parametrize(
  "given", ["above", "below", "misspelt", "one level up"]
)
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_shanghaitech(tmp_path / "sets" / "part_A", {"IMG_1": POINTS})
  folders = {
    "above": tmp_path,
    "below": root / "train_data",
    "misspelt": root.with_name("part-a"),
    "one level up": tmp_path / "part_A_final",
  }
  with pytest.raises(InputError) as raised:
    list(shanghaitech.read(folders[given]))
  assert f"Did you mean --input={root} ?" in str(raised.value)


def test_no_folder_at_all(tmp_path: Path):
  with pytest.raises(InputError, match="no such folder"):
    list(shanghaitech.read(tmp_path / "nowhere"))


def test_folder_without_pictures(tmp_path: Path):
  for name in ("images", "ground_truth"):
    (tmp_path / "train_data" / name).mkdir(parents=True)
  with pytest.raises(InputError, match="no images of the names") as raised:
    list(shanghaitech.read(tmp_path))
  assert str(tmp_path / "train_data" / "images") in str(raised.value)
