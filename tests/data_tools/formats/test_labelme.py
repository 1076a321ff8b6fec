"""LabelMe: one file a picture, of many versions; no file is no label."""

import os
from pathlib import Path
from typing import Any

import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import labelme
from data_tools.formats.base import LabelledImage
from tests.data_tools.formats import exports
from tests.data_tools.formats.exports import (
  CROWD,
  ONE,
  as_lists,
  picture_files,
  write_json,
)
from tests.data_tools.formats.exports import labelme_shape as shape
from tests.data_tools.formats.readings import states
from tests.data_tools.helpers import HEIGHT, WIDTH


def read_one(root: Path, *shapes: dict[str, Any], **options: Any) -> Any:
  picture_files(root, "a.jpg")
  write_json(root / "a.json", exports.labelme("a.jpg", shapes))
  return states(labelme.read(root, **options))["a.jpg"]


def test_three_states_of_a_picture(tmp_path: Path):
  picture_files(tmp_path, "imgs/a.jpg", "b c.png", "nobody.jpg", "unseen.jpg")
  crowd = [shape([point]) for point in CROWD]
  for name, picture, shapes in (
    ("labels/a", "..\\imgs\\a.jpg", crowd),
    ("b c", "b c.png", [shape(ONE)]),
    ("nobody", "nobody.jpg", []),
  ):
    write_json(tmp_path / f"{name}.json", exports.labelme(picture, shapes))
  found = list(labelme.read(tmp_path))
  assert states(found) == {
    "imgs/a.jpg": as_lists(CROWD),
    "b c.png": as_lists(ONE),
    "nobody.jpg": [],
    "unseen.jpg": None,
  }
  for item in found:
    assert isinstance(item, LabelledImage)
    assert item.upright
    labelled = item.points is not None
    assert item.size == ((HEIGHT, WIDTH) if labelled else None)


@pytest.mark.parametrize(
  ("points", "kind", "expected"),
  [
    (ONE, "point", ONE),
    (ONE, "linestrip", ONE),  # old versions
    (ONE, None, ONE),
    (CROWD, "points", CROWD),
    ([(7, 31), (9, 31)], "circle", [(7, 31)]),
    ([(16, 20), (10, 32)], "rectangle", [(13, 26)]),
  ],
)
def test_shapes(tmp_path: Path, points: Any, kind: str | None, expected: Any):
  assert read_one(tmp_path, shape(points, kind)) == as_lists(expected)


def test_rectangles_around_people(tmp_path: Path):
  found = read_one(
    tmp_path, shape([(10, 20), (16, 32)], "rectangle"), box_point="top"
  )
  assert found == [[13, 22]]


def test_labels(tmp_path: Path):
  shapes = shape(ONE), shape(CROWD, "line", "fence")
  assert read_one(tmp_path, *shapes, label="head") == as_lists(ONE)
  with pytest.raises(InputError, match=r"several labels \(fence, head\)"):
    read_one(tmp_path, *shapes)


@pytest.mark.parametrize(
  ("bad", "reason"),
  [
    (shape(CROWD, "polygon"), "of 2 points marks no head"),
    (shape(CROWD, None), "of 2 points marks no head"),
    (shape(ONE, "circle"), "of 1 points marks no head"),
    (shape(ONE, "rectangle"), "has 1 corners"),
    (shape([], "point"), "of 0 points"),
    (shape(ONE) | {"points": [[1, None]]}, "a point is None"),
    (shape(ONE) | {"points": [[1, 10**400]]}, "which is no pixel"),
    (shape(ONE) | {"points": None}, "points is None"),
    (shape(ONE) | {"label": None}, "label is None"),
  ],
)
def test_bad_shape(tmp_path: Path, bad: dict[str, Any], reason: str):
  picture_files(tmp_path, "b.jpg")
  write_json(tmp_path / "b.json", exports.labelme("b.jpg", [shape(ONE)]))
  found = read_one(tmp_path, shape(ONE), bad)
  assert reason in found
  assert found.startswith("a.json")


@pytest.mark.parametrize(
  ("content", "reason"),
  [
    (b"", "no valid JSON"),
    (b'{"shapes": ' + b"[" * 100_000, "nested too deeply"),
    (b"[]", "none of LabelMe's"),
    (b'{"shapes": null, "imagePath": "a.jpg"}', "shapes is None"),
    (b'{"shapes": []}', "imagePath is None"),
    (b'{"shapes": [], "shapes": [], "imagePath": "a.jpg"}', "appears twice"),
    (b'{"shapes": [], "imagePath": "a.jpg", "imageWidth": -1}', "not a number"),
  ],
)
def test_bad_file_spoils_its_own_picture_only(
  tmp_path: Path, content: bytes, reason: str
):
  """The picture is no unlabelled one: it is labelled, nobody knows how."""
  picture_files(tmp_path, "a.jpg", "b.jpg")
  write_json(tmp_path / "b.json", exports.labelme("b.jpg", [shape(ONE)]))
  (tmp_path / "a.json").write_bytes(content)
  (tmp_path / "other.json").write_bytes(content)
  found = states(labelme.read(tmp_path))
  assert found["b.jpg"] == as_lists(ONE)
  assert reason in found["a.jpg"]
  if b"imagePath" not in content:
    assert reason in found["other.json"]


def test_nothing_of_labelme(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  write_json(tmp_path / "settings.json", {"a": 1})
  with pytest.raises(InputError, match="nor is any other file here"):
    list(labelme.read(tmp_path))


@pytest.mark.parametrize("name", ["../../a.jpg", "C:\\x\\a.jpg", "/a.jpg"])
def test_name_that_leads_out(tmp_path: Path, name: str):
  root = picture_files(tmp_path / "in", "a.jpg")
  picture_files(tmp_path, "a.jpg")
  write_json(root / "a.json", exports.labelme(name, [shape(ONE)]))
  found = states(labelme.read(root))
  assert found["a.jpg"] is None
  assert found["a.json"].startswith("imagePath: ")


def test_link_to_an_annotation_outside(tmp_path: Path):
  root = picture_files(tmp_path / "in", "a.jpg", "b.jpg")
  outside = exports.labelme("a.jpg", [shape(ONE)])
  write_json(tmp_path / "secret.json", outside)
  write_json(root / "b.json", exports.labelme("b.jpg", []))
  os.symlink(tmp_path / "secret.json", root / "a.json")
  assert "through a link" in states(labelme.read(root))["a.jpg"]


def test_two_files_for_one_picture(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  for name in ("a.json", "a (copy).json"):
    write_json(tmp_path / name, exports.labelme("a.jpg", [shape(ONE)]))
  assert "labelled twice" in states(labelme.read(tmp_path))["a.jpg"]
