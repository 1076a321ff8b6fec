"""Which cells become pseudo-labels: the least uncertain ones.

Variance grows with density, so its plain order keeps empty ground only and
teaches nothing of people. Within bands of predicted density it compares like
with like.
"""

import numpy as np

RULES = ("stratified", "relative", "variance")
# People per cell of 8 x 8 pixels: from empty ground to a packed crowd.
BANDS = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
# Below it, σ per person says nothing: there is nobody.
_FLOOR = 0.01


def confident_cells(
  density: np.ndarray, variance: np.ndarray, rule: str, keep: float
) -> np.ndarray:
  """Keeps the least uncertain share of a picture's cells.

  Args:
    density: μ̄, [rows, columns], people per cell.
    variance: total variance, same shape, people².
    rule: `variance` orders all cells by it; `relative` by σ per person;
      `stratified` by it within each band of predicted density.
    keep: share of the cells to keep, of each band for `stratified`.

  Returns:
    Boolean array of the same shape. At least one cell of every band that has
    any is kept; ties go to the first.

  Raises:
    ValueError: unknown rule.
  """
  if rule == "variance":
    kept = _lowest(variance.ravel(), keep)
  elif rule == "relative":
    kept = _lowest((variance / np.square(density + _FLOOR)).ravel(), keep)
  elif rule == "stratified":
    kept = np.zeros(density.size, bool)
    bands = band_of(density).ravel()
    for band in np.unique(bands):
      members = np.flatnonzero(bands == band)
      kept[members[_lowest(variance.ravel()[members], keep)]] = True
  else:
    raise ValueError(f"rule {rule!r} is none of {RULES}")
  return kept.reshape(density.shape)


def band_of(density: np.ndarray) -> np.ndarray:
  """Returns the index in BANDS of each cell's predicted density."""
  return np.digitize(density, BANDS[1:])


def picture_uncertainty(density: np.ndarray, variance: np.ndarray) -> float:
  """Returns a picture's σ per person, cells' σ taken as fully correlated."""
  people = max(float(density.sum(dtype=np.float64)), 1.0)
  return float(np.sqrt(variance).sum(dtype=np.float64)) / people


def _lowest(values: np.ndarray, share: float) -> np.ndarray:
  """Marks the given share of the lowest values, rounded up."""
  count = int(np.ceil(share * values.size))
  marked = np.zeros(values.size, bool)
  marked[np.argsort(values, kind="stable")[:count]] = True
  return marked
