"""FDST: boxes of a video annotator, one file a frame, one of them broken."""

import json
from pathlib import Path
from typing import Any

import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import fdst
from tests.data_tools.formats.mutations import mutants, spoil_json
from tests.data_tools.formats.readings import heads, reasons, splits, usable
from tests.data_tools.helpers import write_picture

Box = tuple[float, float, float, float]
BOXES = [(4, 38, 3, 5), (90, 0, 18.5, 1)]
CENTRES = [[5.5, 40.5], [99.25, 0.5]]


def annotation(boxes: list[Box]) -> dict[str, Any]:
  """Returns what VGG VIA exports for one frame: corners and sizes."""
  regions = [
    {
      "shape_attributes": {
        **{"name": "rect", "x": x, "y": y},
        **{"width": width, "height": height},
      },
      "region_attributes": {},
    }
    for x, y, width, height in boxes
  ]
  return {"001.jpg12345": {"filename": "001.jpg", "regions": regions}}


def write_fdst(
  root: Path, videos: dict[str, list[list[Box]]], split: str = "train"
) -> Path:
  """Writes the frames of videos and their boxes into one split."""
  for video, frames in videos.items():
    base = root / f"{split}_data" / video
    for number, boxes in enumerate(frames, start=1):
      write_picture(base / f"{number:03}.jpg", seed=number)
      (base / f"{number:03}.json").write_text(json.dumps(annotation(boxes)))
  return root


def test_points_are_the_centres_of_the_boxes(tmp_path: Path):
  write_fdst(tmp_path, {"1": [BOXES, []]})
  first, second = usable(fdst.read(tmp_path)).values()
  assert first.points.tolist() == CENTRES
  assert second.points.shape == (0, 2)


def test_videos_are_in_numerical_order_and_stay_whole(tmp_path: Path):
  write_fdst(tmp_path, {"11": [BOXES], "2": [BOXES, BOXES]})
  write_fdst(tmp_path, {"4": [BOXES]}, "test")
  pictures = usable(fdst.read(tmp_path))
  assert splits(pictures) == {
    "train/2/001": "train",
    "train/2/002": "train",
    "train/11/001": "train",
    "test/4/001": "test",
  }
  units = [picture.unit for picture in pictures.values()]
  assert units == ["video 2", "video 2", "video 11", "video 4"]


def test_strays_are_left_alone(tmp_path: Path):
  write_fdst(tmp_path, {"1": [BOXES]})
  for name in ("0001.jpg", "001 copy.jpg", "density.jpg"):
    write_picture(tmp_path / "train_data" / "1" / name)
  write_picture(tmp_path / "train_data" / "notes" / "a.jpg")
  assert list(usable(fdst.read(tmp_path))) == ["train/1/001"]


def test_regions_of_an_older_annotator(tmp_path: Path):
  path = tmp_path / "001.json"
  content = annotation(BOXES)
  frame = content["001.jpg12345"]
  frame["regions"] = {str(n): r for n, r in enumerate(frame["regions"])}
  path.write_text(json.dumps(content))
  assert fdst.read_points(path).tolist() == CENTRES


@pytest.mark.parametrize(
  ("content", "reason"),
  [
    (None, "no annotation file"),
    ("", "no valid JSON"),
    ('{"001.jpg1": {"regions": [', "no valid JSON"),
    ("[]", "is not the export of one frame"),
    ("{}", "is not the export of one frame"),
    ('{"a": {}, "b": {}}', "is not the export of one frame"),
    ('{"a": {}}', "has no regions"),
    ('{"a": []}', "has no regions"),
    ('{"a": {"regions": 3}}', "regions is 3, not a list"),
    ('{"a": {"regions": [3]}}', "has no shape_attributes"),
    ('{"a": {"regions": [{"shape_attributes": {"x": 1}}]}}', "has no y"),
  ],
)
def test_annotations_that_cannot_be_used(
  tmp_path: Path, content: str | None, reason: str
):
  """Frame 1 of test video 65 is such a one as it is published."""
  write_fdst(tmp_path, {"65": [BOXES, BOXES]}, "test")
  path = tmp_path / "test_data" / "65" / "001.json"
  path.unlink()
  if content is not None:
    path.write_text(content)
  items = list(fdst.read(tmp_path))
  assert len(items) == 2
  assert heads(usable(items[1:])) == {"test/65/002": 2}
  found = reasons(items)
  assert found["001.jpg"].startswith("001.json: ")
  assert reason in found["001.jpg"]


@pytest.mark.parametrize("value", ["12", None, True, [1], float("nan"), 1e300])
def test_box_without_numbers(tmp_path: Path, value: Any):
  write_fdst(tmp_path, {"1": [[(value, 2, 3, 4)]]})
  assert "001.json: " in reasons(fdst.read(tmp_path))["001.jpg"]


def test_annotation_without_a_frame(tmp_path: Path):
  write_fdst(tmp_path, {"1": [BOXES, BOXES]})
  (tmp_path / "train_data" / "1" / "002.jpg").unlink()
  found = reasons(fdst.read(tmp_path))
  assert found == {"002.json": "annotation without a picture 002.jpg"}


@pytest.mark.parametrize("given", ["above", "below", "misspelt"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_fdst(tmp_path / "sets" / "FDST_Data", {"1": [BOXES]})
  folders = {
    "above": tmp_path,
    "below": root / "train_data",
    "misspelt": root.with_name("fdst-data"),
  }
  with pytest.raises(InputError) as raised:
    list(fdst.read(folders[given]))
  assert f"Did you mean --input={root} ?" in str(raised.value)


def test_damaged_annotations_end_in_one_line(tmp_path: Path):
  path = tmp_path / "001.json"
  kinds = set()
  for _, content in mutants(annotation(BOXES), spoil_json, 200):
    path.write_bytes(content)
    try:
      points = fdst.read_points(path)
    except ValueError as error:
      kinds.add(len(str(error).splitlines()))
    else:
      kinds.add(points.shape[1:])
  assert kinds == {1, (2,)}
