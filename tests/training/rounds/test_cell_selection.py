"""Which cells become pseudo-labels."""

import numpy as np
import pytest

from cdcc_tf.training.rounds import cell_selection


def crowd() -> tuple[np.ndarray, np.ndarray]:
  """Half empty ground, half a crowd whose variance grows with density."""
  random = np.random.default_rng(0)
  density = np.where(np.arange(200) < 100, 1e-4, random.uniform(0.05, 0.5, 200))
  variance = (0.1 * density) ** 2 * random.uniform(0.5, 2.0, 200) + 1e-8
  return density.reshape(10, 20), variance.reshape(10, 20)


@pytest.mark.parametrize("rule", cell_selection.RULES)
@pytest.mark.parametrize("keep", [0.25, 0.5, 1.0])
def test_keeps_the_share_asked_for(rule: str, keep: float) -> None:
  density, variance = crowd()
  kept = cell_selection.confident_cells(density, variance, rule, keep)
  assert kept.shape == density.shape
  bands = len(np.unique(cell_selection.band_of(density)))
  assert keep * 200 <= kept.sum() <= keep * 200 + bands


def test_variance_keeps_empty_ground_only() -> None:
  density, variance = crowd()
  kept = cell_selection.confident_cells(density, variance, "variance", 0.5)
  assert density[kept].max() < 0.01


def test_stratified_keeps_every_band_and_its_most_certain_cells() -> None:
  density, variance = crowd()
  kept = cell_selection.confident_cells(density, variance, "stratified", 0.5)
  bands = cell_selection.band_of(density)
  assert len(np.unique(bands)) >= 3
  for band in np.unique(bands):
    members = bands == band
    assert kept[members].mean() == pytest.approx(0.5, abs=1 / members.sum())
    assert variance[members & kept].max() <= variance[members & ~kept].min()


def test_ties_go_to_the_first_and_a_lone_cell_is_kept() -> None:
  kept = cell_selection.confident_cells(
    np.array([[0.0, 0.0, 0.2, 0.0]]), np.ones((1, 4)), "stratified", 0.5
  )
  assert kept.tolist() == [[True, True, True, False]]


def test_bands_are_half_open() -> None:
  assert cell_selection.band_of(
    np.array([0.0, 0.0009, 0.001, 0.3, 9])
  ).tolist() == [
    *(0, 0, 1),
    *(len(cell_selection.BANDS) - 1, len(cell_selection.BANDS) - 1),
  ]


def test_shares_that_are_no_binary_fractions_keep_no_cell_more() -> None:
  values = np.arange(100.0).reshape(10, 10)
  kept = cell_selection.confident_cells(values, values, "variance", 0.07)
  assert kept.sum() == 7


@pytest.mark.parametrize("rule", cell_selection.RULES)
def test_cells_outside_the_region_are_not_compared_with(rule: str) -> None:
  """The share is one of what counts; what is sure elsewhere takes no place."""
  density, variance = np.full((2, 10), 0.05), np.ones((2, 10))
  variance[0] = np.arange(1, 11)
  variance[1] = 1e-6
  inside = np.zeros((2, 10), bool)
  inside[0] = True
  kept = cell_selection.confident_cells(density, variance, rule, 0.3, inside)
  assert kept[0].tolist() == [True] * 3 + [False] * 7
  assert not kept[1].any()


def test_unknown_rule() -> None:
  with pytest.raises(ValueError, match="luck"):
    cell_selection.confident_cells(
      np.ones((1, 1)), np.ones((1, 1)), "luck", 0.5
    )
