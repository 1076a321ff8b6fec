"""CrowdRecord: what is written is read, and nothing half-written is."""

import dataclasses
import os
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.image_table import Origin
from cdcc_tf.data.records.manifest import hashlib, load_manifest
from cdcc_tf.data.records.record import CrowdRecord, parse
from cdcc_tf.data.records.writer import RecordWriter
from cdcc_tf.errors import InputError
from tests.helpers import RecordsFactory, tiny_record, write_records


def assert_equal_records(first: CrowdRecord, second: CrowdRecord) -> None:
  """Asserts that all fields of two records agree."""
  for field in dataclasses.fields(CrowdRecord):
    one, other = (getattr(record, field.name) for record in (first, second))
    if isinstance(one, np.ndarray):
      assert other.dtype == np.float32
      assert other.shape == one.shape
      np.testing.assert_array_equal(one, other)
    else:
      assert one == other, field.name


SIGMAS = np.float32([1.5, 2.5, 30.0])


@pytest.mark.parametrize(
  "record",
  [
    tiny_record(3),
    tiny_record(0, heads=0),
    tiny_record(1, labelled=False),
    tiny_record(2, heads=2000),
    dataclasses.replace(tiny_record(4, heads=3), sigmas=SIGMAS),
    dataclasses.replace(tiny_record(5), id="Köln/bild 1, früh.jpg"),
  ],
  ids=["heads", "nobody", "unlabelled", "crowd", "sigmas", "name"],
)
def test_round_trip(tmp_path: Path, record: CrowdRecord):
  folder = write_records(tmp_path / "records", {"train": [record]})
  (restored,) = RecordDataset.open(folder).records("train")
  assert_equal_records(record, restored)


def test_several_shards_hold_every_picture_once(tiny_records: RecordsFactory):
  folder = tiny_records(pictures={"train": 7, "val": 3, "test": 4}, per_shard=2)
  manifest = load_manifest(folder)
  assert [(s.split, s.pictures) for s in manifest.shards] == [
    ("train", 2),
    ("train", 2),
    ("train", 2),
    ("val", 2),
    ("test", 2),
    ("test", 2),
    ("train", 1),
    ("val", 1),
  ]
  assert len({shard.file for shard in manifest.shards}) == 8
  for split, first, count in (("train", 0, 7), ("val", 7, 3), ("test", 10, 4)):
    found = {
      record.id: record for record in RecordDataset.open(folder).records(split)
    }
    assert sorted(found) == sorted(f"tiny/{first + i}" for i in range(count))
    for index in range(first, first + count):
      assert_equal_records(tiny_record(index), found[f"tiny/{index}"])
    dataset = RecordDataset.open(folder)
    assert dataset.splits[split] == count
    assert len(dataset.files(split)) == (count + 1) // 2


def test_order_of_reading_is_always_the_same(tiny_records: RecordsFactory):
  folder = tiny_records(pictures={"train": 9}, per_shard=2)
  orders = [
    [record.id for record in RecordDataset.open(folder).records("train")]
    for _ in range(3)
  ]
  assert orders[0] == orders[1] == orders[2]


def test_manifest_counts(tmp_path: Path):
  with RecordWriter(tmp_path, "tiny", {"seed": 3}) as writer:
    writer.write(tiny_record(1, heads=4), "train")
    writer.write(tiny_record(2, heads=0), "train", Origin(outside=2))
    writer.write(tiny_record(3, labelled=False), "val")
    writer.skip("b.jpg", "torn")
  manifest = load_manifest(tmp_path)
  assert manifest == writer.manifest
  assert manifest.dataset == "tiny"
  assert manifest.pictures == {"train": 2, "val": 1}
  assert manifest.heads == {"train": 4, "val": 0}
  assert manifest.dropped_points == {"tiny/2": 2}
  assert manifest.skipped_files == ({"file": "b.jpg", "reason": "torn"},)
  assert manifest.options == {"seed": 3}


@pytest.mark.parametrize("shape", [(0,), (2, 3), (4,)])
def test_points_of_another_shape_are_refused(shape: tuple[int, ...]):
  record = dataclasses.replace(tiny_record(0), points=np.zeros(shape))
  with pytest.raises(ValueError, match=r"tiny/0.*\[heads, 2\]"):
    record.serialize()


@pytest.mark.parametrize("shape", [(0,), (2,), (3, 1)])
def test_sigmas_of_another_number_are_refused(shape: tuple[int, ...]):
  record = dataclasses.replace(tiny_record(3), sigmas=np.ones(shape))
  with pytest.raises(ValueError, match=r"tiny/3.*sigmas"):
    record.serialize()


def test_exception_inside_leaves_no_records(tmp_path: Path):
  def half_a_conversion() -> None:
    with RecordWriter(tmp_path, "tiny", {}) as writer:
      writer.write(tiny_record(1), "train")
      raise RuntimeError("power cut")

  with pytest.raises(RuntimeError, match="power cut"):
    half_a_conversion()
  with pytest.raises(InputError, match=r"data_tools\.convert") as raised:
    RecordDataset.open(tmp_path)
  assert str(tmp_path) in str(raised.value)


def test_no_picture_at_all_is_refused_with_the_reasons(tmp_path: Path):
  def nothing_readable() -> None:
    with RecordWriter(tmp_path, "tiny", {}) as writer:
      writer.skip("a.jpg", "torn in two")

  with pytest.raises(InputError, match="torn in two"):
    nothing_readable()
  with pytest.raises(InputError):
    load_manifest(tmp_path)


