"""VIA: CSV, JSON and projects, of versions 1 and 2, say the same."""

from pathlib import Path
from typing import Any

import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import via
from data_tools.formats.base import LabelledImage
from tests.data_tools.formats import exports
from tests.data_tools.formats.exports import (
  CROWD,
  ONE,
  as_lists,
  picture_files,
  via_points,
  via_region,
  write_json,
)
from tests.data_tools.formats.readings import states

KINDS = ["JSON 2", "JSON 1", "project", "CSV 2", "CSV 1"]


def write(root: Path, export: dict[str, Any], kind: str = "JSON 2") -> Path:
  """Writes the same export as VIA's versions do."""
  for path in (*root.glob("*.json"), *root.glob("*.csv")):
    path.unlink()
  if kind.startswith("CSV"):
    first = "#filename" if kind == "CSV 1" else "filename"
    (root / "via.csv").write_text(exports.via_table(export, first))
    return root
  if kind == "JSON 1":
    export = {
      key: picture
      | {"regions": {str(n): r for n, r in enumerate(picture["regions"])}}
      for key, picture in export.items()
    }
  if kind == "project":
    export = {"_via_settings": {}, "_via_img_metadata": export}
    export["_via_image_id_list"] = list(export["_via_img_metadata"])
  write_json(root / "via.json", export)
  return root


@pytest.mark.parametrize("kind", KINDS)
def test_three_states_of_a_picture(tmp_path: Path, kind: str):
  picture_files(tmp_path, "a b.jpg", "sub/b.png", "nobody.jpg", "unseen.jpg")
  export = exports.via(
    {
      "a b.jpg": via_points(CROWD),
      "b.png": via_points(ONE),
      "nobody.jpg": [],
    }
  )
  found = list(via.read(write(tmp_path, export, kind)))
  assert states(found) == {
    "a b.jpg": as_lists(CROWD),
    "sub/b.png": as_lists(ONE),
    "nobody.jpg": [],
    "unseen.jpg": None,
  }
  assert all(isinstance(i, LabelledImage) and i.upright for i in found)


SHAPES = [
  {"name": "rect", "x": 10, "y": 20, "width": 6, "height": 12},
  {"name": "circle", "cx": 7, "cy": 31, "r": 4},
  {"name": "ellipse", "cx": 8, "cy": 32, "rx": 4, "ry": 2},
]


@pytest.mark.parametrize("kind", KINDS)
def test_shapes(tmp_path: Path, kind: str):
  picture_files(tmp_path, "a.jpg")
  export = exports.via({"a.jpg": [via_region(shape) for shape in SHAPES]})
  write(tmp_path, export, kind)
  found = states(via.read(tmp_path))
  assert found == {"a.jpg": [[13, 26], [7, 31], [8, 32]]}
  found = states(via.read(tmp_path, box_point="top"))
  assert found == {"a.jpg": [[13, 22], [7, 31], [8, 32]]}


@pytest.mark.parametrize("kind", KINDS)
def test_labels(tmp_path: Path, kind: str):
  picture_files(tmp_path, "a.jpg")
  polygon = {"name": "polygon", "all_points_x": [1, 2], "all_points_y": [3, 4]}
  point = {"name": "point", "cx": 7, "cy": 31}
  regions = [
    via_region(point, type="head", seen="yes"),
    via_region(point | {"cx": 8}, type={"head": True, "car": False}),
    via_region(point | {"cx": 9}, type="car"),
    via_region(polygon, type="stage"),
  ]
  write(tmp_path, exports.via({"a.jpg": regions}), kind)
  found = states(via.read(tmp_path, label="head"))
  assert found == {"a.jpg": [[7, 31], [8, 31]]}
  assert "'polygon' marks no head" in states(via.read(tmp_path))["a.jpg"]
  with pytest.raises(
    InputError, match=r"--label=hat: no such label.*car, head"
  ):
    list(via.read(tmp_path, label="hat"))


