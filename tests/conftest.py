"""Fixtures and hooks of all tests."""

import os

# TensorFlow reads these when it is first imported.
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import keras
import pytest

from cdcc_tf.data.records import shards
from cdcc_tf.data.records.record import CrowdRecord
from tests.helpers import RecordsFactory, tiny_record, write_records


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
  """Begins with the longest, so that all of pytest's processes end together."""
  items.sort(
    key=lambda item: (
      item.get_closest_marker("slow") is None,
      "training" not in item.path.parts,
    )
  )


@pytest.fixture(autouse=True)
def _plain_keras_state() -> Iterator[None]:
  """Starts and leaves every test in float32, whatever it sets."""
  keras.config.set_dtype_policy("float32")
  yield
  keras.config.set_dtype_policy("float32")


@pytest.fixture
def tiny_records(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> RecordsFactory:
  """Returns a maker of record folders.

  `tiny_records(name, pictures={"train": 6}, per_shard=None, **of_each)`:
  `pictures` maps a split to a number of pictures or to records ready made;
  `per_shard` splits them over several shards for the rest of the test; what
  is left goes to `tiny_record`.
  """

  def make(
    name: str = "records",
    pictures: Mapping[str, int | Sequence[CrowdRecord]] | None = None,
    per_shard: int | None = None,
    **of_each: object,
  ) -> Path:
    if per_shard:
      monkeypatch.setattr(shards, "IMAGES_PER_SHARD", per_shard)
    contents: dict[str, Sequence[CrowdRecord]] = {}
    first = 0
    for split, members in (pictures or {"train": 6}).items():
      if isinstance(members, int):
        members = [tiny_record(first + i, **of_each) for i in range(members)]
      contents[split] = members
      first += len(members)
    return write_records(tmp_path / name, contents)

  return make
