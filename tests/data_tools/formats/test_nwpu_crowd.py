"""NWPU-Crowd: the lists decide, and the test split is unlabelled."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.formats import nwpu_crowd
from data_tools.formats.base import LabelledImage
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.mutations import mutants, spoil_json
from tests.data_tools.formats.readings import (
  heads,
  notes,
  reasons,
  splits,
  usable,
)
from tests.data_tools.helpers import Points, write_picture

POINTS = [[5.25, 40.5], [99.9, 0.0], [5.25, 40.5]]


def annotation(points: Any, number: int = 1) -> dict[str, Any]:
  """Returns what a JSON file of the set holds."""
  boxes = [[1, 2, 3, 4] for _ in points]
  return {
    "img_id": f"{number:04}.jpg",
    "human_num": len(points),
    "points": points,
    "boxes": boxes,
  }


def write_nwpu(
  root: Path, labels: dict[int, Points | None], **lists: str
) -> Path:
  """Writes pictures, JSON files of those with labels, and lists."""
  (root / "jsons").mkdir(parents=True, exist_ok=True)
  for number, points in labels.items():
    write_picture(root / "images" / f"{number:04}.jpg", seed=number)
    if points is not None:
      path = root / "jsons" / f"{number:04}.json"
      path.write_text(json.dumps(annotation(points, number)))
  for split, text in lists.items():
    (root / f"{split}.txt").write_text(text)
  return root


def test_lists_decide_and_not_the_numbers(tmp_path: Path):
  write_nwpu(
    tmp_path,
    {3098: POINTS, 3169: POINTS, 3100: [], 4000: None},
    train="3169 1 1\n",
    val="3098 0 1\n3100 2 0\n",
    test="4000\n",
  )
  pictures = usable(nwpu_crowd.read(tmp_path))
  assert splits(pictures) == {
    "3169": "train",
    "3098": "val",
    "3100": "val",
    "4000": "test",
  }
  assert heads(pictures) == {"3169": 3, "3098": 3, "3100": 0, "4000": None}
  assert pictures["3100"].points.shape == (0, 2)
  np.testing.assert_array_equal(pictures["3098"].points, POINTS)
  groups = [picture.group for picture in pictures.values()]
  assert groups == ["level 1", "level 1", "level 0", ""]


def test_unlabelled_is_not_empty_in_the_records(tmp_path: Path):
  root = write_nwpu(
    tmp_path / "NWPU-Crowd",
    {1: POINTS, 2: [], 4000: None},
    train="0001 1 1\n0002 1 0\n",
    test="4000\n",
  )
  manifest = convert("nwpu_crowd", root, tmp_path / "records", Options())
  assert manifest.unlabelled == {"test": 1}
  (record,) = RecordDataset.open(tmp_path / "records").records("test")
  assert not record.labelled
  train = list(RecordDataset.open(tmp_path / "records").records("train"))
  assert [(len(r.points), r.labelled) for r in train] == [(3, True), (0, True)]


def test_labels_of_test_pictures_are_not_looked_for(tmp_path: Path):
  write_nwpu(tmp_path, {4000: POINTS}, test="4000\n")
  assert heads(usable(nwpu_crowd.read(tmp_path))) == {"4000": None}


@pytest.mark.parametrize("shape", [(0, 0), (0, 2)])
def test_mat_files_instead(tmp_path: Path, shape: tuple[int, int]):
  write_nwpu(tmp_path, {1: None, 2: None}, train="0001 1 1\n0002 0 0\n")
  content = {"annPoints": np.asarray(POINTS), "annBoxes": np.ones((3, 4))}
  write_mat(tmp_path / "mats" / "0001.mat", content)
  write_mat(tmp_path / "mats" / "0002.mat", {"annPoints": np.zeros(shape)})
  pictures = usable(nwpu_crowd.read(tmp_path))
  np.testing.assert_array_equal(pictures["0001"].points, POINTS)
  assert pictures["0002"].points.shape == (0, 2)


def test_pictures_in_parts(tmp_path: Path):
  write_nwpu(tmp_path, {1: POINTS}, train="0001 1 1\n1001 1 1\n1002 1 1\n")
  for part, number in {"images_part2": 1001, "images_part5a": 1002}.items():
    write_picture(tmp_path / part / f"{number}.jpg")
    path = tmp_path / "jsons" / f"{number}.json"
    path.write_text(json.dumps(annotation(POINTS)))
  assert list(usable(nwpu_crowd.read(tmp_path))) == ["0001", "1001", "1002"]


def test_pictures_on_no_list_are_noted(tmp_path: Path):
  write_nwpu(tmp_path, {1: POINTS, 2: POINTS}, train="0001 1 1\n")
  items = list(nwpu_crowd.read(tmp_path))
  assert list(usable(items)) == ["0001"]
  assert notes(items) == ["1 images are on no list and were skipped."]


@pytest.mark.parametrize(
  ("content", "reason"),
  [
    (None, "no annotation file"),
    ("", "no valid JSON"),
    ("[1, 2", "no valid JSON"),
    ("[" * 100_000, "nested too deep"),
    ("[]", "the file has no points"),
    ('{"point": []}', "the file has no points"),
    ('{"points": 7}', "points is 7, not a list"),
    ('{"points": [{"x": 1, "y": 2}]}', "not a list"),
    ('{"points": [[1, 2, 3]]}', "not two numbers"),
    ('{"points": [["1", "2"]]}', "not a number"),
    ('{"points": [[true, 2]]}', "not a number"),
    ('{"points": [[NaN, 2]]}', "which is no pixel"),
    ('{"points": [[1e999, 2]]}', "which is no pixel"),
    ('{"points": [[1e300, 2]]}', "which is no pixel"),
    ('{"points": [[1' + "0" * 400 + ", 2]]}", "which is no pixel"),
    ('{"points": [[1' + "0" * 5000 + ", 2]]}", "no valid JSON"),
    ('{"points": []}', "has no heads, but the list says level 1"),
  ],
)
def test_annotations_that_cannot_be_used(
  tmp_path: Path, content: str | None, reason: str
):
  lines = "0001 1 1\n0002 1 1\n"
  write_nwpu(tmp_path, {1: POINTS, 2: None}, train=lines)
  if content is not None:
    (tmp_path / "jsons" / "0002.json").write_text(content)
  found = reasons(nwpu_crowd.read(tmp_path))
  assert set(found) == {"0002.jpg"}
  assert found["0002.jpg"].startswith("0002.json: ")
  assert reason in found["0002.jpg"]


def test_listed_picture_is_missing_or_listed_twice(tmp_path: Path):
  lists = {"train": "0001 1 1\n0002 1 1\n", "val": "0001 1 1\n"}
  write_nwpu(tmp_path, {1: POINTS}, **lists)
  items = list(nwpu_crowd.read(tmp_path))
  assert isinstance(items[0], LabelledImage)
  reason = "is listed in {}, but missing, or listed before".format
  assert reasons(items) == {
    "0002.jpg": reason("train.txt"),
    "0001.jpg": reason("val.txt"),
  }


@pytest.mark.parametrize(
  "line", ["0002 1", "x", "0002 1 9 9", "../0002 1 1", "٤ 1 1", "0002,1,1"]
)
def test_bad_list_is_located(tmp_path: Path, line: str):
  write_nwpu(tmp_path, {1: POINTS}, train=f"0001 1 1\n\n{line}\n")
  with pytest.raises(InputError, match=r"train\.txt: line 3 is not number"):
    list(nwpu_crowd.read(tmp_path))


def test_lists_are_necessary(tmp_path: Path):
  write_nwpu(tmp_path, {1: POINTS})
  with pytest.raises(InputError, match=r"Expected:[^$]*train\.txt"):
    list(nwpu_crowd.read(tmp_path))


@pytest.mark.parametrize("given", ["above", "below"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_nwpu(tmp_path / "NWPU", {1: POINTS}, train="0001 1 1\n")
  folder = {"above": tmp_path, "below": root / "images"}[given]
  with pytest.raises(InputError) as raised:
    list(nwpu_crowd.read(folder))
  assert f"Did you mean --input={root} ?" in str(raised.value)


def test_damaged_annotations_end_in_one_line(tmp_path: Path):
  path = tmp_path / "0001.json"
  kinds = set()
  for _, content in mutants(annotation(POINTS), spoil_json, 200):
    path.write_bytes(content)
    try:
      points = nwpu_crowd.read_points(path)
    except ValueError as error:
      kinds.add(len(str(error).splitlines()))
    else:
      kinds.add(points.shape[1:])
  assert kinds == {1, (2,)}
