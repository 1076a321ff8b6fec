"""COCO: which of its many ways to mark people are heads, and where."""

from pathlib import Path
from typing import Any

import pytest

from cdcc_tf.errors import InputError
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.formats import coco
from data_tools.formats.base import LabelledImage
from tests.data_tools.formats import exports
from tests.data_tools.formats.exports import CROWD, ONE, as_lists, picture_files
from tests.data_tools.formats.readings import states
from tests.data_tools.helpers import HEIGHT, WIDTH

PERSON = {
  "id": 1,
  "name": "person",
  "keypoints": ["nose", "left_eye", "right_eye"],
  "skeleton": [[1, 2]],
}


def write(root: Path, content: Any, name: str = "heads.json") -> Path:
  exports.write_json(root / name, content)
  return root


def read_one(root: Path, annotation: dict[str, Any], **options: Any) -> Any:
  """Reads a picture with one annotation."""
  categories = options.pop("categories", [{"id": 1, "name": "head"}])
  write(
    picture_files(root, "a.jpg"),
    exports.coco({"a.jpg": [annotation]}, categories),
  )
  return states(coco.read(root, **options))["a.jpg"]


def test_three_states_of_a_picture(tmp_path: Path):
  picture_files(tmp_path, "images/a.jpg", "images/b c.png", "images/nobody.jpg")
  picture_files(tmp_path, "images/unseen.jpg")
  export = exports.coco(
    {
      "a.jpg": exports.coco_points(CROWD),
      "b c.png": exports.coco_points(ONE),
      "images/nobody.jpg": [],
    }
  )
  write(tmp_path, export, "annotations/instances_default.json")
  found = list(coco.read(tmp_path))
  assert all(isinstance(item, LabelledImage) for item in found)
  assert states(found) == {
    "images/a.jpg": as_lists(CROWD[::-1]),  # as the file has them
    "images/b c.png": as_lists(ONE),
    "images/nobody.jpg": [],
    "images/unseen.jpg": None,
  }
  sizes = {item.size for item in found}
  assert sizes == {(HEIGHT, WIDTH), None}
  assert all(item.upright for item in found)


def test_converted(tmp_path: Path):
  root = picture_files(tmp_path / "in", "a.jpg", "unseen.jpg")
  write(root, exports.coco({"a.jpg": exports.coco_points(CROWD)}))
  manifest = convert("coco", root, tmp_path / "out", Options())
  assert manifest.heads == {"train": 2}
  assert manifest.unlabelled == {"train": 1}


@pytest.mark.parametrize(
  ("annotation", "expected"),
  [
    ({"keypoints": [5, 40, 2, 0, 0, 0, 90, 3, 1]}, [[5, 40], [90, 3]]),
    ({"keypoints": [5, 40, 90, 3], "num_keypoints": 2}, [[5, 40], [90, 3]]),
    (
      {"keypoints": [5, 40, 90, 3, 7, 8], "num_keypoints": 3},
      [[5, 40], [90, 3], [7, 8]],
    ),
    ({"keypoints": [5, 40, 2, 90, 3, 2]}, [[5, 40], [90, 3]]),
    ({"keypoints": [5, 40]}, [[5, 40]]),
    ({"points": [[5, 40], [90, 3]]}, [[5, 40], [90, 3]]),
    ({"points": [5, 40, 90, 3]}, [[5, 40], [90, 3]]),
    ({"bbox": [10, 20, 6, 12]}, [[13, 26]]),
    ({"keypoints": [], "bbox": [10, 20, 6, 12]}, [[13, 26]]),
    ({"keypoints": [5, 40, 2], "bbox": [10, 20, 6, 12]}, [[5, 40]]),
  ],
)
def test_ways_to_mark_heads(tmp_path: Path, annotation: Any, expected: Any):
  assert read_one(tmp_path, annotation) == expected


def test_box_of_a_person(tmp_path: Path):
  annotation = {"bbox": [10, 20, 6, 12]}
  assert read_one(tmp_path, annotation, box_point="top") == [[13, 22]]