def test_finished_records_are_not_overwritten(tiny_records: RecordsFactory):
  folder = tiny_records()
  before = {path: path.read_bytes() for path in folder.iterdir()}
  with pytest.raises(InputError, match="--overwrite") as raised:
    RecordWriter(folder, "tiny", {})
  assert str(folder) in str(raised.value)
  assert {path: path.read_bytes() for path in folder.iterdir()} == before


def damage(path: Path, how: str) -> None:
  """Truncates a file, empties it, or turns over one of its bytes."""
  content = bytearray(path.read_bytes())
  if how == "flipped":
    content[len(content) // 2] ^= 1
  path.write_bytes(
    content
    if how == "flipped"
    else content[: -5 if how == ("truncated") else 0]
  )


@pytest.mark.parametrize("how", ["truncated", "emptied", "flipped"])
def test_damaged_shard_is_named(tiny_records: RecordsFactory, how: str):
  folder = tiny_records(pictures={"train": 4, "val": 2}, per_shard=2)
  damage(folder / "train-00001.tfrecord", how)
  for read in (
    lambda: RecordDataset.open(folder).verify(),
    lambda: RecordDataset.open(folder).files("train"),
    lambda: list(RecordDataset.open(folder).records("train")),
  ):
    with pytest.raises(InputError, match=r"train-00001\.tfrecord.*checksum"):
      read()
  # Another split does not suffer.
  assert len(RecordDataset.open(folder).files("val")) == 1


def test_missing_shard_is_named(tiny_records: RecordsFactory):
  folder = tiny_records(pictures={"train": 4}, per_shard=2)
  (folder / "train-00000.tfrecord").unlink()
  with pytest.raises(InputError, match=r"train-00000\.tfrecord.*missing"):
    RecordDataset.open(folder).files("train")


def test_unknown_split_names_the_known_ones(tiny_records: RecordsFactory):
  folder = tiny_records(pictures={"train": 1, "val": 1})
  with pytest.raises(InputError, match=r"'test'.*train, val"):
    RecordDataset.open(folder).files("test")


def test_parse_without_points_has_no_labels():
  serialized = dataclasses.replace(
    tiny_record(3, heads=3), sigmas=SIGMAS
  ).serialize()
  assert set(parse(serialized, with_points=False)) == {
    "id",
    "image",
    "roi",
    "group",
    "size",
    "labelled",
  }
  fields = parse(serialized)
  assert fields["points"].shape == (3, 2)
  assert fields["sigmas"].shape == (3,)
  assert fields["size"].numpy().tolist() == [48, 64]
  assert bool(fields["labelled"])


def test_records_without_points_are_unlabelled(tiny_records: RecordsFactory):
  members = [tiny_record(1, heads=3), tiny_record(2, labelled=False)]
  dataset = RecordDataset.open(tiny_records(pictures={"train": members}))
  assert dataset.splits == {"train": 2}
  assert not dataset.is_labelled("train")
  assert [len(each.points) for each in dataset.records("train")] == [3, 0]
  for read in (dataset.records("train", False), dataset.held_out(2)):
    assert [(len(each.points), each.labelled) for each in read] == [
      (0, False)
    ] * 2


def test_a_shard_is_read_once_for_its_checksum(
  tiny_records: RecordsFactory, monkeypatch: pytest.MonkeyPatch
):
  folder = tiny_records(pictures={"train": 5, "val": 1}, per_shard=2)
  digest = hashlib.file_digest
  read = []

  def counted(file: BinaryIO, algorithm: str) -> object:
    read.append(Path(file.name).name)
    return digest(file, algorithm)

  monkeypatch.setattr(hashlib, "file_digest", counted)
  for _ in range(3):
    RecordDataset.open(folder).files("train")
  assert sorted(read) == [f"train-{index:05d}.tfrecord" for index in range(3)]
  RecordDataset.open(folder).verify()
  assert sorted(read)[3:] == ["val-00000.tfrecord"]


@pytest.mark.parametrize("how", ["truncated", "emptied", "flipped"])
def test_change_after_the_first_checksum_is_noticed(
  tiny_records: RecordsFactory, how: str
):
  folder = tiny_records()
  RecordDataset.open(folder).files("train")
  shard = folder / "train-00000.tfrecord"
  whole, status = shard.read_bytes(), shard.stat()
  damage(shard, how)
  # File systems may tell times no finer than a clock tick.
  os.utime(shard, ns=(status.st_atime_ns, status.st_mtime_ns + 10_000_000))
  with pytest.raises(InputError, match="checksum"):
    RecordDataset.open(folder).files("train")
  shard.write_bytes(whole)
  os.utime(shard, ns=(status.st_atime_ns, status.st_mtime_ns + 20_000_000))
  RecordDataset.open(folder).files("train")


def test_shard_replaced_by_one_of_the_same_size_and_time_is_noticed(
  tiny_records: RecordsFactory,
):
  folder = tiny_records()
  RecordDataset.open(folder).files("train")
  shard = folder / "train-00000.tfrecord"
  status, other = shard.stat(), folder / "other"
  other.write_bytes(shard.read_bytes())
  damage(other, "flipped")
  os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
  os.replace(other, shard)
  with pytest.raises(InputError, match="checksum"):
    RecordDataset.open(folder).files("train")
