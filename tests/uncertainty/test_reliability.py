"""Figures of uncertainty, against cases worked out by hand."""

import math

import numpy as np
import pytest

from cdcc_tf.uncertainty import reliability
from cdcc_tf.uncertainty.conformal import Calibration
from cdcc_tf.uncertainty.familiarity import Familiarity

CALIBRATION = Calibration((0.5, 1.0, 2.0), Familiarity(np.log(0.3), 1.0, 0.0))


def test_coverage_and_width_by_hand():
  """Reaches of 1, 2, 2, 2 uncertainties at 50, 80, 90 and 95 %."""
  figures = reliability.by_image(
    np.array([10.0, 20.0, 30.0]),
    np.array([11.0, 24.0, 30.0]),
    np.array([2.0, 2.0, 1.0]),
    CALIBRATION,
  )
  assert figures["coverage_50"] == pytest.approx(2 / 3)
  assert figures["coverage_90"] == 1
  assert figures["width_50"] == pytest.approx(2 * 5 / 3)
  assert figures["width_90"] == pytest.approx(4 * 5 / 3)
  assert figures["familiar"] == 1
  far = reliability.by_image(
    np.ones(1), np.ones(1), np.array([0.4]), CALIBRATION
  )
  assert far["familiar"] == 0
  assert far["uncertainty_correlation"] is None  # one picture


def test_perfect_order_has_no_area():
  errors = np.array([5.0, 1.0, 3.0])
  share, by_uncertainty, best = reliability.sparsification(errors, errors)
  np.testing.assert_allclose(share, [0, 1 / 3, 2 / 3])
  np.testing.assert_allclose(best, [1, 2 / 3, 1 / 3])
  np.testing.assert_allclose(by_uncertainty, best)


def test_worst_order_by_hand():
  errors = np.array([5.0, 1.0, 3.0])
  _, by_uncertainty, best = reliability.sparsification(errors, -errors)
  np.testing.assert_allclose(by_uncertainty, [1, 4 / 3, 5 / 3])
  figures = reliability.by_image(
    np.zeros(3), errors, np.array([1.0, 5.0, 3.0]), CALIBRATION
  )
  assert figures["ause"] == pytest.approx(np.mean(by_uncertainty - best))
  assert figures["uncertainty_correlation"] == pytest.approx(-1)


def test_no_error_leaves_nothing_to_order():
  figures = reliability.by_image(
    np.ones(2), np.ones(2), np.ones(2), CALIBRATION
  )
  assert figures["ause"] is None


def test_cells_over_pictures_are_as_over_one():
  random = np.random.default_rng(0)
  sigma = random.uniform(0.5, 2, (2, 3, 4))
  truth = random.normal(size=sigma.shape)
  predicted = truth + random.normal(0, sigma)
  cells = reliability.CellFigures()
  for picture in range(2):
    cells.add(truth[picture], predicted[picture], sigma[picture])
  figures = cells.results()
  errors = np.abs(predicted - truth)
  assert figures["cell_correlation"] == pytest.approx(
    np.corrcoef(sigma.ravel(), errors.ravel())[0, 1]
  )
  nll = [
    0.5 * (e / s) ** 2 + math.log(s) + 0.5 * math.log(2 * math.pi)
    for e, s in zip(errors.ravel(), sigma.ravel(), strict=True)
  ]
  assert figures["cell_nll"] == pytest.approx(np.mean(nll))


def test_cells_outside_a_region_have_no_part():
  cells = reliability.CellFigures()
  cells.add(np.ones((2, 2)), np.zeros((2, 2)), np.array([[1.0, 0], [0, 1.0]]))
  assert cells.cells == 2
  assert cells.results()["cell_correlation"] is None  # σ is the same in both
  assert reliability.CellFigures().results()["cell_nll"] is None


def test_each_half_is_judged_by_the_other():
  """Errors of the odd pictures are all larger: the even ones' do not reach."""
  errors = np.array([1.0, -10.0, 2.0, 20.0, -3.0, 30.0])
  uncertainty = np.array([1.0, 1.0, 1.0, 2.0, 1.0, 1.0])
  true = np.full(6, 100.0)
  coverage, width = reliability.held_out_coverage(
    true, true + errors, uncertainty, np.array([0.5, 0.7])
  )
  np.testing.assert_allclose(coverage, [0.5, 0.5])
  # Scores 1, 2, 3 and 10, 10, 30: of four ranks, 50 % is the second.
  np.testing.assert_allclose(width[0], np.mean([20, 4, 20, 8, 20, 4]))
  np.testing.assert_allclose(width[1], np.mean([60, 6, 60, 12, 60, 6]))
  # As `by_image`: no interval reaches below nobody.
  few = np.full(6, 5.0)
  _, width = reliability.held_out_coverage(
    few - errors, few, uncertainty, np.array([0.5])
  )
  np.testing.assert_allclose(width[0], np.mean([15, 4, 15, 8, 15, 4]))


def test_held_out_coverage_of_pictures_alike_is_about_the_level():
  errors = np.random.default_rng(0).exponential(size=1000)
  levels = np.array([0.1, 0.5, 0.9])
  coverage, _ = reliability.held_out_coverage(
    np.full(1000, 50.0), 50 + errors, np.ones(1000), levels
  )
  np.testing.assert_allclose(coverage, levels, atol=0.03)
  assert (coverage != levels).any()  # measured, not granted
