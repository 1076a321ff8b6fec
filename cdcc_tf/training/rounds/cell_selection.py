"""Which cells become pseudo-labels: the least uncertain ones.

Variance grows with density, so its plain order keeps empty ground only and
teaches nothing of people. Within bands of predicted density it compares like
with like.
"""

import numpy as np

RULES = ("stratified", "variance")
# People per cell of 8 x 8 pixels: from empty ground to a packed crowd.
BANDS = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)


def confident_cells(
  density: np.ndarray,
  variance: np.ndarray,
  rule: str,
  keep: float,
  inside: np.ndarray | None = None,
) -> np.ndarray:
  """Keeps the least uncertain share of a picture's cells.

  Args:
    density: μ̄, [rows, columns], people per cell.
    variance: total variance, same shape, people².
    rule: `variance` orders all cells by it; `stratified` within each band of
      predicted density.
    keep: share of the cells to keep, of each band for `stratified`.
    inside: boolean, same shape: cells that count; None for all. Others are
      neither kept nor compared with.

  Returns:
    Boolean array of the same shape. At least one cell of every band that has
    any is kept; ties go to the first.

  Raises:
    ValueError: unknown rule.
  """
  if rule not in RULES:
    raise ValueError(f"rule {rule!r} is none of {RULES}")
  one_band = np.zeros_like(density)
  bands = band_of(density) if rule == "stratified" else one_band
  counts = np.ones(density.shape, bool) if inside is None else inside
  kept = np.zeros(density.shape, bool)
  for band in np.unique(bands[counts]):
    members = counts & (bands == band)
    kept[members] = _lowest(variance[members], keep)
  return kept


def band_of(density: np.ndarray) -> np.ndarray:
  """Returns the index in BANDS of each cell's predicted density."""
  return np.digitize(density, BANDS[1:])


def _lowest(values: np.ndarray, share: float) -> np.ndarray:
  """Marks the given share of the lowest values, rounded up."""
  count = int(np.ceil(share * values.size - 1e-9))  # 0.07 · 100 is above 7
  marked = np.zeros(values.size, bool)
  marked[np.argsort(values, kind="stable")[:count]] = True
  return marked
