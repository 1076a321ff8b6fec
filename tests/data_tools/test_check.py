"""The checker finds what was put in, and nothing in what is sound."""

import dataclasses
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import tensorflow as tf
from absl import flags

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.manifest import FILE_NAME, load_manifest
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import InputError
from data_tools import check
from data_tools.checking import conservation, samples
from data_tools.checking.findings import Finding, listed
from data_tools.checking.survey import Survey, survey
from data_tools.common.contact_sheet import WIDTH as SHEET_WIDTH
from data_tools.conversion.convert_dataset import Options, convert
from tests.data_tools.helpers import write_shanghaitech
from tests.helpers import jpeg, png, tiny_record, write_records

HEIGHT, WIDTH = 96, 160


def scene(seed: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
  """Returns a picture that looks like no other: uint8, coarse shapes."""
  coarse = np.random.default_rng(seed).integers(0, 256, (12, 12, 3))
  return cv2.resize(
    coarse.astype(np.uint8), (width, height), interpolation=cv2.INTER_CUBIC
  )


def crowd(seed: int, heads: int = 40) -> np.ndarray:
  """Returns heads as perspective has them: denser towards the top."""
  draw = np.random.default_rng(seed).random((heads, 2))
  x, y = draw[:, 0], draw[:, 1] ** 3
  # The further down, the wider apart: rows of the same number of people.
  return np.float32(np.stack([x * WIDTH, y * HEIGHT], axis=1) * 0.999)


def record(seed: int, **fields: object) -> CrowdRecord:
  """Makes a sound record, but for the fields given."""
  made = CrowdRecord(
    id=f"set/{seed}",
    image=jpeg(scene(seed)),
    height=HEIGHT,
    width=WIDTH,
    points=crowd(seed),
  )
  return dataclasses.replace(made, **fields)


def found(
  folder: Path, records: dict[str, Sequence[CrowdRecord]], **options: object
) -> Survey:
  """Writes records and surveys them."""
  return survey(write_records(folder / "records", records), **options)


def only(found: Survey) -> Finding:
  """Returns the one finding there must be."""
  (finding,) = found.findings
  return finding


def test_sound_records_pass(tmp_path: Path):
  result = found(
    tmp_path,
    {
      "train": [record(seed) for seed in range(6)],
      "test": [
        record(7, points=np.zeros((0, 2), np.float32)),
        record(8, points=np.zeros((0, 2), np.float32), labelled=False),
        record(9, points=crowd(9, 5)),
      ],
    },
    conservation=True,
  )
  assert result.findings == ()
  assert 0 <= max(result.conserved) < 1e-6
  assert len(result.conserved) == 7  # those with heads
  text = "\n".join(result.lines())
  rows = [" ".join(line.split()) for line in result.lines()]
  assert "test 3 5 0 2 5 1 1 160x96" in rows
  assert "train 6 240 40 40 40 0 0 160x96" in rows
  assert "245 heads of 7 pictures" in text
  assert text.endswith("0 errors, 0 warnings.")


def test_bars_are_in_proportion(tmp_path: Path):
  points = [crowd(seed, 4) for seed in range(4)] + [crowd(5, 200)]
  result = found(
    tmp_path,
    {"train": [record(i, points=p) for i, p in enumerate(points)]},
  )
  lines = result.lines()
  start = lines.index("Labelled pictures by heads:") + 1
  bars = [line.split() for line in lines[start : start + 4]]
  assert [(bar[0], bar[3]) for bar in bars] == [
    *(("3", "4"), ("10", "0"), ("30", "0"), ("100", "1"))
  ]
  assert [len(bar[4]) if bar[4:] else 0 for bar in bars] == [40, 0, 0, 10]


def test_head_size_is_the_distance_to_the_next(tmp_path: Path):
  x, y = np.meshgrid(np.arange(5, 150, 20), np.arange(3, 90, 20))
  grid = np.float32(np.stack([x.ravel(), y.ravel()], axis=1))
  result = found(
    tmp_path,
    {"train": [record(0, points=grid, sigmas=np.full(len(grid), 6.0))]},
  )
  text = "\n".join(result.lines())
  assert "nearest other head is 20.0 pixels away" in text
  assert "Stored standard deviations: 6.0 pixels" in text


POINTS = crowd(0)


@pytest.mark.parametrize(
  ("fields", "kind", "error"),
  [
    ({"points": POINTS + np.float32([WIDTH, 0])}, "outside their pict", True),
    ({"points": np.float32([[5, np.nan], [7, 8]])}, "or nowhere", True),
    ({"labelled": False}, "unlabelled pictures with heads", True),
    ({"sigmas": np.zeros(len(POINTS))}, "not positive", True),
    ({"image": jpeg(scene(0))[:-900]}, "cannot be decoded", True),
    ({"image": jpeg(scene(0, 90, 160))}, "another size than recorded", True),
    ({"roi": png(np.zeros((9, 9, 1), np.uint8))}, "regions .* size", True),
    (
      {"roi": png(np.zeros((HEIGHT, WIDTH, 1), np.uint8))},
      "regions of interest without a pixel",
      True,
    ),
    ({"roi": b"torn"}, "regions of interest that cannot be read", True),
    ({"points": np.concatenate([POINTS, POINTS[:2]])}, "on another", False),
    ({"points": POINTS / WIDTH}, "all heads on one spot", False),
    ({"points": POINTS[:, [1, 1]]}, "on one straight line", False),
    ({"points": POINTS / 20}, "more heads than their pixels", False),
    ({"image": png(np.full((96, 160, 3), 9, np.uint8))}, "one colour", False),
    (
      {"image": png(scene(0, 96, 400)), "width": 400},
      "pictures that are long strips",
      False,
    ),
    (
      {
        "image": png(scene(0, 40, 60)),
        "height": 40,
        "width": 60,
        "points": POINTS[:3] / 4,
      },
      "with a side below 64 pixels",
      False,
    ),
  ],
)
def test_what_is_put_in_is_found(
  tmp_path: Path, fields: dict[str, object], kind: str, error: bool
):
  members = [record(0, **fields), *(record(seed) for seed in range(1, 4))]
  finding = only(found(tmp_path, {"train": members}))
  assert finding.where == "set/0"
  assert finding.error == error
  assert re.search(kind, finding.kind)


def test_swapped_axes_show_in_all_pictures_together(tmp_path: Path):
  def swapped(seed: int) -> np.ndarray:
    points = crowd(seed)[:, ::-1]
    return points[points[:, 1] < HEIGHT]  # conversion leaves out the rest

  members = [record(seed, points=swapped(seed)) for seed in range(6)]
  result = found(tmp_path / "swapped", {"train": members})
  kinds = {finding.kind for finding in result.findings}
  assert any(kind.startswith("x and y may be swapped") for kind in kinds)
  assert result.errors == 0
  # One head that cannot have been swapped there is enough to know better.
  members[3] = record(3)
  result = found(tmp_path / "one", {"train": members})
  assert not any("swapped" in finding.kind for finding in result.findings)


def test_upside_down_crowds_show(tmp_path: Path):
  bottom = np.float32([0, HEIGHT * 0.999])
  members = [
    record(seed, points=np.abs(bottom - crowd(seed))) for seed in range(6)
  ]
  finding = only(found(tmp_path, {"train": members}))
  assert finding.kind.startswith("y may count from the bottom")
  assert not finding.error
  assert finding.where == "split train"


def test_counts_far_from_the_others(tmp_path: Path):
  heads = [*(20 + n % 9 for n in range(40)), 0, 2000]
  members = [
    record(place, points=crowd(place, count))
    for place, count in enumerate(heads)
  ]
  result = found(tmp_path, {"train": members})
  far = [f for f in result.findings if f.kind.startswith("counts far")]
  assert [finding.where for finding in far] == ["set/40", "set/41"]
  assert far[1].detail.startswith("2,000 heads, where half of the pictures")
  assert not far[0].error


COPIES = [
  ("same bytes", {}, "the same picture in two splits", True),
  (
    "another file",
    {"image": png(decode_image(jpeg(scene(0))).numpy())},
    "the same picture in two splits",
    True,
  ),
  (
    "smaller",
    {"image": jpeg(scene(0, 48, 80)), "height": 48, "width": 80},
    "nearly the same picture in two splits",
    False,
  ),
]


@pytest.mark.parametrize(
  ("fields", "kind", "error"),
  [case[1:] for case in COPIES],
  ids=[case[0] for case in COPIES],
)
def test_copies_across_splits(
  tmp_path: Path, fields: dict[str, object], kind: str, error: bool
):
  few = crowd(0, 2) / 2
  copy = record(0, id="set/copy", points=few, **fields)
  if "height" in fields:  # whose own oddity is not what is asked for
    copy = dataclasses.replace(
      copy, image=jpeg(scene(0, 72, 120)), height=72, width=120
    )
  train = [record(seed) for seed in range(3)]
  finding = only(found(tmp_path, {"test": [copy], "train": train}))
  assert finding.kind.startswith(kind)
  assert finding.error == error
  assert finding.where == "set/0 (train)"
  assert "set/copy (test)" in finding.detail


def test_copies_within_a_split_are_suspicious_and_frames_are_none(
  tmp_path: Path,
):
  near = jpeg(np.clip(scene(0).astype(int) + 2, 0, 255).astype(np.uint8))
  train = [record(0), record(1, id="set/frame", image=near), record(2)]
  twin = record(0, id="set/twin", points=crowd(1, 7))
  finding = only(found(tmp_path, {"train": [*train, twin]}))
  assert (finding.kind, finding.error) == ("the same picture", False)
  assert finding.detail == "is set/0 (train); heads 7 and 40"


def test_an_id_twice_is_wrong(tmp_path: Path):
  again = record(1, id="set/0")
  finding = only(found(tmp_path, {"train": [record(0)], "test": [again]}))
  assert finding.kind == "ids given to several pictures"
  assert finding.error


def shard_of(folder: Path, split: str) -> Path:
  (file,) = load_manifest(folder).shards_of(split, folder)
  return file


def test_a_changed_shard_is_told_and_the_others_are_still_checked(
  tmp_path: Path,
):
  folder = write_records(
    tmp_path / "records",
    {
      "train": [record(0), record(1)],
      "test": [record(2, labelled=False), record(0, id="set/copy")],
    },
  )
  shard = shard_of(folder, "train")
  content = bytearray(shard.read_bytes())
  content[len(content) * 3 // 4] ^= 1  # in the second record
  shard.write_bytes(content)
  result = survey(folder)
  told = {finding.kind.partition(":")[0] for finding in result.findings}
  assert told == {
    "shards that differ from their checksum in manifest.json",
    "shards that cannot be read to their end",
    "the same picture in two splits",
    "unlabelled pictures with heads",
  }
  assert all(finding.error for finding in result.findings)
  assert str(shard) in "\n".join(listed(result.findings))
  text = "\n".join(listed(result.findings))
  assert "after 1 pictures" in text
  assert "{{" not in text  # TensorFlow's names of its own nodes


def test_a_shard_of_other_records_has_another_checksum(tmp_path: Path):
  folder = write_records(tmp_path / "a", {"train": [record(0), record(1)]})
  other = write_records(tmp_path / "b", {"train": [record(0)]})
  shard_of(folder, "train").write_bytes(shard_of(other, "train").read_bytes())
  kinds = [finding.kind for finding in survey(folder).findings]
  assert any("checksum" in kind for kind in kinds)
  assert "shards with another number of pictures" in kinds
  assert any(kind.startswith("totals in manifest.json") for kind in kinds)


@pytest.mark.parametrize("total", ["pictures", "heads", "unlabelled"])
def test_totals_that_do_not_add_up(tmp_path: Path, total: str):
  folder = write_records(tmp_path / "records", {"train": [record(0)]})
  manifest = json.loads((folder / FILE_NAME).read_text())
  manifest[total]["train"] = 77
  (folder / FILE_NAME).write_text(json.dumps(manifest))
  finding = only(survey(folder))
  assert finding.error
  assert finding.where == "split train"
  assert finding.detail.endswith("not 77")


def test_converted_records_agree_with_their_table(tmp_path: Path):
  root = write_shanghaitech(
    tmp_path / "part", {"IMG_1": [(5, 40), (500, 3)], "IMG_2": [(7, 8)]}
  )
  folder = tmp_path / "records"
  convert("shanghaitech", root, folder, Options())
  odd = "pictures with a side below 64 pixels"
  assert {finding.kind for finding in survey(folder).findings} == {odd}
  table = folder / "pictures.csv"
  whole = table.read_text()
  told = {}
  for name, old, new in (
    ("other heads", "True,1,", "True,3,"),
    ("other annotation", ",2,1,0", ",3,1,0"),
    ("gone", "part/train/IMG_2", "part/train/IMG_3"),
    ("no table", "id,", "name,"),
  ):
    assert old in whole
    table.write_text(whole.replace(old, new, 1))
    told[name] = [f.detail for f in survey(folder).findings if f.error]
  assert told["other heads"] == ["3 heads, 1 of the annotation, not 1"]
  assert told["other annotation"] == ["1 heads, 2 of the annotation, not 1"]
  assert told["gone"] == ["is not in it", "is not in the records"]
  assert told["no table"][0].startswith("no table of pictures")


def test_lost_heads_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
  real = conservation._density

  def leaky(*given: object) -> tf.Tensor:
    return real(*given) * 0.999

  monkeypatch.setattr(conservation, "_density", leaky)
  result = found(tmp_path, {"train": [record(0)]}, conservation=True)
  assert only(result).kind.startswith("images whose heads are lost")
  assert only(result).error
  assert result.conserved[0] == pytest.approx(1e-3, rel=0.01)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_squares_of_every_size_keep_every_head(place: int):
  """Also heads on the edges between squares, and with deviations of theirs."""
  sides = conservation._SIDES[place]
  edges = np.float32([(sides, 5), (sides, sides), (0, 0), (2 * sides, 399)])
  points = np.concatenate([edges, np.float32(crowd(1, 50))])
  large = dataclasses.replace(
    record(1),
    height=400,
    width=800,
    points=points,
    sigmas=np.linspace(1, 30, len(points), dtype=np.float32),
  )
  assert conservation.relative_error(large, place) < 1e-6


def test_contact_sheet(tmp_path: Path):
  heads = {seed: 3 * seed for seed in range(40)}
  members = [record(s, points=crowd(s, n)) for s, n in heads.items()]
  members[17] = dataclasses.replace(
    members[17], points=np.repeat(members[17].points, 2, axis=0)
  )
  sheets = []
  for name in ("a", "b"):
    sheet = tmp_path / f"{name}.png"
    result = found(tmp_path / name, {"train": members}, sheet=sheet, workers=2)
    sheets.append(sheet.read_bytes())
  assert sheets[0] == sheets[1]
  ids = samples.chosen(result.pictures)
  assert len(ids) == len(set(ids)) == 16
  assert ids[:3] == ["set/17", "set/0", "set/3"]
  assert ids[-1] == "set/39"
  sheet = cv2.imread(str(tmp_path / "a.png"))
  assert sheet.shape[0] == 4 * (HEIGHT + samples._CAPTION)
  assert sheet.shape[1] <= 4 * SHEET_WIDTH


def test_heads_are_drawn_where_they_are(tmp_path: Path):
  blank = png(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
  folder = write_records(
    tmp_path / "records",
    {"train": [record(0, image=blank, points=np.float32([(120.5, 20.5)]))]},
  )
  (drawn,) = samples.thumbnails(folder, load_manifest(folder), ["set/0"])
  rows, columns = np.nonzero(drawn[:HEIGHT, :WIDTH, 1])
  assert (columns.mean(), rows.mean()) == pytest.approx((120, 20), abs=0.2)
  assert np.ptp(columns) <= 10
  caption = drawn[HEIGHT:]
  assert (caption == 255).mean() > 0.7
  assert (caption < 100).any()


def test_regions_of_interest_show(tmp_path: Path):
  region = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
  region[:, :80] = 255
  points = np.float32([(20.5, 20.5), (30, 50), (120.5, 20.5)])
  grey = png(np.full((HEIGHT, WIDTH, 3), 150, np.uint8))
  members = [record(n) for n in range(3)]
  members[1] = record(1, image=grey, points=points, roi=png(region))
  result = found(tmp_path, {"train": members})
  assert "1 pictures have one. Of their 3 heads 2 lie in it" in "".join(
    result.lines()
  )
  folder = tmp_path / "records"
  (drawn,) = samples.thumbnails(folder, load_manifest(folder), ["set/1"])
  assert drawn[5, 5].tolist() == [150] * 3
  assert drawn[5, 155].tolist() == [50] * 3
  head, beyond = drawn[10:30, 10:30], drawn[10:30, 110:130]
  assert (head[..., 1] > 200).any()
  assert not (beyond[..., 1] > 200).any()
  assert (beyond[..., 0] > 200).any()


def test_missing_records_and_wrong_names_are_told(tmp_path: Path):
  with pytest.raises(InputError, match=r"manifest\.json: not found"):
    survey(tmp_path)
  with pytest.raises(InputError, match=r"--contact_sheet=a\.jpg"):
    survey(tmp_path, sheet=Path("a.jpg"))


def status(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
  """Runs the command's body; returns what it would exit with."""
  values = flags.FlagValues()
  check.define_flags(values)
  values(["check", *arguments])
  monkeypatch.setattr(check, "FLAGS", values)
  try:
    check.main()
  except SystemExit as exit:
    return exit.code
  return 0


def test_status_tells_whether_something_is_wrong(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
):
  sound = write_records(tmp_path / "sound", {"train": [record(0)]})
  twins = np.repeat(POINTS, 2, axis=0)
  odd = write_records(tmp_path / "odd", {"train": [record(0, points=twins)]})
  wrong = write_records(
    tmp_path / "wrong", {"train": [record(0, points=POINTS + 500)]}
  )
  assert status(monkeypatch, f"--records={sound}", "--strict") == 0
  assert status(monkeypatch, f"--records={odd}") == 0
  assert "WARNING  heads exactly on another (1)" in capsys.readouterr().out
  assert status(monkeypatch, f"--records={odd}", "--strict") == 1
  assert status(monkeypatch, f"--records={wrong}") == 1
  assert "ERROR  heads outside" in capsys.readouterr().out


def test_command(tmp_path: Path):
  """As a user types it: a table on stdout, no bar in a file, a status."""
  folder = write_records(
    tmp_path / "records", {"train": [tiny_record(1), tiny_record(1)]}
  )
  command = [sys.executable, "-m", "data_tools.check", f"--records={folder}"]
  done = subprocess.run(command, capture_output=True, text=True)
  assert done.returncode == 1
  assert "ERROR  ids given to several pictures (1)" in done.stdout
  assert "Traceback" not in done.stderr
  assert "2/2" not in done.stderr


def test_help_and_missing_flag():
  values = flags.FlagValues()
  check.define_flags(values)
  assert all(values[name].help for name in values)
  command = [sys.executable, "-m", "data_tools.check"]
  done = subprocess.run(command, capture_output=True, text=True)
  assert done.returncode == 2
  assert "--records is required (see --help)" in done.stderr
