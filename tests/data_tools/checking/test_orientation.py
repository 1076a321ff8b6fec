"""Axes that were swapped or turned, told by all images of a split together."""

import pytest

from data_tools.checking.facts import Facts
from data_tools.checking.orientation import misplaced
from tests.data_tools.checking.helpers import facts


def split_of(count: int, **changes: object) -> list[Facts]:
  return [facts(f"{number}", **changes) for number in range(count)]


@pytest.mark.parametrize(
  ("count", "changes", "expected"),
  [
    (5, {}, ""),
    (5, {"extent": (99.5, 90.0)}, "x and y may be swapped"),
    (5, {"extent": (100.0, 90.0)}, ""),  # beyond the shorter side
    (4, {"extent": (99.5, 90.0)}, ""),  # too few images to tell
    (5, {"extent": (99.5, 90.0), "heads": 9}, ""),  # too few heads
    (5, {"extent": (99.5, 90.0), "width": 119}, ""),  # nearly square
    (5, {"slope": -0.5}, "y may count from the bottom"),
    (5, {"slope": -0.1}, ""),
    (4, {"slope": -0.5}, ""),
  ],
)
def test_kinds(count: int, changes: dict, expected: str) -> None:
  found = misplaced("train", split_of(count, **changes))
  assert [one.where for one in found] == ["split train"] * bool(expected)
  assert all(one.kind.startswith(expected) for one in found)


def test_one_image_with_heads_beyond_clears_all() -> None:
  images = split_of(5, extent=(99.5, 90.0))
  assert misplaced("train", [*images, facts("last")]) == []


def test_tall_images_are_looked_at_along_their_height() -> None:
  tall = {"height": 200, "width": 100, "extent": (90.0, 99.0)}
  (found,) = misplaced("dev", split_of(5, **tall))
  assert "5 pictures" in found.detail
