"""Conversion, whole: data set in, records out, nothing lost unsaid."""

from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.data import records
from cdcc_tf.data.manifest import Manifest, load_manifest
from cdcc_tf.data.records import CrowdRecord
from cdcc_tf.errors import InputError
from data_tools import formats
from data_tools.conversion import Options, convert, into_picture, summary
from tests.data_tools.conftest import (
  HEIGHT,
  WIDTH,
  write_csv,
  write_picture,
  write_shanghaitech,
  write_unity,
)

POINTS = [(5.25, 40.5), (99.5, 0.0)]


def convert_shanghaitech(
  root: Path, **options: object
) -> tuple[Manifest, Path]:
  """Converts a part; returns the manifest and the records' folder."""
  output = root.parent / "records"
  return convert("shanghaitech", root, output, Options(**options)), output


def read(output: Path, split: str = "train") -> dict[str, CrowdRecord]:
  """Reads a split by picture id."""
  return {record.id: record for record in records.read_records(output, split)}


def test_shanghaitech(tmp_path: Path):
  root = write_shanghaitech(
    tmp_path / "part_B", {"IMG_1": POINTS, "IMG_2": [], "IMG_10": POINTS[:1]}
  )
  write_shanghaitech(root, {"IMG_1": POINTS}, "test")
  manifest, output = convert_shanghaitech(root)
  assert manifest == load_manifest(output)
  assert manifest.dataset == "shanghaitech"
  assert manifest.pictures == {"train": 3, "test": 1}
  assert manifest.heads == {"train": 3, "test": 2}
  assert manifest.skipped_files == ()
  assert manifest.dropped_points == {}
  train = read(output)
  assert list(train) == [f"part_B/train/IMG_{n}" for n in (1, 2, 10)]
  first = train["part_B/train/IMG_1"]
  assert (first.height, first.width) == (HEIGHT, WIDTH)
  np.testing.assert_allclose(first.points, POINTS)
  stored = root / "train_data" / "images" / "IMG_1.jpg"
  assert first.image == stored.read_bytes()
  assert train["part_B/train/IMG_2"].points.shape == (0, 2)
  assert train["part_B/train/IMG_2"].labelled
  assert list(read(output, "test")) == ["part_B/test/IMG_1"]


def test_unity_is_turned_the_right_way_up(tmp_path: Path):
  """Also at the edges: y = 0 is the bottom, y = height the top."""
  root = write_unity(
    tmp_path / "unity", {"IMG_1": "5 40\n7 0\n8 50\n9 -1\n9 50.5\n"}
  )
  manifest = convert("unity", root, tmp_path / "records", Options())
  (record,) = read(tmp_path / "records").values()
  bottom = np.nextafter(np.float32(HEIGHT), np.float32(0))
  np.testing.assert_array_equal(
    record.points, np.float32([[5, 10], [7, bottom], [8, 0]])
  )
  assert manifest.dropped_points == {"unity/train/IMG_1": 2}


def test_csv(tmp_path: Path):
  root = write_csv(
    tmp_path / "mine",
    "image,x,y\na b.jpg,5,40\nnobody.png,,\n",
    "a b.jpg",
    "nobody.png",
    "unseen.jpg",
  )
  manifest = convert("csv", root, tmp_path / "records", Options())
  assert manifest.pictures == {"train": 3}
  assert manifest.heads == {"train": 1}
  found = read(tmp_path / "records")
  assert {id: (r.labelled, len(r.points)) for id, r in found.items()} == {
    "mine/train/a b.jpg": (True, 1),
    "mine/train/nobody.png": (True, 0),
    "mine/train/unseen.jpg": (False, 0),
  }


def test_points_outside_are_dropped_and_counted(tmp_path: Path):
  outside = [(-0.01, 5), (5, -383), (WIDTH + 0.01, 5), (5, HEIGHT + 1)]
  root = write_shanghaitech(
    tmp_path / "part", {"IMG_1": POINTS + outside, "IMG_2": outside[:1]}
  )
  manifest, output = convert_shanghaitech(root)
  assert manifest.dropped_points == {
    "part/train/IMG_1": 4,
    "part/train/IMG_2": 1,
  }
  assert manifest.heads == {"train": 2}
  found = read(output)
  np.testing.assert_allclose(found["part/train/IMG_1"].points, POINTS)
  assert found["part/train/IMG_2"].labelled
  assert "5 points outside 2 pictures" in summary(manifest)


@pytest.mark.parametrize("size", [(50, 100), (1, 1), (768, 1024), (4001, 8191)])
def test_points_on_the_far_edges_are_kept_just_inside(size: tuple[int, int]):
  height, width = size
  points = np.array(
    [[width, 0], [0, height], [width, height], [width - 1e-9, 0], [0, 0]]
  )
  moved, inside = into_picture(points, height, width)
  assert inside.all()
  assert moved.dtype == np.float32
  assert (moved < [width, height]).all()
  np.testing.assert_allclose(moved, points, rtol=1e-6, atol=1e-6)


def test_points_that_are_no_numbers_are_outside():
  points = np.array([[np.nan, 1], [1, np.inf], [1, 1]])
  _, inside = into_picture(points, 10, 10)
  assert inside.tolist() == [False, False, True]


