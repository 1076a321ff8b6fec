"""The manifest: written last, whole or not at all, and strict when read."""

import hashlib
import json
from pathlib import Path

import pytest

from cdcc_tf.data.records.manifest import (
  FILE_NAME,
  Manifest,
  Shard,
  file_sha256,
  load_manifest,
)
from cdcc_tf.errors import InputError
from tests.helpers import RecordsFactory


def example_manifest() -> Manifest:
  """Returns a manifest that uses every field."""
  return Manifest(
    dataset="tiny",
    pictures={"train": 2, "val": 1},
    heads={"train": 5, "val": 0},
    unlabelled={"train": 1},
    shards=(
      Shard("train-00000.tfrecord", "train", 2, "ab" * 32),
      Shard("val-00000.tfrecord", "val", 1, "cd" * 32),
    ),
    dropped_points={"tiny/1": 3},
    skipped_files=({"file": "b.jpg", "reason": "torn"},),
    options={"seed": 1, "format": "csv"},
    notes=("train: 3 pictures expected, 2 found.",),
  )


def save_with_shards(folder: Path) -> Path:
  """Saves the example beside files of its shards' names."""
  example_manifest().save(folder)
  for shard in example_manifest().shards:
    (folder / shard.file).write_bytes(b"")
  return folder


def edit(folder: Path, **changes: object) -> None:
  """Changes fields of a saved manifest; None takes a field away."""
  path = folder / FILE_NAME
  fields = json.loads(path.read_text()) | changes
  fields = {name: value for name, value in fields.items() if value is not None}
  path.write_text(json.dumps(fields))


def test_round_trip(tmp_path: Path):
  assert load_manifest(save_with_shards(tmp_path)) == example_manifest()
  assert load_manifest(str(tmp_path)) == example_manifest()


def test_manifest_from_before_there_were_notes(tmp_path: Path):
  edit(save_with_shards(tmp_path), notes=None)
  assert load_manifest(tmp_path).notes == ()


def test_shards_of_a_split(tmp_path: Path):
  assert example_manifest().shards_of("val", tmp_path) == [
    tmp_path / "val-00000.tfrecord"
  ]


def test_unknown_split_names_the_known_ones(tmp_path: Path):
  with pytest.raises(InputError, match=r"'dev'.*train, val") as raised:
    example_manifest().shards_of("dev", tmp_path)
  assert str(tmp_path) in str(raised.value)


@pytest.mark.parametrize("exists", [True, False])
def test_folder_without_manifest_is_refused(tmp_path: Path, exists: bool):
  folder = tmp_path / "half"
  if exists:
    folder.mkdir()
  with pytest.raises(InputError, match=r"data_tools\.convert") as raised:
    load_manifest(folder)
  assert str(folder) in str(raised.value)


@pytest.mark.parametrize("version", [0, 2, "1"])
def test_other_format_version_is_refused(tmp_path: Path, version: object):
  edit(save_with_shards(tmp_path), format_version=version)
  with pytest.raises(
    InputError, match=rf"format_version is {version}.*reads 1.*[Cc]onvert"
  ):
    load_manifest(tmp_path)


def test_missing_shard_is_named(tmp_path: Path):
  (save_with_shards(tmp_path) / "val-00000.tfrecord").unlink()
  with pytest.raises(InputError, match=r"val-00000\.tfrecord.*missing"):
    load_manifest(tmp_path)


@pytest.mark.parametrize(
  "changes",
  [
    {"shards": None},
    {"heads": None},
    {"format_version": None},
    {"shards": [{"file": "a"}]},
    {"shards": 3},
    {"unheard_of": 1},
  ],
  ids=str,
)
def test_fields_that_do_not_fit_are_refused(
  tmp_path: Path, changes: dict[str, object]
):
  edit(save_with_shards(tmp_path), **changes)
  with pytest.raises(InputError, match=r"manifest\.json.*[Cc]onvert"):
    load_manifest(tmp_path)


@pytest.mark.parametrize(
  "content", [b"", b'{"dataset": "ti', b"[]", b"3", b"\xff\xfe\x00"], ids=str
)
def test_torn_manifest_is_refused(tmp_path: Path, content: bytes):
  (save_with_shards(tmp_path) / FILE_NAME).write_bytes(content)
  with pytest.raises(InputError, match=r"manifest\.json"):
    load_manifest(tmp_path)


def test_checksum_is_sha256(tmp_path: Path):
  (tmp_path / "file").write_bytes(b"heads")
  expected = hashlib.sha256(b"heads").hexdigest()
  assert file_sha256(tmp_path / "file") == expected


def test_written_records_have_true_checksums(tiny_records: RecordsFactory):
  folder = tiny_records(pictures={"train": 5, "val": 1}, per_shard=2)
  manifest = load_manifest(folder)
  for shard in manifest.shards:
    content = (folder / shard.file).read_bytes()
    assert hashlib.sha256(content).hexdigest() == shard.sha256
