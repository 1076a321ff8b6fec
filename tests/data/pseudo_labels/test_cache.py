"""The cache between two rounds: exact, whole, and never another's."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.data.pseudo_labels.cache import PseudoLabelWriter, finished_shards
from cdcc_tf.data.pseudo_labels.record import PseudoLabel, parse
from cdcc_tf.errors import InputError
from tests.helpers import noise_picture, png

KEY = {"counter": "abc", "keep": 0.5, "records": ["1", "2"]}


def record(
  index: int, height: int = 21, width: int = 43, **statistics: int
) -> PseudoLabel:
  random = np.random.default_rng(index)
  shape = (-(-height // 8), -(-width // 8))
  return PseudoLabel(
    id=f"tiny/{index}",
    image=png(noise_picture(height, width, index)),
    height=height,
    width=width,
    density=np.float32(random.random(shape) * 1e-3),
    confident=random.random(shape) < 0.5,
    uncertainty=0.1 * index,
    statistics=statistics,
  )


def read(files: list[Path]) -> list[dict]:
  dataset = tf.data.TFRecordDataset([str(file) for file in files])
  return list(dataset.map(parse).as_numpy_iterator())


@pytest.mark.parametrize("size", [(21, 43), (8, 8), (64, 72), (1, 1)])
def test_round_trip(size: tuple[int, int]) -> None:
  made = record(3, *size)
  fields = parse(made.serialize())
  assert fields["id"].numpy() == b"tiny/3"
  assert fields["image"].numpy() == made.image
  assert fields["size"].numpy().tolist() == list(size)
  np.testing.assert_array_equal(fields["density"][..., 0], made.density)
  np.testing.assert_array_equal(fields["confidence"][..., 0], made.confident)
  assert float(fields["uncertainty"]) == pytest.approx(0.3)
  assert fields["variance"].shape == (0, 0, 1)


def test_variances_travel_where_somebody_asked_for_them() -> None:
  made = record(3)
  made = dataclasses.replace(made, variance=2 * made.density)
  fields = parse(made.serialize())
  np.testing.assert_array_equal(fields["variance"][..., 0], made.variance)


def test_written_shard_by_shard_and_the_manifest_last(tmp_path: Path) -> None:
  cache = PseudoLabelWriter(tmp_path / "cache", KEY)
  cache.write(0, [record(0, people=1), record(1, people=2)])
  assert cache.has(0)
  assert not cache.has(1)
  with pytest.raises(InputError, match="unfinished"):
    finished_shards(tmp_path / "cache")
  again = PseudoLabelWriter(tmp_path / "cache", KEY)
  assert again.has(0)
  again.write(1, [record(2, people=4)])
  assert again.statistics(2) == [{"people": n} for n in (1, 2, 4)]
  again.finish(2, {"people": 7})
  files = finished_shards(tmp_path / "cache")
  assert files == again.shards(2)
  manifest = json.loads((tmp_path / "cache" / "manifest.json").read_text())
  assert manifest["made_by"] == KEY
  assert manifest["totals"] == {"people": 7}
  assert [shard["pictures"] for shard in manifest["shards"]] == [2, 1]
  assert [fields["id"] for fields in read(files)] == [
    *(b"tiny/0", b"tiny/1", b"tiny/2")
  ]


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
  contents = []
  for name in ("one", "other"):
    cache = PseudoLabelWriter(tmp_path / name, KEY)
    cache.write(0, [record(0), record(1)])
    cache.finish(1, {})
    contents.append(
      {file.name: file.read_bytes() for file in (tmp_path / name).iterdir()}
    )
  assert contents[0] == contents[1]


@pytest.mark.parametrize("key", [{"keep": 0.4}, {"counter": "x"}, {"new": 1}])
def test_another_counters_cache_is_refused(tmp_path: Path, key: dict) -> None:
  PseudoLabelWriter(tmp_path / "cache", KEY)
  (name,) = key
  with pytest.raises(
    InputError, match=f"made from other data or options.*{name}"
  ):
    PseudoLabelWriter(tmp_path / "cache", KEY | key)


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
  (tmp_path / "notes.txt").write_text("mine")
  with pytest.raises(InputError, match="not a folder of pseudo"):
    PseudoLabelWriter(tmp_path, KEY)
  assert (tmp_path / "notes.txt").read_text() == "mine"


def test_what_a_kill_left_half_written_is_removed(tmp_path: Path) -> None:
  """Even from before the key: nothing else is there to know the folder by."""
  folder = tmp_path / "cache"
  folder.mkdir()
  for name in ("key.json.12", "shard-00003.json.9", "shard-00003.tfrecord"):
    (folder / f".{name}.tmp").write_text("half")
  PseudoLabelWriter(folder, KEY)
  assert [file.name for file in folder.iterdir()] == ["key.json"]


def test_a_torn_shard_is_made_again_or_named(tmp_path: Path) -> None:
  cache = PseudoLabelWriter(tmp_path / "cache", KEY)
  cache.write(0, [record(0)])
  cache.finish(1, {})
  (shard,) = finished_shards(tmp_path / "cache")
  whole = shard.read_bytes()
  shard.write_bytes(whole[:-7])
  assert not cache.has(0)
  with pytest.raises(InputError, match=r"shard-00000.*run the same command"):
    finished_shards(tmp_path / "cache")
  cache.write(0, [record(0)])
  assert shard.read_bytes() == whole
  assert cache.has(0)


def test_a_failure_while_writing_leaves_no_shard(tmp_path: Path) -> None:
  cache = PseudoLabelWriter(tmp_path / "cache", KEY)

  def failing():
    yield record(0)
    raise RuntimeError("the power went out")

  with pytest.raises(RuntimeError):
    cache.write(0, failing())
  assert not cache.has(0)
  assert json.loads((tmp_path / "cache" / "key.json").read_text()) == KEY


@pytest.mark.parametrize("name", ["key.json", "manifest.json"])
@pytest.mark.parametrize("text", ["", "{", "[1]"])
def test_damaged_notes_are_named(tmp_path: Path, name: str, text: str) -> None:
  folder = tmp_path / "cache"
  cache = PseudoLabelWriter(folder, KEY)
  cache.write(0, [record(0)])
  cache.finish(1, {})
  (folder / name).write_text(text)

  def reopen() -> None:
    PseudoLabelWriter(folder, KEY)
    finished_shards(folder)

  with pytest.raises(InputError, match=rf"{name}: damaged.*Delete"):
    reopen()
