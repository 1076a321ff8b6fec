"""Label Studio: per cents, addresses, and which annotation counts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import label_studio
from data_tools.formats.base import LabelledImage
from tests.data_tools.formats.exports import (
  CROWD,
  ONE,
  as_lists,
  picture_files,
  write_json,
)
from tests.data_tools.formats.exports import label_studio_result as result
from tests.data_tools.formats.exports import label_studio_task as task
from tests.data_tools.formats.readings import states
from tests.data_tools.helpers import HEIGHT, WIDTH


def read(root: Path, *tasks: Any, **options: Any) -> dict[str, Any]:
  write_json(root / "project-1.json", list(tasks))
  found = states(label_studio.read(root, **options))
  for key, value in found.items():
    if isinstance(value, list):  # per cents are not exact
      found[key] = np.round(np.reshape(value, (-1, 2)), 6).tolist()
  return found


def results(points: list[tuple[float, float]]) -> list[dict[str, Any]]:
  return [result(x, y) for x, y in points]


def test_states_of_a_picture(tmp_path: Path):
  picture_files(tmp_path, "img/a b.jpg", "b.png", "nobody.jpg", "skipped.jpg")
  picture_files(tmp_path, "open.jpg", "unseen.jpg")
  cancelled = {"was_cancelled": True, "result": results(ONE)}
  found = read(
    tmp_path,
    task("a%20b.jpg", results(CROWD)),
    task("b.png", results(ONE)),
    task("nobody.jpg", []),
    task("skipped.jpg", cancelled),
    task("open.jpg"),
  )
  assert found == {
    "img/a b.jpg": as_lists(CROWD),
    "b.png": as_lists(ONE),
    "nobody.jpg": [],
    "skipped.jpg": None,
    "open.jpg": None,
    "unseen.jpg": None,
  }
  for item in label_studio.read(tmp_path):
    assert isinstance(item, LabelledImage)
    assert item.upright
    people = item.points is not None and len(item.points)
    assert item.size == ((HEIGHT, WIDTH) if people else None)


OLD, NEW = results(ONE), results(CROWD)


@pytest.mark.parametrize(
  ("annotations", "expected"),
  [
    ([{"result": OLD}, {"result": NEW}], CROWD),  # the last one
    (
      [
        {"result": NEW, "updated_at": "2024-05-02T10:00:00Z"},
        {"result": OLD, "updated_at": "2024-05-01T10:00:00Z"},
      ],
      CROWD,
    ),
    (
      [
        {"result": NEW, "ground_truth": True, "created_at": "2023"},
        {"result": OLD, "created_at": "2024"},
      ],
      CROWD,
    ),
    ([{"result": NEW}, {"result": OLD, "was_cancelled": True}], CROWD),
    ([{"result": OLD}, {"result": []}], []),
  ],
)
def test_one_annotation_counts(
  tmp_path: Path, annotations: list[dict[str, Any]], expected: Any
):
  picture_files(tmp_path, "a.jpg")
  found = read(tmp_path, task("a.jpg", *annotations))
  assert found == {"a.jpg": as_lists(expected)}


def test_other_regions(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  box = result(10, 20, type="rectanglelabels")
  box["value"] = {
    **{"x": 10, "y": 40, "width": 6, "height": 24, "rotation": 0},
    "rectanglelabels": ["head"],
  }
  ellipse = result(7, 31, type="ellipselabels")
  ellipse["value"] |= {"ellipselabels": ["head"], "radiusX": 2}
  choice = {"type": "choices", "value": {"choices": ["crowded"]}}
  relation = {"type": "relation", "from_id": "a", "to_id": "b"}
  regions = [box, ellipse, choice, relation]
  assert read(tmp_path, task("a.jpg", regions)) == {
    "a.jpg": [[13, 26], [7, 31]]
  }
  found = read(tmp_path, task("a.jpg", regions), box_point="top")
  assert found == {"a.jpg": [[13, 22], [7, 31]]}


def test_labels(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  polygon = {"type": "polygonlabels", "value": {"polygonlabels": ["stage"]}}
  both = task("a.jpg", [*results(ONE), result(1, 2, "car"), polygon])
  assert read(tmp_path, both, label="head") == {"a.jpg": as_lists(ONE)}
  with pytest.raises(InputError, match=r"several labels \(car, head, stage\)"):
    read(tmp_path, both)


@pytest.mark.parametrize("key", ["photo", "image"])
def test_old_exports(tmp_path: Path, key: str):
  picture_files(tmp_path, "a.jpg")
  old = {"data": {key: "a.jpg"}, "completions": [{"result": results(CROWD)}]}
  assert read(tmp_path, old) == {"a.jpg": as_lists(CROWD)}


def test_pictures_turned_for_viewing(tmp_path: Path):
  """The tool stores per cents of the picture as it is, turned or not."""
  picture_files(tmp_path, "a.jpg")
  turned = [result(x, y, image_rotation=90) for x, y in CROWD]
  found = read(tmp_path, task("a.jpg", turned))
  assert found == {"a.jpg": as_lists(CROWD)}
  old = {"data": {"image": "a.jpg"}, "completions": [{"result": turned}]}
  assert "turned while labelling" in read(tmp_path, old)["a.jpg"]


@pytest.mark.parametrize(
  ("fields", "reason"),
  [
    ({"original_width": None, "original_height": None}, "are missing"),
    ({"original_width": -5}, "no size"),
    ({"original_width": 2 * WIDTH}, "several sizes"),
    ({"value": {"x": 5}}, "y is None"),
    ({"value": {"x": "5", "y": 5}}, "x is '5'"),
    ({"value": {"x": float("nan"), "y": 5}}, "which is no pixel"),
    ({"value": {"x": 10**400, "y": 5}}, "which is no pixel"),
    ({"value": None}, "value is None"),
    ({"type": "polygonlabels"}, "polygonlabels: marks no head"),
    ({"type": "brushlabels"}, "brushlabels: marks no head"),
    ({"type": None}, "type is None"),
    (
      {
        "type": "rectanglelabels",
        "value": {"x": 1, "y": 2, "width": 3, "height": 4, "rotation": 30},
      },
      "a turned box",
    ),
  ],
)
def test_bad_region(tmp_path: Path, fields: dict[str, Any], reason: str):
  picture_files(tmp_path, "a.jpg")
  regions = [*results(ONE), result(1, 2, **fields)]
  found = read(tmp_path, task("a.jpg", regions), label="*")
  assert reason in found["a.jpg"]
  assert found["a.jpg"].startswith("project-1.json, task 1: ")


@pytest.mark.parametrize(
  ("bad", "reason"),
  [
    (None, "it is None"),
    ({"data": 5}, "data is 5"),
    ({"data": {"image": ""}}, "data.image is ''"),
    ({"data": {"a": "x.jpg", "b": "y.jpg"}}, "without image"),
    ({"data": {"image": "/data/local-files/?d=../a.jpg"}}, "names no picture"),
  ],
)
def test_bad_task(tmp_path: Path, bad: Any, reason: str):
  picture_files(tmp_path, "a.jpg")
  if bad:
    bad = {"annotations": [], **bad}
  found = read(tmp_path, task("a.jpg", results(ONE)), bad)
  assert found["a.jpg"] == as_lists(ONE)
  assert found["project-1.json"].startswith("task 2: ")
  assert reason in found["project-1.json"]


@pytest.mark.parametrize(
  ("annotations", "reason"),
  [
    (None, "annotations is None"),
    ([5], "an annotation is 5"),
    ([{}], "result"),
  ],
)
def test_bad_annotations_do_not_make_an_empty_picture(
  tmp_path: Path, annotations: Any, reason: str
):
  picture_files(tmp_path, "a.jpg")
  bad = {"data": {"image": "a.jpg"}, "annotations": annotations}
  assert reason in read(tmp_path, bad)["a.jpg"]


@pytest.mark.parametrize(
  "content",
  [
    {},
    [],
    [{"image": "/data/upload/a.jpg", "kp": [{"x": 1, "y": 2}], "id": 1}],
    {"images": [], "annotations": []},
  ],
)
def test_other_exports_are_named(tmp_path: Path, content: Any):
  picture_files(tmp_path, "a.jpg")
  write_json(tmp_path / "export.json", content)
  with pytest.raises(InputError, match=r"export\.json: .*not as JSON-MIN"):
    list(label_studio.read(tmp_path))