@pytest.mark.parametrize("kind", ["JSON 2", "CSV 2"])
@pytest.mark.parametrize(
  ("shape", "reason"),
  [
    ({"name": "point", "cx": None, "cy": 2}, "cx is None"),
    ({"name": "point", "cx": "1", "cy": 2}, "cx is '1'"),
    ({"name": "point", "cx": 10**400, "cy": 2}, "which is no pixel"),
    ({"name": "point", "cx": float("nan"), "cy": 2}, "which is no pixel"),
    ({"name": "rect", "x": 1, "y": 2, "width": 3}, "height is None"),
    ({"name": "rect", "x": 1, "y": 2, "width": -3, "height": 1}, "a box is"),
    ({"name": "polyline"}, "'polyline' marks no head"),
    ({"cx": 1, "cy": 2}, "None marks no head"),
  ],
)
def test_bad_region(
  tmp_path: Path, kind: str, shape: dict[str, Any], reason: str
):
  picture_files(tmp_path, "a.jpg", "b.jpg")
  regions = [*via_points(ONE), via_region(shape)]
  export = exports.via({"a.jpg": regions, "b.jpg": []})
  found = states(via.read(write(tmp_path, export, kind)))
  assert found["b.jpg"] == []
  assert reason in found["a.jpg"]


@pytest.mark.parametrize("kind", ["JSON 2", "CSV 2"])
def test_pictures_of_one_name_are_told_apart_by_size(tmp_path: Path, kind: str):
  picture_files(tmp_path, "a.jpg")
  size = (tmp_path / "a.jpg").stat().st_size
  export = {
    f"a.jpg{bytes}": {
      **{"filename": "a.jpg", "size": bytes, "file_attributes": {}},
      "regions": via_points(points),
    }
    for bytes, points in ((size + 1, CROWD), (size, ONE))
  }
  found = states(via.read(write(tmp_path, export, kind)))
  assert found == {"a.jpg": as_lists(ONE)}
  (tmp_path / "a.jpg").write_bytes(b"another")
  found = [item for item in via.read(tmp_path)]
  reasons = [getattr(item, "reason", None) for item in found]
  assert [reason and "named 2 times" in reason for reason in reasons] == [
    *(True, True, None)
  ]


def test_rows_that_are_missing_are_noticed(tmp_path: Path):
  """A file cut off between two rows is still a CSV."""
  picture_files(tmp_path, "a.jpg", "b.jpg")
  export = exports.via({"b.jpg": via_points(ONE), "a.jpg": via_points(CROWD)})
  write(tmp_path, export, "CSV 2")
  table = tmp_path / "via.csv"
  table.write_text("".join(table.read_text().splitlines(True)[:-1]))
  found = states(via.read(tmp_path))
  assert found["b.jpg"] == as_lists(ONE)
  assert "has 1 regions, and region_count says '2'" in found["a.jpg"]


@pytest.mark.parametrize("regions", [None, 5, [5], [{"shape_attributes": 1}]])
def test_lost_regions_do_not_make_an_empty_picture(
  tmp_path: Path, regions: Any
):
  picture_files(tmp_path, "a.jpg")
  export = {"a.jpg5": {"filename": "a.jpg", "size": 5, "regions": regions}}
  write_json(tmp_path / "via.json", export)
  assert isinstance(states(via.read(tmp_path))["a.jpg"], str)


@pytest.mark.parametrize(
  "name", ["../a.jpg", "/a.jpg", "https://host/a.jpg", "file:///a.jpg"]
)
def test_name_that_leads_out(tmp_path: Path, name: str):
  picture_files(tmp_path, "a.jpg")
  write(tmp_path, exports.via({name: via_points(ONE)}))
  found = states(via.read(tmp_path))
  assert found["a.jpg"] is None
  assert found["via.json"].startswith("picture '")


@pytest.mark.parametrize(
  ("name", "content", "message"),
  [
    ("via.json", "[]", "is not a JSON export"),
    ("via.json", "{}", "is not a JSON export"),
    ("via.json", '{"images": [], "annotations": []}', "is not a JSON export"),
    ("via.json", '{"project": {}, "metadata": {}}', "is not a JSON export"),
    ("via.json", '{"a": {"filename": "a"}, "b": 5}', "is not a JSON export"),
    ("via.json", '{"a": 1, "a": 2}', "'a' appears twice"),
    ("via.csv", "", "column filename"),
    ("via.csv", "image,x,y\n", "column filename"),
    ("via.csv", exports.via_table({}) + "a.jpg,5,{}\n", "line 2: has not"),
    ("via.csv", exports.via_table({}) + 'a.jpg,"5\n', "line 2: "),
    ("via.csv", "\0", "zero byte"),
  ],
)
def test_what_is_no_export(
  tmp_path: Path, name: str, content: str, message: str
):
  picture_files(tmp_path, "a.jpg")
  (tmp_path / name).write_text(content)
  with pytest.raises(InputError, match=message) as raised:
    list(via.read(tmp_path))
  assert name in str(raised.value)
