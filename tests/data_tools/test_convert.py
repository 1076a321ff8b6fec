"""Conversion, whole: data set in, records out, nothing lost unsaid."""

import csv
import hashlib
import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from absl import flags
from PIL import ExifTags, Image

from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.manifest import Manifest, load_manifest
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import InputError
from data_tools import convert as command
from data_tools import formats
from data_tools.common.summary import summary
from data_tools.conversion import convert_dataset
from data_tools.conversion.adaptive_sigma import adaptive_sigmas
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.formats import reader_flags
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.helpers import (
  HEIGHT,
  WIDTH,
  bomb,
  write_csv,
  write_picture,
  write_shanghaitech,
  write_shanghaitech_mat,
  write_unity,
)

POINTS = [(5.25, 40.5), (99.5, 0.0)]
COMMAND_FLAGS = flags.FlagValues()
command.define_flags(COMMAND_FLAGS)


def convert_shanghaitech(
  root: Path, **options: object
) -> tuple[Manifest, Path]:
  """Converts a part; returns the manifest and the records' folder."""
  output = root.parent / "records"
  return convert("shanghaitech", root, output, Options(**options)), output


def read(output: Path, split: str = "train") -> dict[str, CrowdRecord]:
  """Reads a split by picture id."""
  return {
    record.id: record for record in RecordDataset.open(output).records(split)
  }


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
  elif fault == "bomb":
    picture.write_bytes(bomb())
  elif fault == "no annotation":
    annotation.unlink()
  return picture


FAULTS = ["truncated", "text", "empty", "folder", "bomb", "no annotation"]


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
  if (name, made) == ("images", "wrong"):
    pytest.skip("a folder of photos is what this format is for")
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


def test_splits_that_are_not_wanted_are_left_out(tmp_path: Path):
  root = write_shanghaitech(
    tmp_path / "part", {f"IMG_{n}": POINTS for n in range(1, 9)}
  )
  write_shanghaitech(root, {"IMG_1": POINTS}, "test")
  whole, output = convert_shanghaitech(root, dev_every=4)
  expected = {split: list(read(output, split)) for split in whole.pictures}
  for wanted in (("test",), ("train", "dev")):
    some, output = convert_shanghaitech(
      root, dev_every=4, split=wanted, overwrite=True
    )
    assert set(some.pictures) == set(wanted)
    for split in wanted:  # divided as if all were converted
      assert list(read(output, split)) == expected[split]
  with pytest.raises(InputError, match=r"--split=val: .* are: dev, test, tra"):
    convert_shanghaitech(root, dev_every=4, split=("val",), overwrite=True)


@pytest.mark.parametrize(
  ("options", "expected"),
  [
    ({}, {"train": 18, "val": 2}),
    ({"val_fraction": 0.0}, {"train": 20}),
    ({"val_fraction": 0.5}, {"train": 10, "val": 10}),
    ({"dev_every": 2}, {"train": 9, "val": 1, "dev": 10}),
  ],
)
def test_default_splits_of_unity(
  tmp_path: Path, options: dict[str, object], expected: dict[str, int]
):
  root = write_unity(
    tmp_path / "unity", {f"IMG_{n}": "1 2" for n in range(1, 21)}
  )
  manifest = convert("unity", root, tmp_path / "records", Options(**options))
  assert manifest.pictures == expected
  # What was decided is written down, so that it can be repeated.
  assert manifest.options["val_fraction"] == options.get("val_fraction", 0.1)
  assert manifest.options["dev_every"] == options.get("dev_every", 0)


@pytest.mark.parametrize(
  ("options", "expected"),
  [
    ({}, {"train": 6, "dev": 2, "test": 1}),
    ({"dev_every": 0}, {"train": 8, "test": 1}),
    ({"dev_every": 2}, {"train": 4, "dev": 4, "test": 1}),
    ({"val_fraction": 0.5}, {"train": 3, "val": 3, "dev": 2, "test": 1}),
  ],
)
def test_default_splits_of_shanghaitech(
  tmp_path: Path, options: dict[str, object], expected: dict[str, int]
):
  root = write_shanghaitech(
    tmp_path / "part", {f"IMG_{n}": POINTS for n in range(1, 9)}
  )
  write_shanghaitech(root, {"IMG_4": POINTS}, "test")
  manifest, output = convert_shanghaitech(root, **options)
  assert manifest.pictures == expected
  if not options:
    assert list(read(output, "dev")) == ["part/train/IMG_4", "part/train/IMG_8"]


