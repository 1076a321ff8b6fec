"""What the command's flags do to what it writes, by the manifest."""

import csv
import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from absl import flags
from absl.testing import flagsaver

from cdcc_tf.data.records import manifest
from cdcc_tf.data.records.dataset import RecordDataset
from data_tools import synthesize
from data_tools.synthesis.style.look import looks_of

ROWS, WIDTH, PICTURES, SEED = 48, 64, 6, 5
PLAIN = {
  "preset": "street,square",
  "pictures": PICTURES,
  "seed": SEED,
  "width": WIDTH,
  "height": ROWS,
  "workers": 1,
}


def made(output: Path, **changed: object) -> manifest.Manifest:
  """Runs the command as given on the command line."""
  values = flags.FLAGS
  arguments = [
    f"--{name}={value}"
    for name, value in {**PLAIN, "output": output, **changed}.items()
    if value is not None
  ]
  with flagsaver.flagsaver():
    values(["synthesize", *arguments])
    synthesize.main()
  return manifest.load_manifest(output)


def heads(output: Path, of: manifest.Manifest) -> list[int]:
  """Returns how many heads each picture has, by its id."""
  counts = {
    record.id: len(record.points)
    for split in of.pictures
    for record in RecordDataset.open(output).records(split)
  }
  return [counts[name] for name in sorted(counts)]


def test_flags_that_are_not_given_leave_the_usual(tmp_path: Path) -> None:
  options = made(tmp_path / "plain").options
  assert options == {
    "preset": "street,square",
    "seed": SEED,
    "width": WIDTH,
    "height": ROWS,
    "max_heads": None,
    "min_visible": 0.3,
    "pictures": PICTURES,
    "val_fraction": 0.1,
    "dev_every": 0,
  }


def test_max_heads_is_the_most(tmp_path: Path) -> None:
  plain, few = made(tmp_path / "plain"), made(tmp_path / "few", max_heads=3)
  assert few.options["max_heads"] == 3
  assert max(heads(tmp_path / "plain", plain)) > 3
  assert 0 < max(heads(tmp_path / "few", few)) <= 3


def test_min_visible_decides_about_labels(tmp_path: Path) -> None:
  some, whole = (
    made(tmp_path / str(share), min_visible=share) for share in (0.05, 0.95)
  )
  assert some.options["min_visible"] == 0.05
  assert sum(some.heads.values()) > sum(whole.heads.values()) > 0


def test_without_leaves_out_what_it_names(tmp_path: Path) -> None:
  plain = made(tmp_path / "plain")
  bare = made(tmp_path / "bare", without="clutter,weather")
  assert bare.options["without"] == ["clutter", "weather"]
  assert "without" not in plain.options
  assert bare.shards != plain.shards


def test_like_sets_size_and_look(tmp_path: Path) -> None:
  mine = tmp_path / "mine"
  mine.mkdir()
  dim = np.random.default_rng(0).integers(10, 30, (40, 72, 3), np.uint8)
  cv2.imwrite(str(mine / "night.png"), dim)
  near = made(tmp_path / "near", like=mine, width=None, height=None)
  (look,) = near.options["like"]
  (expected,) = looks_of(mine)
  assert look == json.loads(json.dumps(dataclasses.asdict(expected)))
  for split in near.pictures:
    for record in RecordDataset.open(tmp_path / "near").records(split):
      data = np.frombuffer(record.image, np.uint8)
      image = cv2.imdecode(data, cv2.IMREAD_COLOR)
      assert image.shape == (40, 72, 3)
      assert image.mean() < 60


@pytest.mark.parametrize("name", ["files", "contact_sheet"])
def test_what_is_written_besides_changes_no_record(
  tmp_path: Path, name: str
) -> None:
  place = tmp_path / ("sheet.png" if name == "contact_sheet" else "plain")
  plain = made(tmp_path / "alone")
  beside = made(tmp_path / "beside", **{name: place})
  assert beside == plain
  if name == "files":
    assert len(list(place.glob("*.jpg"))) == PICTURES
    with (place / "points.csv").open() as rows:
      listed = sum(bool(row.get("x")) for row in csv.DictReader(rows))
    assert listed == sum(plain.heads.values())
  else:
    assert cv2.imread(str(place)) is not None


def test_splits_seed_and_overwriting(tmp_path: Path) -> None:
  first = made(tmp_path / "records", val_fraction=0.5, dev_every=3)
  assert first.pictures == {"train": 2, "val": 2, "dev": 2}
  again = made(tmp_path / "records", seed=SEED + 1, overwrite=True)
  assert again.options["seed"] == SEED + 1
  assert again.shards != first.shards
