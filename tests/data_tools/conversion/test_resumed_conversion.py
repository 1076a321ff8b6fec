"""Conversions by several threads, cut off, and gone on with."""

import logging
import os
import threading
import time
from pathlib import Path

import pytest

from cdcc_tf.data.records import shards
from data_tools.conversion import to_record as to_record_module
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.conversion.to_record import to_record
from tests.commands import command, killed_when, run_module
from tests.data.records.test_staged_folder import contents
from tests.data_tools.formats.test_video import write_video
from tests.data_tools.helpers import (
  WIDTH,
  write_picture,
  write_shanghaitech,
  write_unity,
)

PICTURES = 23
OPTIONS = {"val_fraction": 0.2, "dev_every": 4}


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
  monkeypatch.setattr(shards, "IMAGES_PER_SHARD", 4)


@pytest.fixture
def part(tmp_path: Path) -> Path:
  """Writes a data set with everything in it that is not as it should be."""
  points = {
    f"IMG_{n}": [(n + 0.5, 3.0), (n + 0.5, 3.0), (WIDTH + 9.0, 1.0)][: n % 4]
    for n in range(1, PICTURES)
  }
  root = write_shanghaitech(tmp_path / "part", points)
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


@pytest.fixture
def stop_at(monkeypatch: pytest.MonkeyPatch):
  """Returns a function that has the n-th picture's conversion interrupted.

  It returns the list of pictures that are worked on.
  """

  def stop(count: int | None) -> list[str]:
    worked: list[str] = []
    lock = threading.Lock()

    def counted(picture, *arguments):
      with lock:
        worked.append(picture.id)
        if len(worked) == count:
          raise KeyboardInterrupt
      return to_record(picture, *arguments)

    monkeypatch.setattr(to_record_module, "to_record", counted)
    return worked

  return stop


def test_same_bytes_with_any_number_of_workers(tmp_path: Path, part: Path):
  options = {"sigma": "adaptive", "max_side": 60}
  first = run(part, tmp_path / "1", workers=1, **options)
  assert len(first) > 7  # shards, the table and the manifest
  for workers in (2, 5, None):
    again = run(part, tmp_path / f"{workers}", workers=workers, **options)
    assert again == first


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [1, 6, 15, 21])
def test_interrupted_conversion_goes_on(
  tmp_path: Path, part: Path, stop_at, count: int, workers: int
):
  whole = run(part, tmp_path / "whole")
  stop_at(count)
  with pytest.raises(KeyboardInterrupt):
    run(part, tmp_path / "cut", workers=workers)
  assert not (tmp_path / "cut").exists()
  worked = stop_at(None)
  assert run(part, tmp_path / "cut") == whole
  assert len(worked) <= 22 - 4 * (count > 20)  # at least a shard of four
  assert not list(tmp_path.glob(".cut*"))


def test_user_is_told_from_where(
  tmp_path: Path, part: Path, stop_at, caplog: pytest.LogCaptureFixture
):
  stop_at(21)
  with pytest.raises(KeyboardInterrupt):
    run(part, tmp_path / "cut", workers=1)
  stop_at(None)
  caplog.set_level(logging.INFO)
  run(part, tmp_path / "cut")
  (line,) = [text for text in caplog.messages if "resuming" in text]
  assert "wrote 16 of 22 images" in line


def change_points(root: Path) -> dict[str, object]:
  path = root / "train_data" / "ground_truth" / "GT_IMG_1.mat"
  write_shanghaitech(root.parent / "other", {"IMG_1": [(1, 1)]})
  path.write_bytes(
    (root.parent / "other/train_data/ground_truth/GT_IMG_1.mat").read_bytes()
  )
  return {}


def change_picture(root: Path) -> dict[str, object]:
  write_picture(root / "train_data" / "images" / "IMG_1.jpg", seed=99)
  return {}


def touch_picture(root: Path) -> dict[str, object]:
  os.utime(root / "train_data" / "images" / "IMG_1.jpg", (1, 1))
  return {}


def add_picture(root: Path) -> dict[str, object]:
  write_shanghaitech(root, {"IMG_99": [(1, 1)]})
  return {}


@pytest.mark.parametrize(
  "change",
  [
    *(change_points, change_picture, touch_picture, add_picture),
    lambda root: {"sigma": "adaptive"},
    lambda root: {"max_side": 40},
    lambda root: {"dev_every": 5},
    lambda root: {"on_bad": "skip", "seed": 1},
  ],
)
def test_changed_data_or_options_begin_afresh(
  tmp_path: Path, part: Path, stop_at, change, caplog: pytest.LogCaptureFixture
):
  stop_at(21)
  with pytest.raises(KeyboardInterrupt):
    run(part, tmp_path / "cut")
  options = change(part)
  worked = stop_at(None)
  caplog.set_level(logging.INFO)
  found = run(part, tmp_path / "cut", **options)
  assert len(worked) >= 22  # all of them
  assert found == run(part, tmp_path / "whole", **options)
  assert any("starting over" in text for text in caplog.messages)


def test_frames_of_a_video_go_on(tmp_path: Path, stop_at):
  path = write_video(tmp_path / "cam.avi")
  options = Options(reader={"fps": 10.0}, workers=3)
  convert("video", path, tmp_path / "whole", options)
  stop_at(18)
  with pytest.raises(KeyboardInterrupt):
    convert("video", path, tmp_path / "cut", options)
  worked = stop_at(None)
  convert("video", path, tmp_path / "cut", options)
  assert len(worked) <= 17
  assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def _convert_slowly(arguments: list[str]) -> None:
  def slow(*given: object) -> object:
    time.sleep(0.02)
    return to_record(*given)

  to_record_module.to_record = slow
  run_module("data_tools.convert", arguments)


def test_killed_command_goes_on(tmp_path: Path):
  """By a signal that nobody can catch, in the middle of a shard."""
  root = write_unity(
    tmp_path / "unity", {f"IMG_{n}": "1 2\n" * n for n in range(300)}
  )
  arguments = ["--format=unity", f"--input={root}", "--workers=2"]
  arguments += ["--val_fraction=0.1", f"--output={tmp_path}/cut"]
  killed_when(
    lambda: any(tmp_path.glob(".cut.tmp/train-00000.tfrecord.json")),
    *(_convert_slowly, arguments),
  )
  done = command("data_tools.convert", *arguments)
  assert done.returncode == 0, done.stderr
  assert "resuming" in done.stderr
  assert not list(tmp_path.glob(".cut*"))
  arguments[-1] = f"--output={tmp_path}/whole"
  again = command("data_tools.convert", *arguments)
  assert again.returncode == 0, again.stderr
  assert "resuming" not in again.stderr
  assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