def test_csv_has_no_default_splits_and_says_so(tmp_path: Path):
  names = [f"{n}.png" for n in range(12)]
  rows = "".join(f"{name},1,2\n" for name in names[:9])
  root = write_csv(tmp_path / "mine", "image,x,y\n" + rows, *names)
  manifest = convert("csv", root, tmp_path / "records", Options())
  assert manifest.pictures == {"train": 12}
  assert "no split val" in summary(manifest)
  assert "--val_fraction=0.1" in summary(manifest)
  assert "3 pictures of split train are unlabelled." in summary(manifest)
  assert "--val_fraction=0.1" in formats.FORMATS["csv"].LAYOUT


def test_summary_is_a_table_of_the_splits():
  manifest = Manifest(
    dataset="tiny",
    pictures={"test": 316, "odd": 1, "dev": 100, "train": 1300, "val": 7},
    heads={"test": 0, "odd": 2, "dev": 12_345, "train": 1_234_567, "val": 3},
    unlabelled={},
    shards=(),
    dropped_points={},
    skipped_files=tuple(
      {"file": f"{n}.jpg", "reason": "torn"} for n in range(23)
    ),
    options={},
  )
  lines = summary(manifest).splitlines()
  assert [line.split()[:3] for line in lines[:7]] == [
    ["split", "pictures", "heads"],
    ["train", "1,300", "1,234,567"],
    ["val", "7", "3"],
    ["dev", "100", "12,345"],
    ["test", "316", "0"],
    ["odd", "1", "2"],
    ["all", "1,724", "1,246,917"],
  ]
  assert "no split val" not in summary(manifest)
  assert lines[7:9] == ["23 files were skipped:", "  0.jpg: torn"]
  assert lines[-1] == "  and 3 more, see manifest.json"


@pytest.mark.parametrize(
  ("pictures", "heads", "told"),
  [
    (
      {"train": 9, "val": 1},
      {"train": 50, "val": 0},
      "Split val contains no people",
    ),
    ({"val": 3}, {"val": 20}, "There is no split train"),
    ({"train": 9, "val": 1}, {"train": 50, "val": 1}, ""),
    ({"test": 9}, {"test": 50}, "There is no split val"),
  ],
)
def test_summary_tells_what_training_would_lack(
  pictures: dict[str, int], heads: dict[str, int], told: str
):
  manifest = Manifest(
    dataset="tiny",
    pictures=pictures,
    heads=heads,
    unlabelled={},
    shards=(),
    dropped_points={},
    skipped_files=(),
    options={},
  )
  remarks = summary(manifest).splitlines()[len(pictures) + 2 :]
  assert [line.startswith(told) for line in remarks] == [True] * bool(told)


def test_annotations_without_pictures_are_listed(tmp_path: Path):
  root = write_shanghaitech(tmp_path / "part", {"IMG_1": POINTS})
  orphan = root / "train_data" / "ground_truth" / "GT_IMG_2.mat"
  write_shanghaitech_mat(orphan, POINTS)
  manifest, output = convert_shanghaitech(root)
  (skipped,) = manifest.skipped_files
  assert skipped["file"] == str(orphan)
  assert "IMG_2.jpg" in skipped["reason"]
  with pytest.raises(InputError, match=r"GT_IMG_2\.mat.*--on_bad=skip"):
    convert_shanghaitech(root, on_bad="fail", overwrite=True)
  assert load_manifest(output) == manifest  # nothing lost


def test_deviation_from_what_is_published_is_noted(tmp_path: Path):
  root = write_shanghaitech(tmp_path / "part", {"IMG_1": POINTS})
  manifest, output = convert_shanghaitech(root)
  (note,) = load_manifest(output).notes
  assert note.endswith("pictures expected, 1 found.")
  assert f"Note: {note}" in summary(manifest).splitlines()


def test_adaptive_sigmas_are_stored_when_asked_for(tmp_path: Path):
  outside = [(WIDTH + 5.0, 1.0)]
  root = write_shanghaitech(
    tmp_path / "part", {"IMG_1": POINTS + outside, "IMG_2": []}
  )
  manifest, output = convert_shanghaitech(root)
  assert manifest.options["sigma"] == "fixed"
  assert all(record.sigmas is None for record in read(output).values())
  with pytest.raises(InputError, match="Convert again with --sigma=adaptive"):
    Domains((RecordDataset.open(output),)).require_sigmas()
  manifest, _ = convert_shanghaitech(root, sigma="adaptive", overwrite=True)
  assert manifest.options["sigma"] == "adaptive"
  Domains((RecordDataset.open(output),)).require_sigmas()
  found = read(output)
  record = found["part/train/IMG_1"]
  np.testing.assert_array_equal(
    record.sigmas, adaptive_sigmas(record.points, HEIGHT, WIDTH)
  )
  assert len(record.sigmas) == len(POINTS)  # of the points that are kept
  assert found["part/train/IMG_2"].sigmas is None


