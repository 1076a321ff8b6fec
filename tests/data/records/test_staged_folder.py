"""Records are replaced whole or not at all, and nobody else's files ever."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cdcc_tf.data.records import staged_folder
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.writer import RecordWriter
from cdcc_tf.errors import InputError
from tests.helpers import RecordsFactory, tiny_record, write_records


def contents(folder: Path) -> dict[str, bytes]:
  """Returns every file below a folder, hidden ones too."""
  return {
    str(path.relative_to(folder)): path.read_bytes()
    for path in sorted(folder.rglob("*"))
    if path.is_file()
  }


def overwrite(folder: Path, error: BaseException | None = None) -> None:
  """Replaces a folder's records by one picture, or fails on the way."""
  with RecordWriter(folder, "tiny", {}, overwrite=True) as writer:
    writer.write(tiny_record(9), "train")
    if error is not None:
      raise error


def test_old_records_stay_readable_until_the_new_ones_are_whole(
  tiny_records: RecordsFactory,
):
  folder = tiny_records(pictures={"train": 3, "val": 2}, per_shard=1)
  with RecordWriter(folder, "tiny", {}, overwrite=True) as writer:
    writer.write(tiny_record(9), "train")
    assert len(list(RecordDataset.open(folder).records("train"))) == 3
  assert set(contents(folder.parent)) == {
    "records/manifest.json",
    "records/train-00000.tfrecord",
  }
  (record,) = RecordDataset.open(folder).records("train")
  assert record.id == "tiny/9"


@pytest.mark.parametrize(
  "error", [RuntimeError("torn"), KeyboardInterrupt(), SystemExit(1)], ids=repr
)
def test_failure_while_overwriting_loses_nothing(
  tiny_records: RecordsFactory, error: BaseException
):
  folder = tiny_records(per_shard=2)
  before = contents(folder.parent)
  with pytest.raises(type(error)):
    overwrite(folder, error)
  assert contents(folder.parent) == before


def test_overwriting_with_nothing_loses_nothing(tiny_records: RecordsFactory):
  folder = tiny_records()
  before = contents(folder.parent)
  with (
    pytest.raises(InputError, match="no picture was written"),
    RecordWriter(folder, "tiny", {}, overwrite=True),
  ):
    pass
  assert contents(folder.parent) == before


def test_failed_move_puts_the_old_records_back(
  tiny_records: RecordsFactory, monkeypatch: pytest.MonkeyPatch
):
  folder = tiny_records()
  before = contents(folder.parent)
  rename = Path.rename

  def fails(path: Path, target: Path) -> Path:
    if path.suffix == ".tmp" and Path(target) == folder:
      raise OSError("no more")
    return rename(path, target)

  monkeypatch.setattr(Path, "rename", fails)
  with pytest.raises(OSError, match="no more"):
    overwrite(folder)
  assert contents(folder.parent) == before


KILLED = """
import sys, time
from cdcc_tf.data.records.writer import RecordWriter
from tests.helpers import tiny_record
with RecordWriter(sys.argv[1], "tiny", {}, overwrite=True) as writer:
  writer.write(tiny_record(8), "train")
  print("writing", flush=True)
  time.sleep(60)
"""


def test_killed_conversion_loses_nothing_and_is_cleared_up(
  tiny_records: RecordsFactory,
):
  folder = tiny_records()
  before = contents(folder)
  process = subprocess.Popen(
    [sys.executable, "-c", KILLED, str(folder)],
    stdout=subprocess.PIPE,
    stderr=subprocess.DEVNULL,
    text=True,
  )
  assert process.stdout.readline() == "writing\n"
  with pytest.raises(InputError, match="another process is writing records"):
    staged_folder.StagedFolder(folder, overwrite=True).create()
  assert len(list((folder.parent / ".records.tmp").iterdir())) == 2
  process.send_signal(signal.SIGKILL)
  process.communicate()
  assert contents(folder) == before
  overwrite(folder)
  assert [path.name for path in folder.parent.iterdir()] == ["records"]


@pytest.mark.parametrize("emptied", [True, False])
def test_killed_between_the_two_moves(
  tiny_records: RecordsFactory, emptied: bool
):
  folder = tiny_records()
  before = contents(folder)
  folder.rename(folder.with_name(".records.old"))
  if emptied:
    folder.mkdir()
  with pytest.raises(InputError, match="--overwrite"):
    write_records(folder, {"train": [tiny_record(9)]})
  assert contents(folder) == before
  assert [path.name for path in folder.parent.iterdir()] == ["records"]


def test_killed_while_deleting_the_old_records(tiny_records: RecordsFactory):
  folder = tiny_records(pictures={"train": 4}, per_shard=1)
  old = folder.with_name(".records.old")
  folder.rename(old)
  (old / "train-00002.tfrecord").unlink()
  write_records(folder.with_name("new"), {"train": [tiny_record(9)]})
  folder.with_name("new").rename(folder)
  overwrite(folder)
  assert [path.name for path in folder.parent.iterdir()] == ["records"]


