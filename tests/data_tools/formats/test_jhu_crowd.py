"""JHU-CROWD++: text files of heads, empty ones above all."""

from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import jhu_crowd
from tests.data_tools.formats.mutations import mutants, spoil_text
from tests.data_tools.formats.readings import (
  heads,
  notes,
  reasons,
  splits,
  usable,
)
from tests.data_tools.helpers import write_picture

TEXT = "5 40 7 9 1 0 \n99 0 3 4 3 1\n"


def write_jhu(root: Path, texts: dict[str, str], split: str = "train") -> Path:
  """Writes pictures and their text files into one split."""
  base = root / split
  (base / "gt").mkdir(parents=True)
  for seed, (stem, text) in enumerate(texts.items()):
    write_picture(base / "images" / f"{stem}.jpg", seed=seed)
    (base / "gt" / f"{stem}.txt").write_text(text)
  return root


def test_points_are_the_centres(tmp_path: Path):
  write_jhu(tmp_path, {"0001": TEXT})
  (picture,) = usable(jhu_crowd.read(tmp_path)).values()
  assert picture.points.dtype == np.float64
  assert picture.points.tolist() == [[5, 40], [99, 0]]


def test_published_splits_are_kept(tmp_path: Path):
  write_jhu(tmp_path, {"0010": TEXT, "0002": TEXT})
  write_jhu(tmp_path, {"0003": TEXT}, "val")
  write_jhu(tmp_path, {"0002": TEXT}, "test")
  assert splits(usable(jhu_crowd.read(tmp_path))) == {
    "train/0002": "train",
    "train/0010": "train",
    "val/0003": "val",
    "test/0002": "test",
  }
  assert jhu_crowd.DEFAULT_SPLITS.val_fraction == 0


@pytest.mark.parametrize(
  ("text", "count"),
  [
    ("", 0),
    ("\n", 0),
    ("5 40 7 9 1 0", 1),
    ("5 40 7 9 1 0\r\n99 0 3 4 3 1\r\n", 2),
    ("\ufeff5\t40  7 9 1 0  \n\n", 1),
    ("5.5 40.25 7 9 1 0\n5.5 40.25 7 9 1 0\n", 2),
    ("-3 40 7 9 1 0\n", 1),
  ],
)
def test_files_of_any_length(tmp_path: Path, text: str, count: int):
  path = tmp_path / "0001.txt"
  path.write_bytes(text.encode())
  assert jhu_crowd.read_points(path).shape == (count, 2)


@pytest.mark.parametrize(
  ("text", "reason"),
  [
    ("5 40\n", "line 1 is not x y w h o b"),
    (TEXT + "5 40 7 9 1\n", "line 3 is not x y w h o b"),
    (TEXT + "5 forty 7 9 1 0\n", "line 3 is 'forty', not a number"),
    ("5 nan 7 9 1 0\n", "line 1 is 'nan', not a number"),
    ("5 1_0 7 9 1 0\n", "line 1 is '1_0', not a number"),
    ("5 ٤ 7 9 1 0\n", "line 1 is '٤', not a number"),
    ("5 1e300 7 9 1 0\n", "no pixel"),
    ("5 1e999 7 9 1 0\n", "no pixel"),
    ("5 4\0 7 9 1 0\n", "line 1 holds a zero byte"),
    ("<html>\n", "line 1 is not"),
  ],
)
def test_bad_line_is_located(tmp_path: Path, text: str, reason: str):
  write_jhu(tmp_path, {"0001": text, "0002": TEXT})
  found = reasons(jhu_crowd.read(tmp_path))
  assert set(found) == {"0001.jpg"}
  assert found["0001.jpg"].startswith("0001.txt: ")
  assert reason in found["0001.jpg"]


def test_other_encoding(tmp_path: Path):
  write_jhu(tmp_path, {"0001": TEXT})
  path = tmp_path / "train" / "gt" / "0001.txt"
  path.write_bytes(TEXT.encode("utf-16"))
  assert "not saved as UTF-8" in reasons(jhu_crowd.read(tmp_path))["0001.jpg"]


def test_counts_tell_nobody_from_a_lost_file(tmp_path: Path):
  write_jhu(tmp_path, {"0001": TEXT, "0002": "", "0003": "", "0004": TEXT})
  (tmp_path / "train" / "image_labels.txt").write_text(
    "0001,2,bus station,0,0\n0002,0,water park, ice,0,1\n0003,213,street,1,0\n"
    "0004,3,prortest,0,0\n0005,1,mall,0,0\n"
  )
  items = list(jhu_crowd.read(tmp_path))
  found = reasons(items)
  assert set(found) == {"0003.jpg", "image_labels.txt"}
  assert "0003.txt: is empty, but image_labels.txt has 213" in found["0003.jpg"]
  assert "names a picture 0005" in found["image_labels.txt"]
  (note,) = notes(items)
  assert note.startswith("train: in 2 images the number of heads differs")
  pictures = usable(i for i in items if not reasons([i]))
  assert heads(pictures) == {"train/0001": 2, "train/0002": 0, "train/0004": 2}


@pytest.mark.parametrize("line", ["0001;2;street;0;0", "0001,two,street", "x"])
def test_bad_table_costs_no_picture(tmp_path: Path, line: str):
  write_jhu(tmp_path, {"0001": TEXT})
  (tmp_path / "train" / "image_labels.txt").write_text(line + "\n")
  items = list(jhu_crowd.read(tmp_path))
  assert "line 1 is not name,count" in reasons(items)["image_labels.txt"]
  assert len(items) == 2


def test_files_that_cannot_be_used(tmp_path: Path):
  write_jhu(tmp_path, {"0001": TEXT, "0002": TEXT})
  (tmp_path / "train" / "gt" / "0001.txt").unlink()
  (tmp_path / "train" / "images" / "0002.jpg").unlink()
  found = reasons(jhu_crowd.read(tmp_path))
  assert "no annotation file" in found["0001.jpg"]
  assert "without a picture" in found["0002.txt"]


@pytest.mark.parametrize("given", ["above", "below", "misspelt"])
def test_nearest_folder_that_fits_is_named(tmp_path: Path, given: str):
  root = write_jhu(tmp_path / "sets" / "jhu_crowd_v2.0", {"0001": TEXT})
  folders = {
    "above": tmp_path,
    "below": root / "train" / "images",
    "misspelt": root.with_name("jhu-crowd-v2.0"),
  }
  with pytest.raises(InputError) as raised:
    list(jhu_crowd.read(folders[given]))
  assert f"Did you mean --input={root} ?" in str(raised.value)


def test_damaged_text_ends_in_one_line(tmp_path: Path):
  path = tmp_path / "0001.txt"
  kinds = set()
  for _, content in mutants(TEXT * 3, spoil_text, 300):
    path.write_bytes(content)
    try:
      points = jhu_crowd.read_points(path)
    except ValueError as error:
      kinds.add(len(str(error).splitlines()))
    else:
      kinds.add(points.shape[1:])
  assert kinds == {1, (2,)}
