"""What is odd about points, sizes, colours and counts, by hand-made cases."""

import numpy as np
import pytest

from data_tools.checking import suspicions

GRID = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0)), -1).reshape(-1, 2)


@pytest.mark.parametrize(
  ("points", "expected"),
  [
    (GRID * 30, ""),
    (np.zeros((0, 2)), ""),
    (np.array([[1.0, 2.0], [1.0, 2.0]]), "heads exactly on another"),
    (GRID / 4, "all heads on one spot"),
    (np.stack([np.arange(8.0)] * 2, 1) * 9, "all heads on one straight line"),
    (np.stack([np.arange(7.0)] * 2, 1) * 9, ""),  # a queue may be that short
    (GRID * 2, "more heads than their pixels can show"),
  ],
)
def test_points(points: np.ndarray, expected: str) -> None:
  kinds = [kind for kind, _ in suspicions.of_points(points)]
  assert len(kinds) == bool(expected)
  assert all(kind.startswith(expected) for kind in kinds)


@pytest.mark.parametrize(
  ("height", "width", "odd"),
  [(64, 256, 0), (63, 256, 1), (64, 257, 1), (768, 1024, 0)],
)
def test_sizes(height: int, width: int, odd: int) -> None:
  assert len(suspicions.of_size(height, width)) == odd


def test_heads_in_one_colour() -> None:
  grey = np.full((8, 8, 3), 90, np.uint8)
  assert len(suspicions.one_colour(grey, heads=3)) == 1
  assert suspicions.one_colour(grey, heads=0) == []
  grey[:4] = 100
  assert suspicions.one_colour(grey, heads=3) == []


def test_a_count_far_from_the_others() -> None:
  usual = [90, 100, 110] * 10
  assert suspicions.of_counts(usual) == {}
  assert list(suspicions.of_counts([*usual, 9000, 1])) == [30, 31]
  assert suspicions.of_counts([*usual[:28], 9000]) == {}  # too few to compare
  assert suspicions.of_counts([100] * 40 + [9000]) == {}  # nothing to go by
