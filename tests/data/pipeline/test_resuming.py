"""Writing that was interrupted goes on, and ends with the same bytes."""

import dataclasses
import logging
from pathlib import Path

import pytest

from cdcc_tf.data.records import shards
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.image_table import Origin
from cdcc_tf.data.records.manifest import load_manifest
from cdcc_tf.data.records.writer import RecordWriter
from cdcc_tf.errors import InputError
from tests.data.records.test_staged_folder import contents
from tests.helpers import tiny_record

SPLITS = [*("train", "train", "val", "train", "val", "train", "train"), "test"]


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
  monkeypatch.setattr(shards, "IMAGES_PER_SHARD", 2)


def write(
  folder: Path,
  key: str = "key",
  stop: int | None = None,
  error: BaseException | None = None,
) -> list[int]:
  """Writes a record for each of SPLITS; returns those that were made.

  Args:
    folder: for the records.
    key: under which to go on.
    stop: number of the record before which `error` is raised.
    error: what is raised.
  """
  made = []
  with RecordWriter(folder, "tiny", {}, resume_key=key) as writer:
    for index, split in enumerate(SPLITS):
      if index == stop:
        raise error or KeyboardInterrupt
      record = dataclasses.replace(tiny_record(index), id=f"tiny/{index}")
      if writer.has(record.id):
        writer.recall(record.id)
        continue
      made.append(index)
      writer.write(record, split, Origin(file=f"{index}.png", duplicates=index))
  return made


def interrupt(folder: Path, stop: int, **options: object) -> Path:
  """Interrupts writing; returns the hidden folder that is left."""
  with pytest.raises(KeyboardInterrupt):
    write(folder, stop=stop, **options)
  return folder.with_name(f".{folder.name}.tmp")


@pytest.mark.parametrize("stop", range(len(SPLITS)))
def test_bytes_are_those_of_an_uninterrupted_run(tmp_path: Path, stop: int):
  assert write(tmp_path / "whole") == list(range(len(SPLITS)))
  with pytest.raises(KeyboardInterrupt):
    write(tmp_path / "cut", stop=stop)
  made = write(tmp_path / "cut")
  # Of 0 1 3 5 6, 2 4 and 7: pairs that were full before.
  pairs = ((0, 1), (2, 4), (3, 5))
  kept = {index for pair in pairs if max(pair) < stop for index in pair}
  assert made == [index for index in range(len(SPLITS)) if index not in kept]
  assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
  assert load_manifest(tmp_path / "cut").pictures == {
    **{"train": 5, "val": 2, "test": 1}
  }
  assert not list(tmp_path.glob(".*"))


def test_interrupted_twice(tmp_path: Path):
  write(tmp_path / "whole")
  interrupt(tmp_path / "cut", 3)
  interrupt(tmp_path / "cut", 6)
  assert write(tmp_path / "cut") == [6, 7]
  assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


@pytest.mark.parametrize("key", ["other", ""])
def test_another_key_starts_afresh(tmp_path: Path, key: str):
  write(tmp_path / "whole")
  interrupt(tmp_path / "cut", 5)
  assert write(tmp_path / "cut", key) == list(range(len(SPLITS)))
  assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
  assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
  ("name", "made"),
  [
    ("train-00000.tfrecord", [0, 1, 2, 3, 4, 5, 6, 7]),
    ("val-00000.tfrecord", [2, 3, 4, 5, 6, 7]),
    ("train-00001.tfrecord", [3, 5, 6, 7]),
  ],
)
@pytest.mark.parametrize("how", ["gone", "torn", "note"])
def test_shard_that_is_not_whole(
  tmp_path: Path, name: str, made: list[int], how: str
):
  write(tmp_path / "whole")
  left = interrupt(tmp_path / "cut", 6)
  if how == "gone":
    (left / name).unlink()
  elif how == "torn":
    (left / name).write_bytes((left / name).read_bytes()[:-1])
  else:
    (left / f"{name}.json").write_text("{")
  assert write(tmp_path / "cut") == made
  assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_killed_while_putting_the_last_things_in_place(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  write(tmp_path / "whole")
  with monkeypatch.context() as patch:

    def killed(*arguments: object) -> None:
      raise KeyboardInterrupt

    patch.setattr("cdcc_tf.data.records.shards.Shards.tidy", killed)
    patch.setattr(
      "cdcc_tf.data.records.staged_folder.StagedFolder.discard", lambda _: None
    )
    with pytest.raises(KeyboardInterrupt):
      write(tmp_path / "cut")
  assert write(tmp_path / "cut") == []
  assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


def test_what_the_user_must_mend_leaves_nothing(tmp_path: Path):
  with pytest.raises(InputError, match="no such"):
    write(tmp_path / "cut", stop=6, error=InputError("no such"))
  assert not list(tmp_path.iterdir())


def test_nothing_is_kept_before_the_first_shard(tmp_path: Path):
  with pytest.raises(KeyboardInterrupt):
    write(tmp_path / "cut", stop=1)
  assert not list(tmp_path.iterdir())


def test_user_is_told_what_is_kept(
  tmp_path: Path, caplog: pytest.LogCaptureFixture
):
  caplog.set_level(logging.INFO, "cdcc_tf")
  interrupt(tmp_path / "cut", 6)
  (line,) = caplog.messages
  assert "cut: 3 finished shards are kept; the same command goes on" in line


def test_pictures_are_on_disk_and_not_in_memory(tmp_path: Path):
  with RecordWriter(tmp_path / "new", "tiny", {}) as writer:
    writer.write(tiny_record(1), "train")
    (hidden,) = tmp_path.glob(".new.tmp/.train-00000.tfrecord.part")
    assert not list(hidden.parent.glob("*.tfrecord"))
    writer.write(tiny_record(2), "train")
    names = [path.name for path in hidden.parent.glob("*train*")]
    assert names == ["train-00000.tfrecord"]
  assert len(list(RecordDataset.open(tmp_path / "new").records("train"))) == 2