def test_command_divides_as_is_usual_and_as_told(tmp_path: Path):
  write_unity(tmp_path / "unity", {f"IMG_{n}": "1 2" for n in range(10)})
  command = [sys.executable, "-m", "data_tools.convert", "--format=unity"]
  command += [f"--input={tmp_path}/unity", f"--output={tmp_path}/records"]
  done = subprocess.run(
    [*command, "--dev_every=5"], capture_output=True, text=True
  )
  assert done.returncode == 0, done.stderr
  rows = [line.split()[:3] for line in done.stdout.splitlines()]
  for split, pictures in {"train": "7", "val": "1", "dev": "2"}.items():
    assert [split, pictures, pictures] in rows


def test_command_passes_choices_on(tmp_path: Path):
  for number in (14, 15):  # of fold1 and fold2
    write_picture(tmp_path / "in" / f"{number}.jpg")
    points = {"annPoints": np.ones((number, 2))}
    write_mat(tmp_path / "in" / f"{number}_ann.mat", points)
  command = [sys.executable, "-m", "data_tools.convert", "--format=ucf_cc_50"]
  command += [f"--input={tmp_path}/in", f"--output={tmp_path}/records"]
  command += ["--division=fold2", "--split=train,test"]
  done = subprocess.run(command, capture_output=True, text=True)
  assert done.returncode == 0, done.stderr
  manifest = load_manifest(tmp_path / "records")
  assert manifest.heads == {"train": 14, "test": 15}
  assert manifest.options["reader"] == {"division": "fold2"}
  refused = subprocess.run(
    [*command, "--overwrite", "--gcc_filter=shta"],
    capture_output=True,
    text=True,
  )
  assert refused.returncode == 2
  assert "--gcc_filter: format ucf_cc_50 has no such choice" in refused.stderr