def test_hidden_folders_of_something_else_are_left_alone(tmp_path: Path):
  others = [".older.tmp", ".new.er.tmp", ".new.tmp.bak", "new.tmp", "..tmp"]
  for name in others:
    (tmp_path / name).mkdir()
  write_records(tmp_path / "new", {"train": [tiny_record(1)]})
  assert {p.name for p in tmp_path.iterdir()} == {"new", *others}
  for kind in ("tmp", "old"):
    (tmp_path / f".new.{kind}").mkdir()
    (tmp_path / f".new.{kind}" / "mine.txt").write_text("mine")
    with pytest.raises((InputError, OSError)):
      overwrite(tmp_path / "new")
    assert (tmp_path / f".new.{kind}" / "mine.txt").read_text() == "mine"
    assert len(list(RecordDataset.open(tmp_path / "new").records("train"))) == 1
    shutil.rmtree(tmp_path / f".new.{kind}")


@pytest.mark.parametrize("overwrite", [True, False])
@pytest.mark.parametrize(
  "names",
  [
    ["holiday.jpg"],
    ["train-00000.tfrecord"],
    ["a", "b", "c", "d", "e", "f"],
    ["manifest.json"],
  ],
  ids=str,
)
def test_folder_of_something_else_is_refused(
  tmp_path: Path, names: list[str], overwrite: bool
):
  for name in names:
    (tmp_path / name).write_text("{}")
  with pytest.raises(InputError) as raised:
    RecordWriter(tmp_path, "tiny", {}, overwrite)
  message = str(raised.value)
  assert str(tmp_path) in message
  if names != ["manifest.json"] or overwrite:
    assert "not records" in message
    assert names[0] in message
  assert ("…" in message) == (len(names) > 5)
  assert sorted(contents(tmp_path)) == names


def test_foreign_files_among_records_are_not_deleted(
  tiny_records: RecordsFactory,
):
  folder = tiny_records()
  (folder / "notes.txt").write_text("mine")
  before = contents(folder.parent)
  with pytest.raises(InputError, match=r"notes\.txt.*move them away"):
    overwrite(folder)
  assert contents(folder.parent) == before


def test_what_comes_in_meanwhile_is_not_deleted(tiny_records: RecordsFactory):
  folder = tiny_records()
  before = contents(folder)

  def with_a_visitor() -> None:
    with RecordWriter(folder, "tiny", {}, overwrite=True) as writer:
      writer.write(tiny_record(9), "train")
      (folder / "notes.txt").write_text("mine")

  with pytest.raises(InputError, match=r"notes\.txt"):
    with_a_visitor()
  assert contents(folder) == before | {"notes.txt": b"mine"}


def test_records_finished_meanwhile_are_not_replaced(tmp_path: Path):
  folder = tmp_path / "new"

  def slower() -> None:
    with RecordWriter(folder, "tiny", {}) as writer:
      writer.write(tiny_record(9), "train")
      write_records(tmp_path / "other", {"train": [tiny_record(1)]})
      (tmp_path / "other").rename(folder)

  with pytest.raises(InputError, match="finished records"):
    slower()
  (record,) = RecordDataset.open(folder).records("train")
  assert record.id == "tiny/1"
  assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_records_of_another_version_can_be_replaced(
  tiny_records: RecordsFactory,
):
  """That is what readers tell users to do."""
  folder = tiny_records()
  manifest = folder / "manifest.json"
  text = manifest.read_text()
  changed = text.replace('"format_version": 1', '"format_version": 0')
  assert changed != text
  manifest.write_text(changed)
  overwrite(folder)
  assert len(list(RecordDataset.open(folder).records("train"))) == 1


def test_empty_folder_is_free(tmp_path: Path):
  (tmp_path / "new").mkdir()
  folder = write_records(tmp_path / "new", {"train": [tiny_record(1)]})
  RecordDataset.open(folder).verify()


def test_link_stays_a_link(tmp_path: Path, tiny_records: RecordsFactory):
  folder = tiny_records()
  link = tmp_path / "elsewhere" / "link"
  link.parent.mkdir()
  link.symlink_to(folder, target_is_directory=True)
  overwrite(link)
  assert link.is_symlink()
  assert len(list(RecordDataset.open(folder).records("train"))) == 1
  assert [path.name for path in link.parent.iterdir()] == ["link"]


def test_folder_given_as_a_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
  (tmp_path / "new").mkdir()
  monkeypatch.chdir(tmp_path / "new")
  write_records(Path("."), {"train": [tiny_record(1)]})
  RecordDataset.open(tmp_path / "new").verify()


def test_places_where_no_folder_can_be(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  (tmp_path / "file").write_text("mine")
  for place in ("file", "file/below"):
    with pytest.raises(InputError, match=r"file,? is a file"):
      write_records(tmp_path / place, {})
  (tmp_path / "disk").mkdir()
  monkeypatch.setattr(os.path, "ismount", lambda path: path.name == "disk")
  with pytest.raises(InputError, match="mount point"):
    write_records(tmp_path / "disk", {})
  assert contents(tmp_path) == {"file": b"mine"}
