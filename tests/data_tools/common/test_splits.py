"""Splits: the same every time, disjoint, and of the size asked for."""

import random
from collections import Counter

import pytest

from cdcc_tf.errors import InputError
from data_tools.common.splits import Splits, assign_splits

IDS = [f"train/IMG_{n}" for n in range(1, 41)]


def members(splits: dict[str, str], split: str) -> list[str]:
  """Returns a split's pictures."""
  return [id for id, name in splits.items() if name == split]


def test_without_options_all_is_training():
  assert assign_splits(IDS, 0.0, 0, 0) == dict.fromkeys(IDS, "train")


def test_every_fourth_goes_to_dev():
  splits = assign_splits(IDS, 0.0, 4, 0)
  assert members(splits, "dev") == [f"train/IMG_{n}" for n in range(4, 41, 4)]
  assert Counter(splits.values()) == {"train": 30, "dev": 10}


@pytest.mark.parametrize(
  ("fraction", "dev_every", "expected"),
  [
    (0.1, 0, {"train": 36, "val": 4}),
    (0.5, 4, {"train": 15, "val": 15, "dev": 10}),
    (0.1, 2, {"train": 18, "val": 2, "dev": 20}),
    (0.01, 0, {"train": 40}),
  ],
)
def test_sizes(fraction: float, dev_every: int, expected: dict[str, int]):
  splits = assign_splits(IDS, fraction, dev_every, 0)
  assert list(splits) == IDS  # each once, in order
  assert Counter(splits.values()) == expected


def test_dev_does_not_depend_on_val_or_seed():
  expected = members(assign_splits(IDS, 0.0, 4, 0), "dev")
  for seed in range(3):
    assert members(assign_splits(IDS, 0.5, 4, seed), "dev") == expected


def test_the_seed_decides_and_nothing_else():
  random.seed(1)
  first = assign_splits(IDS, 0.25, 4, 5)
  random.seed(2)
  assert assign_splits(IDS, 0.25, 4, 5) == first
  assert assign_splits(IDS, 0.25, 4, 6) != first


@pytest.mark.parametrize("fraction", [-0.1, 1.0, 2.0])
def test_bad_fraction(fraction: float):
  with pytest.raises(InputError, match="--val_fraction"):
    assign_splits(IDS, fraction, 0, 0)


@pytest.mark.parametrize("dev_every", [-1, 1])
def test_bad_dev_every(dev_every: int):
  with pytest.raises(InputError, match="--dev_every"):
    assign_splits(IDS, 0.0, dev_every, 0)


def test_no_pictures():
  assert assign_splits([], 0.5, 4, 0) == {}


@pytest.mark.parametrize(
  ("splits", "words"),
  [
    (Splits(), "train"),
    (Splits(val_fraction=0.1), "train, val (10% of train, drawn at random)"),
    (Splits(dev_every=4), "train, dev (1 in 4 of train, in order)"),
  ],
)
def test_splits_in_words(splits: Splits, words: str):
  assert str(splits) == words


def test_units_stay_together():
  ids = [f"video{n // 5}/{n}" for n in range(50)]
  units = {id: id.split("/")[0] for id in ids}
  splits = assign_splits(ids, 0.25, 5, seed=1, units=units)
  by_unit = {
    unit: {splits[id] for id in ids if units[id] == unit}
    for unit in units.values()
  }
  assert all(len(members) == 1 for members in by_unit.values())
  assert by_unit["video4"] == by_unit["video9"] == {"dev"}
  counts = [list(splits.values()).count(s) for s in ("train", "val", "dev")]
  assert counts == [30, 10, 10]


def test_pictures_without_a_unit_are_by_themselves():
  ids = ["a", "b", "c", "d"]
  splits = assign_splits(ids, 0, 2, seed=0, units={"a": "b", "c": "b"})
  # The unit b of a and c, then the pictures b and d.
  assert splits == {"a": "train", "b": "dev", "c": "train", "d": "train"}
