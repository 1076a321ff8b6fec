"""Conversion as a Beam pipeline writes the same records as without."""

import builtins
from pathlib import Path

import pytest

from cdcc_tf.data.records import shards
from cdcc_tf.data.records.image_table import Row
from cdcc_tf.data.records.shards import Shards, planned_shards
from cdcc_tf.errors import InputError
from data_tools.conversion.beam.runner import loaded
from data_tools.conversion.convert_dataset import Options, convert
from tests.data.records.test_staged_folder import contents
from tests.data_tools.formats.test_video import write_video
from tests.data_tools.helpers import (
  WIDTH,
  write_picture,
  write_shanghaitech,
)

OPTIONS = {"val_fraction": 0.2, "dev_every": 4, "sigma": "adaptive"}
DIRECT = {"runner": "DirectRunner", "workers": 3}


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
  monkeypatch.setattr(shards, "IMAGES_PER_SHARD", 4)


@pytest.fixture
def _beam() -> None:
  pytest.importorskip("apache_beam")


def write_part(root: Path) -> Path:
  """Writes a data set with pictures of all splits, and unusable ones."""
  points = {
    f"IMG_{n}": [(n + 0.5, 3.0), (n + 0.5, 3.0), (WIDTH + 9.0, 1.0)][: n % 4]
    for n in range(1, 40)
  }
  write_shanghaitech(root, points)
  write_shanghaitech(root, {"IMG_1": [(5, 5)]}, "test")
  images = root / "train_data" / "images"
  (images / "IMG_7.jpg").write_bytes(b"torn")
  (images / "IMG_9.jpg").unlink()
  write_picture(images / "IMG_50.png")
  return root


def run(root: Path, output: Path, **options: object) -> dict[str, bytes]:
  """Converts; returns every file of the records."""
  convert("shanghaitech", root, output, Options(**OPTIONS | options))
  return contents(output)


@pytest.mark.usefixtures("_beam")
@pytest.mark.filterwarnings("ignore")  # Beam's own
def test_same_bytes_as_without_beam(tmp_path: Path, caplog) -> None:
  root = write_part(tmp_path / "part")
  plain = run(root, tmp_path / "plain")
  assert sum(name.endswith(".tfrecord") for name in plain) > 9
  caplog.set_level("INFO")
  assert run(root, tmp_path / "beam", **DIRECT) == plain
  # Not because the pipeline left all to the usual way of converting.
  assert "DirectRunner prepares 39 pictures" in caplog.text
  assert sorted(path.name for path in tmp_path.iterdir()) == [
    *("beam", "part", "plain")
  ]


@pytest.mark.usefixtures("_beam")
@pytest.mark.filterwarnings("ignore")
def test_all_shards_are_written_by_the_pipeline(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
  """The usual way, which goes on from there, adds none."""
  added = []
  monkeypatch.setattr(Shards, "add", lambda *given: added.append(given))
  run(write_part(tmp_path / "part"), tmp_path / "beam", **DIRECT)
  assert not added


@pytest.mark.usefixtures("_beam")
@pytest.mark.filterwarnings("ignore")
def test_frames_of_videos_go_to_the_workers(tmp_path: Path) -> None:
  write_video(tmp_path / "videos" / "a.avi")
  found = []
  for name, options in (("plain", {}), ("beam", DIRECT)):
    output = tmp_path / name
    convert("video", tmp_path / "videos", output, Options(**options))
    found.append(contents(output))
  assert found[0] == found[1]


@pytest.mark.usefixtures("_beam")
@pytest.mark.filterwarnings("ignore")
def test_bad_pictures_end_it_if_asked(tmp_path: Path) -> None:
  root = write_part(tmp_path / "part")
  with pytest.raises(InputError, match=r"IMG_7\.jpg: .*--on_bad=skip"):
    run(root, tmp_path / "beam", on_bad="fail", **DIRECT)
  assert [path.name for path in tmp_path.iterdir()] == ["part"]


@pytest.mark.usefixtures("_beam")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
  ("runner", "options", "folder", "expected"),
  [
    (
      "NoSuchRunner",
      (),
      "/data",
      "--runner=NoSuchRunner: .* none of that name",
    ),
    ("FlinkRunner", (), "data", "--input=data: give the whole path"),
    ("DirectRunner", ("--a=b",), "/data", "without hyphens"),
  ],
)
def test_wrong_flags_are_told(
  runner: str, options: tuple[str, ...], folder: str, expected: str
) -> None:
  with pytest.raises(InputError, match=expected):
    loaded(runner, options, Path(folder), None)


def test_missing_beam_is_told(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
  real = builtins.__import__

  def without_beam(name: str, *rest: object) -> object:
    if name.partition(".")[0] == "apache_beam":
      raise ModuleNotFoundError(name, name=name)
    return real(name, *rest)

  monkeypatch.setattr(builtins, "__import__", without_beam)
  with pytest.raises(InputError, match=r'pip install -e "\.\[beam\]"'):
    run(write_part(tmp_path / "part"), tmp_path / "beam", **DIRECT)


@pytest.mark.parametrize("count", [0, 3, 4, 23])
def test_plan_is_what_shards_become(tmp_path: Path, count: int) -> None:
  """Their order too, which the manifest keeps."""
  splits = ["train", "val", "train", "test", "train"] * 5
  splits = splits[:count]
  written = Shards(tmp_path, with_notes=False)
  for place, split in enumerate(splits):
    row = Row(split, str(place), "", 1, 1, True, 0, origin=None)
    written.add(str(place).encode(), row)
  written.close()
  plan = planned_shards(splits)
  assert [shard.file for shard in plan] == [s.file for s in written.finished]
  assert [shard.order for shard in plan] == list(range(len(plan)))
  for shard in plan:
    examples = [str(place).encode() for place in shard.members]
    content = (tmp_path / shard.file).read_bytes()
    assert all(example in content for example in examples)
    assert len(content) == sum(16 + len(example) for example in examples)
