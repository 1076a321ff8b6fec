"""Unity crowds: text files whose y counts from the bottom."""

from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import unity
from data_tools.formats.base import LabelledImage, Unreadable
from tests.data_tools.helpers import write_unity


def test_points_and_their_origin(tmp_path: Path):
  write_unity(tmp_path, {"IMG_1": "5.25 40.5\n99 0\n"})
  (picture,) = unity.read(tmp_path)
  assert picture.id == "train/IMG_1"
  assert picture.split == "train"
  assert picture.y_from_bottom
  np.testing.assert_array_equal(picture.points, [[5.25, 40.5], [99, 0]])


@pytest.mark.parametrize(
  ("text", "heads"),
  [
    ("", 0),
    ("\n \n", 0),
    ("5 40", 1),
    ("5 40\r\n6 41\r\n", 2),
    ("\n5\t40\n\n6  41\n", 2),
    ("5e1 4.0E+1\n", 1),
    ("\ufeff5 40\n", 1),
  ],
)
def test_white_space_does_not_matter(tmp_path: Path, text: str, heads: int):
  write_unity(tmp_path, {"IMG_1": text})
  (picture,) = unity.read(tmp_path)
  assert picture.points.shape == (heads, 2)
  assert picture.points.dtype == np.float64


def test_order_is_numerical_and_splits_apart(tmp_path: Path):
  write_unity(tmp_path, dict.fromkeys(["IMG_10", "IMG_9", "IMG_1"], "1 2"))
  write_unity(tmp_path, {"IMG_1": "1 2\n3 4"}, "test")
  assert [(p.id, p.split) for p in unity.read(tmp_path)] == [
    ("train/IMG_1", "train"),
    ("train/IMG_9", "train"),
    ("train/IMG_10", "train"),
    ("test/IMG_1", "test"),
  ]


@pytest.mark.parametrize(
  ("text", "reason"),
  [
    ("1 2\n3\n", "line 2"),
    ("1 2\n\n3 4 5\n", "line 3"),
    ("1,2\n", "line 1"),
    ("1_0 2\n", "line 1"),
    ("one two\n", "one"),
    ("1 nan\n", "nan"),
    ("inf 3\n", "inf"),
    ("1 1e300\n", "no pixel"),
  ],
)
def test_bad_line(tmp_path: Path, text: str, reason: str):
  write_unity(tmp_path, {"IMG_1": "1 2", "IMG_2": text})
  good, bad = unity.read(tmp_path)
  assert isinstance(good, LabelledImage)
  assert isinstance(bad, Unreadable)
  assert bad.path.name == "IMG_2.jpg"
  assert "IMG_2.txt" in bad.reason
  assert reason in bad.reason


def test_missing_or_binary_annotation(tmp_path: Path):
  write_unity(tmp_path, {"IMG_1": "1 2", "IMG_2": "1 2"})
  labels = tmp_path / "train_data" / "ground_truth_txt"
  (labels / "IMG_1.txt").unlink()
  (labels / "IMG_2.txt").write_bytes(b"\xff\xfe\x00")
  first, second = unity.read(tmp_path)
  assert isinstance(first, Unreadable)
  assert "no annotation file" in first.reason
  assert isinstance(second, Unreadable)


def test_annotations_without_pictures_are_listed(tmp_path: Path):
  write_unity(tmp_path, dict.fromkeys(["IMG_1", "IMG_10", "IMG_9"], "1 2"))
  write_unity(tmp_path, {"IMG_1": "1 2"}, "test")
  images = tmp_path / "train_data" / "images"
  labels = tmp_path / "train_data" / "ground_truth_txt"
  for number in (10, 9):
    (images / f"IMG_{number}.jpg").unlink()
  (labels / "readme.txt").write_text("not an annotation")
  (labels / "._IMG_1.txt").write_text("nor is this")
  train, nine, ten, test = unity.read(tmp_path)
  assert isinstance(train, LabelledImage)
  assert isinstance(test, LabelledImage)
  for orphan, number in ((nine, 9), (ten, 10)):
    assert isinstance(orphan, Unreadable)
    assert orphan.path == labels / f"IMG_{number}.txt"
    assert f"without a picture IMG_{number}.jpg" in orphan.reason


def test_wrong_folder_shows_expected_and_found(tmp_path: Path):
  (tmp_path / "SyntheticDataset").mkdir()
  with pytest.raises(InputError, match="Found: SyntheticDataset") as raised:
    list(unity.read(tmp_path))
  assert "ground_truth_txt/IMG_1.txt" in str(raised.value)


def test_labels_of_another_set_are_not_taken(tmp_path: Path):
  (tmp_path / "train_data" / "images").mkdir(parents=True)
  (tmp_path / "train_data" / "ground_truth").mkdir()
  with pytest.raises(InputError, match="Found: ground_truth, images"):
    list(unity.read(tmp_path))
