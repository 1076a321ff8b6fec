"""UCF_CC_50: five folds, and pictures whose counts are known."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import ucf_cc_50
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.readings import (
  heads,
  notes,
  reasons,
  splits,
  usable,
)
from tests.data_tools.helpers import Points, write_picture

POINTS = [(5.25, 40.5), (-358.7, 0.0)]


def write_cc_50(root: Path, points: dict[int, Points]) -> Path:
  """Writes pictures and their points."""
  for number, members in points.items():
    write_picture(root / f"{number}.jpg", seed=number)
    location = np.asarray(members, np.float64).reshape(-1, 2)
    write_mat(root / f"{number}_ann.mat", {"annPoints": location})
  return root


def test_folds_are_five_times_ten():
  members = [n for fold in ucf_cc_50.FOLDS.values() for n in fold]
  assert sorted(members) == list(range(1, 51))
  assert [len(fold) for fold in ucf_cc_50.FOLDS.values()] == [10] * 5


def test_known_counts_are_those_of_the_published_set():
  counts = ucf_cc_50._HEADS
  assert (len(counts), sum(counts), min(counts), max(counts)) == (
    *(50, 63_974, 96, 4633),
  )


def test_groups_are_the_folds_and_all_is_train(tmp_path: Path):
  write_cc_50(tmp_path, {n: POINTS[: n % 3] for n in range(1, 51)})
  pictures = usable(ucf_cc_50.read(tmp_path))
  assert list(pictures) == [str(n) for n in range(1, 51)]
  assert pictures["3"].points.shape == (0, 2)
  np.testing.assert_array_equal(pictures["2"].points, POINTS)
  assert set(splits(pictures).values()) == {"train"}
  groups = Counter(picture.group for picture in pictures.values())
  assert groups == {f"fold{n}": 10 for n in range(1, 6)}
  assert pictures["37"].group == "fold1"
  assert pictures["41"].group == "fold5"


@pytest.mark.parametrize("division", ["fold1", "fold4"])
def test_chosen_fold_is_the_test_split(tmp_path: Path, division: str):
  write_cc_50(tmp_path, {n: POINTS for n in range(1, 51)})
  found = usable(ucf_cc_50.read(tmp_path, division=division))
  test = {int(id) for id, split in splits(found).items() if split == "test"}
  assert test == set(ucf_cc_50.FOLDS[division])
  assert all(
    (p.group == division) == (p.split == "test") for p in found.values()
  )


def test_other_numbers_of_heads_are_noted(tmp_path: Path):
  write_cc_50(tmp_path, {4: np.ones((96, 2)), 7: POINTS, 9: POINTS})
  items = list(ucf_cc_50.read(tmp_path))
  assert heads(usable(items)) == {"4": 96, "7": 2, "9": 2}
  (note,) = notes(items)
  assert note.startswith("In 2 images the number of heads differs")
  assert "7.jpg 2 (648), 9.jpg 2 (3406)." in note


def test_files_that_cannot_be_used(tmp_path: Path):
  write_cc_50(tmp_path, {n: POINTS for n in (1, 2, 3, 12)})
  (tmp_path / "1_ann.mat").unlink()
  (tmp_path / "2_ann.mat").write_bytes(b"torn")
  (tmp_path / "3.jpg").unlink()
  write_picture(tmp_path / "51.jpg")
  write_picture(tmp_path / "density 4.jpg")
  items = list(ucf_cc_50.read(tmp_path))
  found = reasons(items)
  assert set(found) == {"1.jpg", "2.jpg", "3_ann.mat"}
  assert "no annotation file" in found["1.jpg"]
  assert "2_ann.mat: is empty or damaged" in found["2.jpg"]
  assert "without a picture 3.jpg" in found["3_ann.mat"]


def test_no_such_fold(tmp_path: Path):
  write_cc_50(tmp_path, {1: POINTS})
  with pytest.raises(InputError, match=r"--division=fold6.*fold1, fold2"):
    list(ucf_cc_50.read(tmp_path, division="fold6"))


def test_folder_above(tmp_path: Path):
  root = write_cc_50(tmp_path / "UCF_CC_50", {1: POINTS})
  with pytest.raises(InputError, match="Did you mean") as raised:
    list(ucf_cc_50.read(tmp_path))
  assert f"--input={root} ?" in str(raised.value)


def test_numbered_pictures_without_labels_are_another_set(tmp_path: Path):
  write_picture(tmp_path / "1.jpg")
  with pytest.raises(InputError, match="not laid out as expected"):
    list(ucf_cc_50.read(tmp_path))
