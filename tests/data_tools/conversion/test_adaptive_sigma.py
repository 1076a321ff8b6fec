"""Geometry-adaptive sigmas, against distances worked out by hand."""

import numpy as np
import pytest

from data_tools.conversion.adaptive_sigma import adaptive_sigmas


def test_share_of_the_mean_distance_to_three_neighbours():
  points = np.array([[100, 100], [110, 100], [100, 120], [70, 100], [300, 300]])
  sigmas = adaptive_sigmas(points, 400, 4000)
  assert sigmas.dtype == np.float32
  assert sigmas.shape == (5,)
  assert sigmas[0] == pytest.approx(0.3 * (10 + 20 + 30) / 3)
  expected = 0.3 * (10 + np.hypot(10, 20) + 40) / 3
  assert sigmas[1] == pytest.approx(expected)
  assert sigmas[4] == 25  # far from all: a sixteenth of the shorter side


def test_agrees_with_all_distances_compared():
  points = np.random.default_rng(0).random((300, 2)) * [640, 480]
  distances = np.linalg.norm(points[:, None] - points[None], axis=-1)
  expected = 0.3 * np.sort(distances, axis=1)[:, 1:4].mean(axis=1)
  np.testing.assert_allclose(
    adaptive_sigmas(points, 480, 640), expected.clip(1, 30), rtol=1e-5
  )


@pytest.mark.parametrize("heads", [0, 1])
def test_without_neighbours(heads: int):
  sigmas = adaptive_sigmas(np.zeros((heads, 2), np.float32), 320, 160)
  assert sigmas.tolist() == [10.0] * heads
  assert sigmas.dtype == np.float32


@pytest.mark.parametrize("heads", [2, 3])
def test_with_fewer_than_three_neighbours(heads: int):
  points = np.array([[0, 0], [30, 0], [0, 50]], np.float32)[:heads]
  sigmas = adaptive_sigmas(points, 1000, 1000)
  expected = 0.3 * (30 if heads == 2 else (30 + 50) / 2)
  assert sigmas[0] == pytest.approx(expected)
  assert np.isfinite(sigmas).all()


@pytest.mark.parametrize("heads", [2, 3, 4, 5, 50])
def test_heads_on_one_spot_have_the_smallest(heads: int):
  sigmas = adaptive_sigmas(np.full((heads, 2), 7.5, np.float32), 480, 640)
  assert sigmas.tolist() == [1.0] * heads


def test_tiny_picture():
  sigmas = adaptive_sigmas(np.array([[0, 0], [3, 3]]), 4, 4)
  assert sigmas.tolist() == [1.0, 1.0]
