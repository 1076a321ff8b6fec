"""GCC: rows before columns, lists, filters, and what to do without lists."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.common.summary import summary
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.conversion.published_totals import deviations
from data_tools.formats import gcc
from data_tools.formats.parsing import gcc_lists
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.mutations import mutants, spoil_json
from tests.data_tools.formats.readings import (
  heads,
  notes,
  reasons,
  splits,
  usable,
)
from tests.data_tools.helpers import write_picture

ROWS_AND_COLUMNS = [[40, 5], [0, 99], [49, 7]]
POINTS = [[5, 40], [99, 0], [7, 49]]
STEM = "1534540881"


def annotation(heads: list[list[int]]) -> dict[str, Any]:
  """Returns what a JSON file of the set holds."""
  return {
    "image_info": heads,
    "weather": "CLEAR",
    "timeInfo": [12, 30],
    "roi": [[1.5, 2], [3, 4]],
    "camera": {"location": [1, 2, 3], "rotation": [0, 0, 1], "fov": 50},
  }


def write_scene(
  root: Path, scene: str, pictures: dict[str, list[list[int]]]
) -> None:
  """Writes the pictures of a scene and their JSON files."""
  for seed, (stem, members) in enumerate(pictures.items()):
    write_picture(root / scene / "pngs" / f"{stem}.png", seed=seed)
    path = root / scene / "jsons" / f"{stem}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(annotation(members)))


def write_lists(
  root: Path, train: list[str], test: list[str], prefix: str = ""
) -> None:
  """Writes two lists into `txt_list`."""
  (root / "txt_list").mkdir(parents=True, exist_ok=True)
  for split, lines in {"train": train, "test": test}.items():
    path = root / "txt_list" / f"{prefix}{split}_list.txt"
    path.write_text("".join(line + "\n" for line in lines))


def write_gcc(root: Path) -> Path:
  """Writes three scenes of two pictures, and lists that put one in test."""
  for scene in ("scene_00_0", "scene_00_1", "scene_11_2"):
    write_scene(root, scene, {STEM: ROWS_AND_COLUMNS, "1534540882": []})
  lines = [
    f"3 12 1 /GCC/{scene} {stem} {count}"
    for scene in ("scene_00_0", "scene_00_1", "scene_11_2")
    for stem, count in ((STEM, 3), ("1534540882", 0))
  ]
  write_lists(root, lines[:5], lines[5:])
  return root


def test_rows_come_before_columns(tmp_path: Path):
  write_gcc(tmp_path)
  pictures = usable(gcc.read(tmp_path))
  first = pictures[f"scene_00_0/{STEM}"]
  assert first.path == tmp_path / "scene_00_0" / "pngs" / f"{STEM}.png"
  assert first.points.tolist() == POINTS
  assert first.points.dtype == np.float64
  assert pictures["scene_00_0/1534540882"].points.shape == (0, 2)


@pytest.mark.parametrize("kind", [np.int32, np.uint16, np.float64])
def test_mat_files_instead(tmp_path: Path, kind: type):
  write_gcc(tmp_path)
  scene = tmp_path / "scene_00_0"
  for path in (scene / "jsons").iterdir():
    path.unlink()
  for stem, members in {STEM: ROWS_AND_COLUMNS, "1534540882": []}.items():
    location = kind(members) if members else np.zeros((0, 0), kind)
    info = {"location": location, "number": len(members)}
    content = {"image_info": info, "weather_info": "CLEAR"}
    write_mat(scene / "mats" / f"{stem}.mat", content)
  pictures = usable(gcc.read(tmp_path))
  assert pictures[f"scene_00_0/{STEM}"].points.tolist() == POINTS
  assert pictures["scene_00_0/1534540882"].points.shape == (0, 2)


def test_pictures_as_jpeg(tmp_path: Path):
  write_gcc(tmp_path)
  scene = tmp_path / "scene_00_0"
  for path in (scene / "pngs").iterdir():
    write_picture(scene / "jpgs" / f"{path.stem}.jpg")
    path.unlink()
  pictures = usable(gcc.read(tmp_path))
  assert pictures[f"scene_00_0/{STEM}"].path.name == f"{STEM}.jpg"
  assert len(pictures) == 6


def test_pictures_with_heads_drawn_on_them_are_never_read(tmp_path: Path):
  write_gcc(tmp_path)
  scene = tmp_path / "scene_11_2"
  (scene / "pngs").rename(scene / "vis")
  found = usable(i for i in gcc.read(tmp_path) if not reasons([i]))
  assert {picture.path.parent.name for picture in found.values()} == {"pngs"}
  assert len(found) == 4


def test_lists_decide(tmp_path: Path):
  write_gcc(tmp_path)
  items = list(gcc.read(tmp_path))
  pictures = usable(items)
  assert notes(items) == []
  assert list(splits(pictures).values()) == ["train"] * 5 + ["test"]
  assert {picture.group for picture in pictures.values()} == {"level 3"}
  assert {picture.unit for picture in pictures.values()} == {""}


@pytest.mark.parametrize(
  ("division", "unit"),
  [("cross_camera", "scene_11_2"), ("cross_location", "scene_11")],
)
def test_lists_of_other_divisions(tmp_path: Path, division: str, unit: str):
  """Dividing `train` again must not tear apart what they keep together."""
  write_gcc(tmp_path)
  lines = [
    f"3 12 1 /GCC/scene_11_2 {STEM} 3",
    "0 0 0 /x/scene_00_0 1534540882 0",
  ]
  write_lists(tmp_path, lines[:1], lines[1:], division + "_")
  items = list(gcc.read(tmp_path, division=division))
  pictures = usable(items)
  assert splits(pictures) == {
    f"scene_11_2/{STEM}": "train",
    "scene_00_0/1534540882": "test",
  }
  assert pictures[f"scene_11_2/{STEM}"].unit == unit
  assert notes(items) == ["4 images are on no list and were skipped."]


@pytest.mark.parametrize(
  "folder",
  [
    "/GCC/scene_00_0",
    "/media/D/GCC/scene_00_0/",
    "scene_00_0",
    r"\GCC\scene_00_0",
    "/GCC/../../../../scene_00_0",
  ],
)
def test_of_the_listed_folder_only_the_scene_is_used(
  tmp_path: Path, folder: str
):
  write_gcc(tmp_path)
  write_lists(tmp_path, [f"3\t12  1 {folder} {STEM}.png 3 "], [""])
  assert list(usable(gcc.read(tmp_path))) == [f"scene_00_0/{STEM}"]


def test_lists_beside_the_scenes(tmp_path: Path):
  write_gcc(tmp_path)
  for path in (tmp_path / "txt_list").iterdir():
    path.rename(tmp_path / path.name)
  assert notes(gcc.read(tmp_path)) == []


@pytest.mark.parametrize(
  "line",
  [
    "3 12 1 /GCC/scene_00_0 1534540881",
    "3 12 1 /GCC/scene_00_0 ../../etc/passwd 3",
    "3 12 1 /GCC/part_00_0 1534540881 3",
    "3 12 1 /GCC/scene_00_0/../.. 1534540881 3",
    "9 12 1 /GCC/scene_00_0 1534540881 3",
    "x 12 1 /GCC/scene_00_0 1534540881 3",
    "3 12 1 /GCC/scene_٠٠_0 1534540881 3",
  ],
)
def test_bad_line_is_located(tmp_path: Path, line: str):
  write_gcc(tmp_path)
  write_lists(tmp_path, [f"3 12 1 /GCC/scene_00_0 {STEM} 3", "", line], [])
  with pytest.raises(InputError, match=r"train_list\.txt: line 3 "):
    list(gcc.read(tmp_path))


def test_one_list_of_two(tmp_path: Path):
  write_gcc(tmp_path)
  (tmp_path / "txt_list" / "test_list.txt").unlink()
  with pytest.raises(InputError, match=r"test_list\.txt: not found, although"):
    list(gcc.read(tmp_path))


def test_listed_pictures_that_are_missing_differ_or_come_twice(tmp_path: Path):
  write_gcc(tmp_path)
  lines = [
    f"3 12 1 /GCC/scene_00_0 {STEM} 4",
    f"3 12 1 /GCC/scene_00_3 {STEM} 3",
    "3 12 1 /GCC/scene_00_0 1000000000 3",
  ]
  write_lists(tmp_path, lines[:1], lines[1:] + lines[:1])
  items = list(gcc.read(tmp_path))
  missing = [i for i in items if reasons([i])]
  assert [i.path.relative_to(tmp_path).as_posix() for i in missing] == [
    f"scene_00_3/pngs/{STEM}.png",
    "scene_00_0/pngs/1000000000.png",
    f"scene_00_0/pngs/{STEM}.png",
  ]
  assert "listed for random test, but is missing" in missing[0].reason
  assert "listed for random test, but also before" in missing[2].reason
  assert notes(items) == [
    "In 1 images the number of heads differs from the list.",
    "5 images are on no list and were skipped.",
  ]


@pytest.mark.parametrize(
  ("content", "reason"),
  [
    (None, "no annotation file"),
    ("", "no valid JSON"),
    ("{}", "has no image_info"),
    ('{"image_info": {}}', "image_info is {}, not a list"),
    ('{"image_info": [[1, 2], [3]]}', "[3], not two numbers"),
    ('{"image_info": [[1, NaN]]}', "nan, which is no pixel"),
  ],
)
def test_annotations_that_cannot_be_used(
  tmp_path: Path, content: str | None, reason: str
):
  write_gcc(tmp_path)
  path = tmp_path / "scene_11_2" / "jsons" / f"{STEM}.json"
  path.unlink()
  if content is not None:
    path.write_text(content)
  found = reasons(gcc.read(tmp_path))
  assert found[f"{STEM}.png"].startswith(f"{STEM}.json: ")
  assert reason in found[f"{STEM}.png"]


def entry(**changes: Any) -> gcc_lists.Entry:
  """Returns a picture that passes for ShanghaiTech part B."""
  fields: dict[str, Any] = {
    **{"location": "00", "camera": "0", "stem": STEM},
    **{"level": 3, "hour": 12, "weather": 1, "count": 60},
  }
  return gcc_lists.Entry(**(fields | changes))


@pytest.mark.parametrize(
  ("name", "changes", "passes"),
  [
    ("shtb", {}, True),
    ("shtb", {"level": 0, "count": 10}, False),
    ("shtb", {"level": 1, "count": 10}, True),
    ("shtb", {"level": 5, "count": 600}, True),
    ("shtb", {"level": 6, "count": 600}, False),
    ("shtb", {"level": 5, "count": 601}, False),
    ("shtb", {"level": 1, "count": 9}, False),
    ("shtb", {"count": 30}, False),  # the ratio is to be above 0.3
    ("shtb", {"count": 31}, True),
    ("shtb", {"hour": 5}, False),
    ("shtb", {"hour": 6}, True),
    ("shtb", {"hour": 20}, True),
    ("shtb", {"hour": 21}, False),
    ("shtb", {"weather": 2}, False),
    ("shtb", {"weather": 6}, True),
    ("shta", {"level": 4, "count": 400, "hour": 21}, True),
    ("shta", {"level": 4, "count": 399}, False),
    ("shta", {"level": 8, "count": 4000}, True),
    ("qnrf", {"level": 8, "count": 2400}, False),
    ("qnrf", {"level": 8, "count": 2401}, True),
    ("ucfcc50", {"level": 4, "count": 400}, False),
    ("ucfcc50", {"level": 5, "count": 400, "hour": 18}, True),
    ("ucfcc50", {"level": 5, "count": 400, "hour": 19}, False),
    ("we", {"level": 2, "count": 0}, False),  # the ratio is to be above 0
    ("we", {"level": 6, "count": 1000}, True),
    ("we", {"level": 6, "count": 1001}, False),
    ("mall", {"count": 200}, True),
    ("ucsd", {"count": 201}, False),
  ],
)
def test_filters(name: str, changes: dict[str, int], passes: bool):
  assert gcc_lists.FILTERS[name].passes(entry(**changes)) == passes


def test_location_with_two_survivors_is_left_out():
  """Of both splits together, whatever the camera."""
  two = [entry(location="01"), entry(location="01", camera="3")]
  three = [entry(location="02", camera=str(n)) for n in range(3)]
  lists = {"train": [*two, *three[:1], entry(hour=3)], "test": three[1:]}
  passed = gcc_lists.passing(lists, "shtb")
  assert passed == {"train": three[:1], "test": three[1:]}


def test_conversion_says_how_many_pass(tmp_path: Path):
  root = write_gcc(tmp_path / "GCC")
  near = ["scene_00_0 1534540882", f"scene_00_0 {STEM}", f"scene_00_1 {STEM}"]
  far = [f"scene_01_0 {STEM}", f"scene_02_0 {STEM}", f"scene_11_2 {STEM}"]
  lines = [f"1 12 0 /GCC/{place} 20" for place in near + far]
  lines.append("1 3 0 /GCC/scene_00_1 1534540882 20")  # at night
  write_lists(root, lines[:1], lines[1:])
  options = Options(val_fraction=0, reader={"gcc_filter": "shtb"})
  manifest = convert("gcc", root, tmp_path / "records", options)
  assert manifest.pictures == {"train": 1, "test": 2}
  assert manifest.options["reader"] == {"gcc_filter": "shtb"}
  line = (
    "Note: --gcc_filter=shtb: 3 of 7 listed images pass; of all 15,212 images "
    "3,361 should pass, as published."
  )
  assert line in summary(manifest).splitlines()
  assert not any("15,212 pictures" in note for note in manifest.notes)


def test_filter_needs_the_lists(tmp_path: Path):
  write_scene(tmp_path, "scene_00_0", {STEM: ROWS_AND_COLUMNS})
  with pytest.raises(InputError, match=r"--gcc_filter=we: .*train_list\.txt"):
    list(gcc.read(tmp_path, gcc_filter="we"))


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"division": "fold1"}, r"--division=fold1: .*random, cross_camera"),
    ({"gcc_filter": "shtc"}, r"--gcc_filter=shtc: .*shta"),
  ],
)
def test_choices_that_there_are_not(
  tmp_path: Path, options: dict[str, str], message: str
):
  write_gcc(tmp_path)
  with pytest.raises(InputError, match=message):
    list(gcc.read(tmp_path, **options))


def test_without_lists_the_split_is_drawn_and_said(tmp_path: Path):
  for location in range(3):
    for camera in range(4):
      scene = f"scene_{location:02}_{camera}"
      write_scene(tmp_path, scene, {STEM: ROWS_AND_COLUMNS})
  items = list(gcc.read(tmp_path, division="cross_camera"))
  (note,) = notes(items)
  assert "not comparable" in note
  pictures = usable(items)
  assert set(heads(pictures).values()) == {3}
  test = [id for id, split in splits(pictures).items() if split == "test"]
  assert [id.split("_")[1] for id in test] == ["00", "01", "02"]
  one = gcc_lists.drawn_split("00", "0", STEM, "cross_camera")
  assert one == splits(pictures)[f"scene_00_0/{STEM}"]


def test_drawn_splits_are_as_large_as_the_published():
  places = [(f"{n:02}", str(camera)) for n in range(100) for camera in range(4)]

  def drawn(division: str) -> Counter[str]:
    return Counter(
      gcc_lists.drawn_split(*place, str(stem), division)
      for place in places
      for stem in range(1534540881, 1534540881 + 5)
    )

  assert drawn("cross_camera") == {"train": 1500, "test": 500}
  assert drawn("cross_location") == {"train": 1500, "test": 500}
  assert abs(drawn("random")["test"] - 500) < 60


def test_totals_are_of_all_pictures_only(tmp_path: Path):
  pictures = list(usable(gcc.read(write_gcc(tmp_path))).values())
  (note,) = deviations(gcc, {"division": "random"}, pictures)
  assert note.startswith("all: 15,212 pictures and 7,625,843 heads expected")
  assert deviations(gcc, {"gcc_filter": "we"}, pictures) == []


@pytest.mark.parametrize("given", ["above", "below"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_gcc(tmp_path / "GCC")
  folder = {"above": tmp_path, "below": root / "scene_00_0"}[given]
  with pytest.raises(InputError) as raised:
    list(gcc.read(folder))
  assert f"Did you mean --input={root} ?" in str(raised.value)


def test_damaged_annotations_end_in_one_line(tmp_path: Path):
  path = tmp_path / f"{STEM}.json"
  kinds = set()
  content = annotation(ROWS_AND_COLUMNS)
  for _, mutant in mutants(content, spoil_json, 200):
    path.write_bytes(mutant)
    try:
      points = gcc.read_points(path)
    except ValueError as error:
      kinds.add(len(str(error).splitlines()))
    else:
      kinds.add(points.shape[1:])
  assert kinds == {1, (2,)}
