"""What a data set holds against what its authors say is in it."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from data_tools.conversion.published_totals import deviations, inside
from data_tools.formats import shanghaitech
from data_tools.formats.base import LabelledImage, Reader, Totals

SQUARE = np.array([[2.0, 1], [6, 1], [6, 5], [2, 5]])


def pictures(
  split: str, heads: Sequence[int | None], roi: np.ndarray | None = None
) -> list[LabelledImage]:
  """Makes pictures with so many heads, at (0, 0) and then (3, 3)."""
  made = []
  for number, count in enumerate(heads):
    points = None if count is None else np.full((count, 2), 3.0)
    if points is not None and count:
      points[0] = 0
    id = f"{split}/{number}"
    made.append(LabelledImage(id, Path(id), points, split, roi=roi))
  return made


def notes(totals: Sequence[Totals], found: list[LabelledImage]) -> list[str]:
  """Compares pictures with a reader that publishes `totals`."""
  reader = cast(Reader, SimpleNamespace(TOTALS=totals))
  return deviations(reader, {}, found)


def test_nothing_published_or_nothing_wrong():
  found = pictures("train", [2, 3]) + pictures("test", [None])
  assert deviations(cast(Reader, SimpleNamespace()), {}, found) == []
  totals = [Totals("train", 2, 5), Totals("test", 1), Totals("all", 3, 5)]
  assert notes(totals, found) == []


def test_deviations_are_named_with_both_figures():
  totals = [Totals("train", 2000, 5000), Totals("test", 1, 7)]
  found = pictures("train", [1200, 3]) + pictures("test", [6])
  assert notes(totals, found) == [
    "train: 2,000 pictures and 5,000 heads expected, 2 and 1,203 found.",
    "test: 7 heads expected, 6 found.",
  ]


def test_known_deviations_are_explained():
  known = {1: "one lacks on the server", 6: "this is the second edition"}
  totals = [Totals("test", 2, 7, "part X", known)]
  assert notes(totals, pictures("test", [6])) == [
    "part X test: 2 pictures and 7 heads expected, 1 and 6 found: one lacks on "
    "the server; this is the second edition."
  ]


def test_all_is_compared_when_no_split_is_missing():
  totals = [Totals("train", 1), Totals("test", 1), Totals("all", 2, 9)]
  train, test = pictures("train", [4]), pictures("test", [4])
  assert notes(totals, train) == []
  assert notes(totals, train + test) == ["all: 9 heads expected, 8 found."]


def test_slack_is_no_deviation():
  found = pictures("test", [6])
  assert notes([Totals("test", 1, 8, slack=2)], found) == []
  assert len(notes([Totals("test", 1, 8, slack=1)], found)) == 1


@pytest.mark.parametrize("roi", [SQUARE, np.eye(9, dtype=bool)])
def test_heads_outside_the_region_count_where_they_are_published(
  roi: np.ndarray,
):
  roi = roi.copy()
  if roi.dtype == bool:
    roi[0, 0] = False
  found = pictures("test", [4, 2], roi)
  assert notes([Totals("test", 2, 6)], found) == []
  assert notes([Totals("test", 2, 4, in_region=True)], found) == []


def test_totals_can_depend_on_the_choices():
  def totals(division: str | None = None) -> list[Totals]:
    return [] if division else [Totals("all", 2)]

  reader = cast(Reader, SimpleNamespace(totals=totals))
  found = pictures("train", [1])
  assert deviations(reader, {"division": "fold1"}, found) == []
  assert len(deviations(reader, {}, found)) == 1


def shanghaitech_notes(split: str, count: int, heads: int) -> list[str]:
  """Compares so many pictures with so many heads in all."""
  found = pictures(split, [heads - count + 1, *[1] * (count - 1)])
  return deviations(shanghaitech, {}, found)


@pytest.mark.parametrize(
  ("split", "count", "original", "revised"),
  [
    ("train", 300, 162_707, 162_413),
    ("test", 182, 78_970, 78_862),
    ("train", 400, 49_280, 49_151),
    ("test", 316, 39_208, 39_121),
  ],
)
def test_revisions_of_shanghaitech_are_told_apart(
  split: str, count: int, original: int, revised: int
):
  assert shanghaitech_notes(split, count, original) == []
  (note,) = shanghaitech_notes(split, count, revised)
  part = "part A" if count < 301 else "part B"
  part = "part B" if count == 316 else part
  assert note == (
    f"{part} {split}: {original:,} heads expected, {revised:,} found: these "
    "are the labels as revised in 2016, without the points outside pictures."
  )
  (note,) = shanghaitech_notes(split, count, original - 1)
  assert "2016" not in note


def test_part_of_shanghaitech_is_not_guessed():
  assert shanghaitech_notes("train", 3, 90) == [
    "train: 300 (part A) or 400 (part B) pictures expected, 3 found."
  ]


def test_official_totals_of_shanghaitech_add_up():
  for part, heads in {"part A": 241_677, "part B": 88_488}.items():
    totals = [t for t in shanghaitech.TOTALS if t.part == part]
    assert sum(total.heads or 0 for total in totals) == heads


def test_inside_a_polygon():
  points = np.array([[3, 3], [1, 3], [7, 3], [3, 0], [3, 6], [5.9, 4.9]])
  expected = [True, False, False, False, False, True]
  assert inside(points, SQUARE).tolist() == expected
  # Whichever way around, and with a dent.
  assert inside(points, SQUARE[::-1]).tolist() == expected
  dented = np.insert(SQUARE, 2, [2.5, 3], axis=0)
  assert inside(np.array([[5.0, 3], [2.2, 3]]), dented).tolist() == [
    False,
    True,
  ]
  assert inside(np.zeros((0, 2)), SQUARE).shape == (0,)


def test_inside_a_mask():
  mask = np.zeros((4, 9), bool)
  mask[3, 8] = True
  points = np.array(
    [[8.9, 3.9], [9, 3.5], [8.5, 4], [3, 8], [-0.1, 3], [7.9, 3]]
  )
  assert inside(points, mask).tolist() == [True] + [False] * 5
