"""Charts: a picture that shows what it was given."""

import numpy as np
import pytest

from cdcc_tf.visualization import charts


def test_chart_is_a_picture_of_its_curves():
  x = np.linspace(0, 1, 5)
  one = charts.curves({"a": (x, x)}, "title", "x", "y")
  assert one.shape == (480, 640, 3)
  assert one.dtype == np.uint8
  assert one.min() < 60  # ink
  assert (one == 255).mean() > 0.5  # paper
  other = charts.curves({"a": (x, 1 - x)}, "title", "x", "y", diagonal=True)
  assert not np.array_equal(one, other)
  np.testing.assert_array_equal(
    one, charts.curves({"a": (x, x)}, "title", "x", "y")
  )


def test_bars_are_as_tall_as_the_means_of_their_groups() -> None:
  chart = charts.bars({"a": [1.0, 3.0], "b": [4.0]}, "title", "y")
  grey = np.all(chart == 204, axis=2)  # the bars' colour
  left, right = grey[:, :320].sum(), grey[:, 320:].sum()
  assert right / left == pytest.approx(2, rel=0.05)
