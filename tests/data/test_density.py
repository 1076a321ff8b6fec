"""Points to density: counts are exact, and heads are where they should be."""

import math
from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.data.density import density_map, points_inside
from tests.helpers import lopsided_points, run_eagerly_and_in_tf_data

SIZES = [(8, 8), (32, 48), (33, 47), (5, 100), (121, 9)]


def normal_mass(low: float, high: float, centre: float, sigma: float) -> float:
  """Returns a normal distribution's mass in an interval."""
  scale = sigma * math.sqrt(2)
  return 0.5 * (
    math.erf((high - centre) / scale) - math.erf((low - centre) / scale)
  )


def axis_masses(centre: float, sigma: float, length: int) -> np.ndarray:
  """Returns a head's share of each cell of one axis, worked out by itself."""
  edges = range(0, 8 * math.ceil(length / 8) + 1, 8)
  masses = np.array(
    [normal_mass(low, high, centre, sigma) for low, high in pairwise(edges)]
  )
  return masses / masses.sum()


def border_points(height: int, width: int) -> np.ndarray:
  """Returns corners, edges and centre, as near to the border as can be."""
  ys = np.float32([0, height / 2, np.nextafter(np.float32(height), 0)])
  xs = np.float32([0, width / 2, np.nextafter(np.float32(width), 0)])
  return np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("heads", [0, 1, 2000])
@pytest.mark.parametrize("sigma", [1.5, 14.0, "each"])
def test_sum_is_number_of_points(
  height: int, width: int, heads: int, sigma: float | str
):
  points = lopsided_points(heads, height, width, seed=heads)
  if sigma == "each":
    sigma = np.linspace(0.5, 40, heads, dtype=np.float32)
  density = density_map(points, height, width, sigma).numpy()
  assert density.shape == (math.ceil(height / 8), math.ceil(width / 8), 1)
  assert density.dtype == np.float32
  assert (density >= 0).all()
  assert density.sum(dtype=np.float64) == pytest.approx(heads, rel=1e-4)


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("sigma", [0.5, 4.0, 30.0])
def test_heads_at_the_border_count_in_full(
  height: int, width: int, sigma: float
):
  for point in border_points(height, width):
    density = density_map(point[None], height, width, sigma)
    assert np.sum(density) == pytest.approx(1, rel=1e-4), point


def test_every_crop_holds_the_points_inside_it():
  height, width = 40, 56
  points = np.concatenate(
    [lopsided_points(60, height, width, 3), border_points(height, width)]
  )
  for top in range(0, 24, 5):
    for left in range(0, 30, 7):
      corner = np.float32([left, top])
      moved = points - corner
      window_height, window_width = height - 2 * top // 3 - 8, width - left - 3
      inside = (
        (moved[:, 0] >= 0)
        & (moved[:, 1] >= 0)
        & (moved[:, 0] < window_width)
        & (moved[:, 1] < window_height)
      ).sum()
      density = density_map(moved, window_height, window_width, 6.0)
      assert np.sum(density) == pytest.approx(inside, rel=1e-4)


def test_cell_worked_out_by_hand():
  """x: Φ(±½) of Φ(±1½) = 0.38292 / 0.86639; y: 0.38292 / 0.62465."""
  density = density_map(tf.constant([[12.0, 4.0]]), 16, 24, 8.0).numpy()
  assert density.shape == (2, 3, 1)
  assert density[0, 1, 0] == pytest.approx(0.44198 * 0.61301, abs=2e-5)
  assert density[1, 0, 0] == pytest.approx(0.27901 * 0.38699, abs=2e-5)


@pytest.mark.parametrize(("height", "width"), [(32, 48), (33, 50)])
def test_map_equals_an_independent_one(height: int, width: int):
  points = lopsided_points(7, height, width, seed=1)
  sigma = np.float32([1, 2, 3, 5, 8, 13, 21])
  expected = sum(
    np.outer(axis_masses(y, s, height), axis_masses(x, s, width))
    for (x, y), s in zip(points.tolist(), sigma.tolist(), strict=True)
  )
  density = density_map(points, height, width, sigma)[..., 0]
  np.testing.assert_allclose(density, expected, atol=2e-6)


def test_x_is_the_column_and_y_the_row():
  density = density_map(tf.constant([[5.0, 42.0]]), 50, 100, 1.0)[..., 0]
  assert np.unravel_index(np.argmax(density), density.shape) == (5, 0)


def test_points_outside_are_left_out():
  inside = [[0.0, 0.0], [47.9, 31.9]]
  outside = [[-0.1, 5], [5, -0.1], [48, 5], [5, 32], [-300, 10], [5, np.nan]]
  points = tf.constant(inside + outside)
  assert points_inside(points, 32, 48).numpy().tolist() == [True] * 2 + (
    [False] * len(outside)
  )
  sigma = tf.range(1.0, 9.0)
  density = density_map(points, 32, 48, sigma)
  # Each head keeps its own sigma when others are left out.
  np.testing.assert_array_equal(
    density, density_map(tf.constant(inside), 32, 48, sigma[:2])
  )
  assert np.sum(density) == pytest.approx(2, rel=1e-4)


@pytest.mark.parametrize(
  ("shift", "axis"), [((8, 0), 1), ((0, 8), 0)], ids=["x", "y"]
)
def test_moving_by_a_stride_moves_the_map_by_a_cell(
  shift: tuple[int, int], axis: int
):
  points = np.float32([[60.3, 50.7], [77, 80]])
  before = density_map(points, 136, 136, 3.0).numpy()
  after = density_map(points + np.float32(shift), 136, 136, 3.0).numpy()
  np.testing.assert_allclose(after, np.roll(before, 1, axis), atol=1e-6)
  assert not np.allclose(after, before, atol=1e-3)


def test_same_in_tf_data_with_sizes_unknown():
  points = lopsided_points(9, 33, 47, seed=2)
  size = np.int32([33, 47])
  density = run_eagerly_and_in_tf_data(
    lambda points, size: density_map(points, size[0], size[1], 4.0),
    points,
    size,
  )
  assert density.sum() == pytest.approx(9, rel=1e-4)