def spoil(root: Path, fault: str) -> Path:
  """Spoils IMG_2 of a part; returns the picture's path."""
  picture = root / "train_data" / "images" / "IMG_2.jpg"
  annotation = root / "train_data" / "ground_truth" / "GT_IMG_2.mat"
  if fault == "truncated":
    picture.write_bytes(picture.read_bytes()[:-900])
  elif fault == "text":
    picture.write_text("404 not found")
  elif fault == "empty":
    picture.write_bytes(b"")
  elif fault == "folder":
    picture.unlink()
    picture.mkdir()
  elif fault == "no annotation":
    annotation.unlink()
  return picture


FAULTS = ["truncated", "text", "empty", "folder", "no annotation"]


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_picture_is_skipped_and_listed(tmp_path: Path, fault: str):
  root = write_shanghaitech(
    tmp_path / "part", {"IMG_1": POINTS, "IMG_2": POINTS, "IMG_3": POINTS}
  )
  picture = spoil(root, fault)
  manifest, output = convert_shanghaitech(root)
  assert manifest.pictures == {"train": 2}
  (skipped,) = manifest.skipped_files
  assert skipped["file"] == str(picture)
  expected = "GT_IMG_2.mat" if fault == "no annotation" else "unreadable"
  assert expected in skipped["reason"]
  assert "\n" not in skipped["reason"]
  assert load_manifest(output).skipped_files == (skipped,)
  assert list(read(output)) == ["part/train/IMG_1", "part/train/IMG_3"]
  assert "1 files were skipped" in summary(manifest)
  assert str(picture) in summary(manifest)


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_picture_stops_if_asked(tmp_path: Path, fault: str):
  root = write_shanghaitech(
    tmp_path / "part", {"IMG_1": POINTS, "IMG_2": POINTS}
  )
  picture = spoil(root, fault)
  with pytest.raises(InputError, match="--on_bad=skip") as raised:
    convert_shanghaitech(root, on_bad="fail")
  assert str(picture) in str(raised.value)
  with pytest.raises(InputError):
    load_manifest(tmp_path / "records")


def test_nothing_readable_is_refused(tmp_path: Path):
  root = write_shanghaitech(tmp_path / "part", {"IMG_2": POINTS})
  spoil(root, "no annotation")
  with pytest.raises(InputError, match="no annotation file"):
    convert_shanghaitech(root)


@pytest.mark.parametrize("name", formats.names())
@pytest.mark.parametrize("made", ["nothing", "empty", "wrong"])
def test_wrong_folder_writes_nothing(tmp_path: Path, name: str, made: str):
  root = tmp_path / "data"
  if made != "nothing":
    root.mkdir()
  if made == "wrong":
    write_picture(root / "photos" / "a.jpg")
  with pytest.raises(InputError, match="Expected") as raised:
    convert(name, root, tmp_path / "records", Options())
  message = str(raised.value)
  assert formats.FORMATS[name].LAYOUT in message
  found = {"nothing": "no such folder", "empty": "nothing", "wrong": "photos"}
  assert f"Found: {found[made]}" in message
  assert not (tmp_path / "records").exists()


def test_splits_are_written_and_repeatable(tmp_path: Path):
  stems = {f"IMG_{n}": POINTS[: n % 3] for n in range(1, 13)}
  root = write_shanghaitech(tmp_path / "part", stems)
  write_shanghaitech(root, {"IMG_1": POINTS, "IMG_4": POINTS}, "test")
  options = {"val_fraction": 0.34, "dev_every": 4, "seed": 3}
  manifest, output = convert_shanghaitech(root, **options)
  assert manifest.pictures == {"train": 6, "val": 3, "dev": 3, "test": 2}
  ids = {split: list(read(output, split)) for split in manifest.pictures}
  assert ids["dev"] == [f"part/train/IMG_{n}" for n in (4, 8, 12)]
  assert ids["test"] == ["part/test/IMG_1", "part/test/IMG_4"]
  everything = [id for members in ids.values() for id in members]
  assert len(set(everything)) == len(everything) == 14
  assert manifest.options | options == manifest.options
  assert manifest.options["format"] == "shanghaitech"
  again, _ = convert_shanghaitech(root, **options, overwrite=True)
  assert again == manifest  # checksums and all


def test_records_are_not_overwritten_unasked(tmp_path: Path):
  root = write_shanghaitech(tmp_path / "part", {"IMG_1": POINTS})
  convert_shanghaitech(root)
  with pytest.raises(InputError, match="--overwrite"):
    convert_shanghaitech(root)


def test_folder_given_as_a_dot_still_names_the_pictures(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  root = write_shanghaitech(tmp_path / "part", {"IMG_1": POINTS})
  monkeypatch.chdir(root)
  convert("shanghaitech", Path("."), tmp_path / "records", Options())
  assert list(read(tmp_path / "records")) == ["part/train/IMG_1"]


@pytest.mark.parametrize("name", formats.names())
def test_layouts_are_in_the_help(name: str):
  assert formats.FORMATS[name].LAYOUT in formats.layouts()