def test_long_reading_shows_progress(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
  root = write_shanghaitech(tmp_path / "part", {"IMG_1": POINTS})
  convert_shanghaitech(root)
  assert "read shanghaitech" not in capsys.readouterr().err
  monkeypatch.setattr(convert_dataset, "_SECONDS_IN_SILENCE", 0.0)
  convert_shanghaitech(root, overwrite=True)
  assert not capsys.readouterr().err  # in a file it would be one long line
  monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
  convert_shanghaitech(root, overwrite=True)
  assert "read shanghaitech" in capsys.readouterr().err


def test_records_are_not_overwritten_unasked(tmp_path: Path):
  root = write_shanghaitech(tmp_path / "part", {"IMG_1": POINTS})
  convert_shanghaitech(root)
  with pytest.raises(InputError, match="--overwrite"):
    convert_shanghaitech(root)
  shutil.rmtree(root)  # it is refused before a data set is gone through
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
  reader = formats.FORMATS[name]
  lines = [f"{name}:", *(f"|{line}" for line in reader.LAYOUT.split("\n"))]
  usual = reader.DEFAULT_SPLITS
  if usual.val_fraction or usual.dev_every:
    lines.append(f"|  Default division: {usual}.")
  # Wrapped for the terminal, trees are still trees.
  printed = COMMAND_FLAGS.module_help(command).split("\n")
  start = printed.index("    " + lines[0])
  assert [line[4:] for line in printed[start : start + len(lines)]] == lines


def test_defaults_are_in_the_help():
  assert formats.defaults("val_fraction") == (
    "Default: 0.1 for gcc, unity; 0 for the others."
  )
  fourths = formats.defaults("dev_every")
  assert re.fullmatch(r"Default: 4 for [^;]*; 0 for the others\.", fourths)
  for name in formats.names():
    divided = formats.FORMATS[name].DEFAULT_SPLITS.dev_every == 4
    assert divided == (name in fourths)


def test_choice_that_a_format_does_not_have_is_refused(tmp_path: Path):
  root = write_unity(tmp_path / "in", {"IMG_1": "1 2"})
  options = Options(reader={"fps": 2.0})
  with pytest.raises(InputError, match="--fps: format unity has no such"):
    convert("unity", root, tmp_path / "out", options)


def test_every_picture_has_a_row(tmp_path: Path):
  outside = [(WIDTH + 5.0, 1.0), POINTS[0]]
  root = write_shanghaitech(
    tmp_path / "part", {"IMG_1": POINTS + outside, "IMG_2": []}
  )
  path = root / "train_data" / "images" / "IMG_2.jpg"
  Image.open(path).convert("CMYK").save(path)
  manifest, output = convert_shanghaitech(root)
  with open(output / "pictures.csv", newline="") as file:
    first, second = csv.DictReader(file)
  assert first["id"] == "part/train/IMG_1"
  assert (first["split"], first["labelled"]) == ("train", "True")
  assert (first["height"], first["width"]) == (str(HEIGHT), str(WIDTH))
  assert (first["kind"], first["converted"]) == ("JPEG RGB", "")
  counts = ("heads_given", "heads", "outside", "duplicates")
  assert [first[name] for name in counts] == ["4", "3", "1", "1"]
  content = (root / "train_data" / "images" / "IMG_1.jpg").read_bytes()
  assert first["sha256"] == hashlib.sha256(content).hexdigest()
  assert second["file"] == str(path)
  assert second["converted"] == "CMYK"
  assert manifest.duplicate_points == {"part/train/IMG_1": 1}
  assert manifest.converted_pictures == {"part/train/IMG_2": "CMYK"}
  assert manifest == load_manifest(output)
  words = summary(manifest)
  assert "1 points of 1 pictures lie exactly on another" in words
  assert "1 images were converted to 8-bit RGB: 1 CMYK" in words
  convert_shanghaitech(root, overwrite=True)  # the table is no foreign file
  assert not list(tmp_path.glob(".records*"))


def test_what_is_odd_and_kept_as_it_is_is_counted(tmp_path: Path):
  root = write_shanghaitech(
    tmp_path / "part", {"IMG_1": POINTS, "IMG_2": [], "IMG_3": POINTS}
  )
  images = root / "train_data" / "images"
  grey = Image.open(images / "IMG_1.jpg").convert("L")
  grey.save(images / "IMG_1.jpg")
  exif = Image.Exif()
  exif[ExifTags.Base.Orientation] = 3
  Image.open(images / "IMG_3.jpg").save(images / "IMG_3.jpg", exif=exif)
  manifest, output = convert_shanghaitech(root)
  assert manifest == load_manifest(output)
  assert manifest.kinds == {"JPEG L": 1, "JPEG RGB": 2}
  assert manifest.empty == {"train": 1}
  assert manifest.exif_ignored == {"part/train/IMG_3": 3}
  words = summary(manifest)
  assert "1 pictures of split train are labelled and hold nobody." in words
  assert "1 pictures are grey; they become RGB when decoded." in words
  assert "1 pictures have an EXIF orientation that was not applied" in words


def test_pictures_that_cannot_be_told_apart_are_listed(tmp_path: Path):
  root = write_shanghaitech(tmp_path / "part", {"IMG_1": POINTS})
  write_picture(root / "train_data" / "images" / "IMG_1.png", seed=5)
  manifest, output = convert_shanghaitech(root)
  assert list(read(output)) == ["part/train/IMG_1"]
  (skipped,) = manifest.skipped_files
  assert "cannot be told from IMG_1" in skipped["reason"]


def test_notes_reach_the_user(tmp_path: Path):
  root = write_csv(tmp_path / "mine", "image,x,y\na.jpg,0.5,0.25\n", "a.jpg")
  manifest = convert("csv", root, tmp_path / "records", Options())
  assert manifest == load_manifest(tmp_path / "records")
  (note,) = manifest.notes
  assert "--coordinates=normalised" in note
  assert note in summary(manifest)


def test_command_hands_the_choices_to_the_reader(tmp_path: Path):
  root = write_csv(tmp_path / "mine", "image,x,y\na.jpg,0.5,0.25\n", "a.jpg")
  (root / "other.csv").write_text("image,x,y\n")
  line = [sys.executable, "-m", "data_tools.convert", "--format=csv"]
  line += [f"--input={root}", f"--output={tmp_path}/records"]
  line += ["--coordinates=normalised", "--annotations=points.csv"]
  done = subprocess.run(line, capture_output=True, text=True)
  assert done.returncode == 0, done.stderr
  (record,) = read(tmp_path / "records").values()
  assert record.points.tolist() == [[WIDTH / 2, HEIGHT / 4]]


def test_every_choice_of_a_reader_is_a_flag():
  known = {
    option
    for module in formats.FORMATS.values()
    for option in getattr(module, "OPTIONS", ())
  }
  assert known <= set(reader_flags.READER_FLAGS)
  for option in known:
    assert formats.with_option(option) in COMMAND_FLAGS[option].help
  for name, module in formats.FORMATS.items():
    taken = set(inspect.signature(module.read).parameters) - {"folder"}
    assert taken == set(getattr(module, "OPTIONS", ())), name


def test_every_format_is_in_the_documents():
  document = (
    Path(__file__).parents[2] / "docs" / "how_to" / "convert.md"
  ).read_text()
  table = document.partition("## Formats")[2].partition("## ")[0]
  named = re.findall(r"`(\w+)`", table)
  assert {name for name in named if name in formats.FORMATS} == set(
    formats.FORMATS
  )