def test_keypoint_that_nobody_labelled_is_no_head_at_the_corner(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  unlabelled = {"keypoints": [0, 0, 0], "num_keypoints": 0}
  content = exports.coco({"a.jpg": [unlabelled, *exports.coco_points(ONE)]})
  write(tmp_path, content)
  found = states(coco.read(tmp_path))
  assert found["a.jpg"] == as_lists(ONE)
  assert "1 annotations have no labelled keypoint" in found["note"]


def test_one_keypoint_of_many_is_the_head(tmp_path: Path):
  annotation = {"keypoints": [5, 40, 2, 6, 39, 2, 0, 0, 0], "num_keypoints": 2}
  options = {"categories": [PERSON]}
  for label, expected in (
    ("nose", [[5, 40]]),
    (["person", "left_eye"], [[6, 39]]),
    ("right_eye", []),
  ):
    found = read_one(tmp_path, annotation, label=label, **options)
    assert found == expected
  with pytest.raises(InputError, match=r"3 keypoints a person.*--label=nose"):
    read_one(tmp_path, annotation, **options)
  with pytest.raises(InputError, match="--label=tail: no such label"):
    read_one(tmp_path, annotation, label="tail", **options)


def test_categories(tmp_path: Path):
  picture_files(tmp_path, "a.jpg", "b.jpg")
  car = {"category_id": 2, "bbox": [10, 20, 6, 12]}
  content = exports.coco(
    {"a.jpg": [car, *exports.coco_points(ONE)], "b.jpg": [car]},
    [{"id": 1, "name": "head"}, {"id": 2, "name": "car"}],
  )
  write(tmp_path, content)
  with pytest.raises(InputError, match=r"several labels \(car, head\)"):
    list(coco.read(tmp_path))
  expected = {"a.jpg": as_lists(ONE), "b.jpg": []}
  assert states(coco.read(tmp_path, label=["head"])) == expected


@pytest.mark.parametrize(
  ("annotation", "reason"),
  [
    ({"iscrowd": 1, "bbox": [0, 0, 50, 50]}, "region of a crowd"),
    ({}, "neither keypoints nor points nor bbox"),
    ({"segmentation": [[1, 2, 3, 4]]}, "neither keypoints"),
    ({"keypoints": [1, 2, 3, 4, 5]}, "5 numbers"),
    ({"keypoints": [1, None, 2]}, "keypoints is None"),
    ({"keypoints": [float("nan"), 1, 2]}, "nan, which is no pixel"),
    ({"keypoints": [10**400, 1, 2]}, "which is no pixel"),
    ({"keypoints": "1,2,2"}, "not a list"),
    ({"points": [[1, 2, 3]]}, "not two numbers"),
    ({"points": [1, 2, 3]}, "3 numbers"),
    ({"bbox": [1, 2, 3]}, "bbox is"),
    ({"bbox": [1, 2, 3, 4], "category_id": 7}, "category_id 7 is not in"),
    ({"bbox": [1, 2, -3, 4]}, "a box is"),
    ({"bbox": [1, 2, True, 4]}, "True, not a number"),
  ],
)
def test_annotation_that_marks_no_heads(
  tmp_path: Path, annotation: dict[str, Any], reason: str
):
  """Its picture is left out: it would pass for one with fewer people."""
  picture_files(tmp_path, "a.jpg", "b.jpg")
  content = exports.coco(
    {"a.jpg": [annotation, *exports.coco_points(ONE)], "b.jpg": []}
  )
  write(tmp_path, content)
  found = states(coco.read(tmp_path))
  assert found["b.jpg"] == []
  assert reason in found["a.jpg"]
  assert "heads.json, image" in found["a.jpg"]


@pytest.mark.parametrize(
  ("image", "reason"),
  [
    ({"file_name": "../../a.jpg"}, "leads out of the folder"),
    ({"file_name": "/a.jpg"}, "absolute"),
    ({"file_name": ""}, "file_name is ''"),
    ({"file_name": 5}, "file_name is 5"),
    ({"id": [1]}, r"id is [1]"),
    ({"id": None}, "id is None"),
  ],
)
def test_bad_image(tmp_path: Path, image: dict[str, Any], reason: str):
  picture_files(tmp_path, "a.jpg")
  content = exports.coco({"a.jpg": [], "b.jpg": []})
  content["images"][1] |= image
  write(tmp_path, content)
  found = states(coco.read(tmp_path))
  assert found["a.jpg"] == []
  assert reason in found["heads.json"]


@pytest.mark.parametrize(
  ("size", "expected"),
  [
    ({"width": None, "height": 0}, None),
    ({"width": 5}, (HEIGHT, 5)),
    ({"width": "5"}, "not a number"),
    ({"width": -5}, "no size"),
  ],
)
def test_sizes(tmp_path: Path, size: dict[str, Any], expected: Any):
  picture_files(tmp_path, "a.jpg")
  content = exports.coco({"a.jpg": []})
  content["images"][0] |= size
  write(tmp_path, content)
  (item,) = coco.read(tmp_path)
  if isinstance(expected, str):
    assert expected in states([item])["a.jpg"]
  else:
    assert isinstance(item, LabelledImage)
    assert item.size == expected


def test_file_without_categories(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  content = exports.coco({"a.jpg": exports.coco_points(ONE)})
  del content["categories"]
  write(tmp_path, content)
  assert states(coco.read(tmp_path)) == {"a.jpg": as_lists(ONE)}


def test_ids_as_texts_and_numbers(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  content = exports.coco({"a.jpg": exports.coco_points(ONE)})
  content["annotations"][0]["image_id"] = str(content["images"][0]["id"])
  write(tmp_path, content)
  assert states(coco.read(tmp_path)) == {"a.jpg": as_lists(ONE)}


def test_annotations_of_other_pictures(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  content = exports.coco({"a.jpg": exports.coco_points(CROWD)})
  content["annotations"][0]["image_id"] = 99
  write(tmp_path, content)
  found = states(coco.read(tmp_path))
  assert len(found["a.jpg"]) == 1
  assert "1 annotations belong to none" in found["note"]
  content["annotations"][1]["image_id"] = 99
  write(tmp_path, content)
  with pytest.raises(InputError, match="no annotation belongs to a picture"):
    list(coco.read(tmp_path))


def test_picture_named_twice_or_missing(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  content = exports.coco(
    {"a.jpg": exports.coco_points(ONE), "A.JPG": [], "c.jpg": []}
  )
  write(tmp_path, content)
  found = states(coco.read(tmp_path))
  assert "labelled twice (image '70' and image '67')" in found["a.jpg"]
  assert found["c.jpg"] == "named in heads.json but missing"


@pytest.mark.parametrize(
  ("content", "message"),
  [
    ([], "not an object, so it is no COCO file"),
    ({"images": []}, "annotations is None"),
    ({"images": {}, "annotations": []}, "images is {}, not a list"),
    (
      {"images": [], "annotations": [], "categories": [{"id": 1}]},
      "name is None",
    ),
    (
      {"images": [{"id": 1, "file_name": "a"}] * 2, "annotations": []},
      "two pictures have id '1'",
    ),
  ],
)
def test_what_is_no_coco(tmp_path: Path, content: Any, message: str):
  write(picture_files(tmp_path, "a.jpg"), content)
  with pytest.raises(InputError, match=message) as raised:
    list(coco.read(tmp_path))
  assert "heads.json" in str(raised.value)


def test_one_file_is_wanted(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  for name, points in (("train", ONE), ("val", CROWD)):
    content = exports.coco({"a.jpg": exports.coco_points(points)})
    write(tmp_path, content, f"annotations/{name}.json")
  with pytest.raises(
    InputError, match=r"--annotations=annotations/train\.json"
  ):
    list(coco.read(tmp_path))
  found = states(coco.read(tmp_path, annotations="annotations/train.json"))
  assert found == {"a.jpg": as_lists(ONE)}
  for name, message in (("../x.json", "leads out"), ("x.json", "no such file")):
    with pytest.raises(InputError, match=f"--annotations.*{message}"):
      list(coco.read(tmp_path, annotations=name))


def test_unknown_choice(tmp_path: Path):
  with pytest.raises(InputError, match="--box_point=foot: for this"):
    list(coco.read(tmp_path, box_point="foot"))
