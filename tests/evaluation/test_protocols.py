"""Averages over groups, against figures worked out by hand."""

import pytest

from cdcc_tf.errors import InputError
from cdcc_tf.evaluation import protocols
from cdcc_tf.evaluation.metrics import ImageResult


def result(group: str, true: int, predicted: float) -> ImageResult:
  return ImageResult("id", true, predicted, (0.0, 0.0, 0.0), group)


RESULTS = [
  result("b", 10, 13.0),
  result("a", 10, 11.0),
  result("a", 0, 3.0),
  result("a", 600, 600.0),
]


def test_all_pictures_alike_have_no_groups():
  assert protocols.by_group(RESULTS, "pictures") == {}


@pytest.mark.parametrize("protocol", ["groups", "worldexpo10", "ucf_cc_50"])
def test_groups_weigh_alike_whatever_their_size(protocol: str):
  groups = protocols.by_group(RESULTS, protocol)
  assert list(groups) == ["a", "b", protocols.MEAN]
  assert groups["a"]["mae"] == pytest.approx(4 / 3)
  assert groups["b"]["mae"] == 3
  assert groups[protocols.MEAN]["mae"] == pytest.approx((4 / 3 + 3) / 2)
  rmse = ((1 + 9) / 3) ** 0.5
  assert groups[protocols.MEAN]["rmse"] == pytest.approx((rmse + 3) / 2)
  assert groups[protocols.MEAN]["pictures"] == 4


def test_levels_of_nwpu():
  counts = (0, 1, 100, 101, 500, 501, 5000, 5001)
  groups = protocols.by_group([result("", c, c + 1.0) for c in counts], "nwpu")
  pictures = {name: figures["pictures"] for name, figures in groups.items()}
  assert pictures == {
    "level 0": 1,
    "level 1": 2,
    "level 2": 2,
    "level 3": 2,
    "level 4": 1,
    protocols.MEAN: 8,
  }
  assert groups["level 0"]["nae"] is None  # nobody to divide by
  others = [groups[f"level {level}"]["nae"] for level in range(1, 5)]
  assert groups[protocols.MEAN]["nae"] == pytest.approx(sum(others) / 4)


def test_records_without_groups_are_refused():
  with pytest.raises(InputError, match="names no group"):
    protocols.by_group([result("", 1, 1.0)], "worldexpo10")


def test_folds_that_are_missing_are_said():
  folds = [result(f"fold{n}", 10, 12.0) for n in range(1, 6)]
  whole = protocols.by_group(folds, "ucf_cc_50")
  assert protocols.shortfall(whole, "ucf_cc_50") == ""
  one = protocols.by_group(folds[:1], "ucf_cc_50")
  assert "average 5 folds, and these are of 1." in protocols.shortfall(
    one, "ucf_cc_50"
  )
  assert protocols.shortfall(one, "groups") == ""


def test_table_has_a_line_a_group():
  lines = protocols.table(protocols.by_group(RESULTS, "groups")).splitlines()
  assert len(lines) == 4
  assert lines[2].split() == ["b", "1", "3.000", "3.000", "0.300"]
