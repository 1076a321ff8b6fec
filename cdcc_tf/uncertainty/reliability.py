"""Whether uncertainty can be trusted: coverage, sparsification, likelihood.

By picture: does an interval hold the truth as often as it says, and do the
pictures of large uncertainty have the large errors? By cell: likewise for the
map (docs/method.md §6).
"""

import dataclasses
import math

import numpy as np

from cdcc_tf.uncertainty.conformal import LEVELS, Calibration
from cdcc_tf.uncertainty.familiarity import Familiarity

Reliability = dict[str, float | None]


@dataclasses.dataclass
class CellFigures:
  """Gathers figures over the cells of all pictures, holding none of them.

  Attributes:
    cells: how many so far.
    nll: summed negative log-likelihood of the truth, Gaussian, in nats.
    sums: of σ, |error|, σ², error² and σ·|error| over the cells.
  """

  cells: int = 0
  nll: float = 0.0
  sums: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(5))

  def add(
    self, truth: np.ndarray, density: np.ndarray, deviation: np.ndarray
  ) -> None:
    """Adds a picture's maps of one shape, people per cell; σ of 0 is no cell.

    Cells outside a region of interest have σ = 0.
    """
    inside = deviation > 0
    error = np.abs(truth - density)[inside].astype(np.float64)
    sigma = deviation[inside].astype(np.float64)
    self.cells += sigma.size
    self.nll += float(
      (0.5 * np.log(2 * math.pi * sigma**2) + 0.5 * (error / sigma) ** 2).sum()
    )
    self.sums += [
      *(sigma.sum(), error.sum(), (sigma**2).sum()),
      *((error**2).sum(), (sigma * error).sum()),
    ]

  def results(self) -> Reliability:
    """Returns `cell_nll`, mean, and `cell_correlation` of σ with |error|."""
    if not self.cells:
      return {"cell_nll": None, "cell_correlation": None}
    sigma, error, sigma2, error2, both = self.sums / self.cells
    spread = (sigma2 - sigma**2) * (error2 - error**2)
    return {
      "cell_nll": self.nll / self.cells,
      "cell_correlation": float((both - sigma * error) / math.sqrt(spread))
      if spread > 0
      else None,
    }


def by_image(
  true: np.ndarray,
  predicted: np.ndarray,
  uncertainty: np.ndarray,
  calibration: Calibration,
) -> Reliability:
  """Measures intervals and the order of uncertainties over pictures.

  Args:
    true: counts, [pictures].
    predicted: counts, [pictures].
    uncertainty: of the counts, see `intervals.count_uncertainty`, [pictures].
    calibration: of the counter.

  Returns:
    For each level, e.g. 90: `coverage_90`, share of intervals that hold the
    truth, and `width_90`, their mean width in people; those of `order`;
    `familiar`, share of pictures within what the counter was adapted to.
  """
  figures: Reliability = {}
  for level in LEVELS:
    bounds = np.array(
      [
        calibration.interval(count, spread, level)
        for count, spread in zip(predicted, uncertainty, strict=True)
      ]
    )
    holds = (bounds[:, 0] <= true) & (true <= bounds[:, 1])
    name = f"{100 * level:.0f}"
    figures[f"coverage_{name}"] = float(holds.mean())
    figures[f"width_{name}"] = float((bounds[:, 1] - bounds[:, 0]).mean())
  figures |= order(np.abs(predicted - true), uncertainty)
  familiar = [
    calibration.is_familiar(count, spread)
    for count, spread in zip(predicted, uncertainty, strict=True)
  ]
  figures["familiar"] = float(np.mean(familiar))
  return figures


def order(errors: np.ndarray, uncertainty: np.ndarray) -> Reliability:
  """Tells whether the more uncertain counts are the more wrong ones.

  Args:
    errors: absolute errors, [pictures].
    uncertainty: of the same pictures, [pictures].

  Returns:
    `ause`, see `sparsification`; `uncertainty_correlation` with the errors.
    None where it is not defined.
  """
  left, by_uncertainty, best = sparsification(errors, uncertainty)
  defined = errors.std() > 0 and uncertainty.std() > 0
  return {
    "ause": float(np.mean(by_uncertainty - best)) if len(left) else None,
    "uncertainty_correlation": (
      float(np.corrcoef(uncertainty, errors)[0, 1]) if defined else None
    ),
  }


def sparsification(
  errors: np.ndarray, uncertainty: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
  """Leaves out pictures one by one and measures what is left.

  The area between the two curves is the area under the sparsification error
  curve, AUSE (Ilg et al., ECCV 2018): 0 if uncertainty orders the errors.

  Args:
    errors: absolute errors, [pictures].
    uncertainty: of the same pictures, [pictures].

  Returns:
    The share left out, the mean error of what is left over that of all when
    the most uncertain go first, and the same when the worst go first. Empty if
    there is no error at all.
  """
  if not errors.size or not errors.mean():
    return np.zeros(0), np.zeros(0), np.zeros(0)

  def curve(order: np.ndarray) -> np.ndarray:
    kept = errors[np.argsort(order, kind="stable")]  # the first stay longest
    means = np.cumsum(kept) / np.arange(1, len(kept) + 1)
    return means[::-1] / errors.mean()

  share = np.arange(len(errors)) / len(errors)
  return share, curve(uncertainty), curve(errors)


def held_out_coverage(
  true: np.ndarray,
  predicted: np.ndarray,
  uncertainty: np.ndarray,
  levels: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
  """Tells how often intervals hold on pictures they were not fitted to.

  On the very pictures that intervals were fitted to, coverage is right by
  construction. Here every other picture makes one half, and each half is judged
  by intervals that were fitted to the other.

  Args:
    true: counts, [pictures]; at least two.
    predicted: counts, [pictures].
    uncertainty: of the counts, people, [pictures].
    levels: wanted coverages in (0, 1), [levels].

  Returns:
    Coverage at each level, and the intervals' mean width in people, [levels].
  """
  scores = np.abs(predicted - true) / uncertainty
  anything = Familiarity(0.0, 0.0, math.inf)
  holds = np.zeros((len(levels), len(scores)))
  widths = np.zeros_like(holds)
  for half in (0, 1):
    others = np.sort(scores[1 - half :: 2])
    fitted = Calibration(tuple(others.tolist()), anything)
    for row, level in enumerate(levels):
      for picture in range(half, len(scores), 2):
        low, high = fitted.interval(
          predicted[picture], uncertainty[picture], level
        )
        holds[row, picture] = low <= true[picture] <= high
        widths[row, picture] = high - low
  return holds.mean(axis=1), widths.mean(axis=1)
