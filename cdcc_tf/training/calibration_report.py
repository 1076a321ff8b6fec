"""How good a stage's intervals are, on labelled images of the source."""

import logging

import numpy as np

from cdcc_tf.files import write_json
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.uncertainty import reliability
from cdcc_tf.uncertainty.conformal import LEVELS
from cdcc_tf.visualization import charts

logger = logging.getLogger(__name__)
FILE_NAME = "reliability.json"
_CURVE = np.arange(1, 20) / 20


def write(
  true: np.ndarray,
  predicted: np.ndarray,
  uncertainties: np.ndarray,
  run: StageRun,
) -> None:
  """Writes `reliability.json`, two charts, and a line of the log.

  Args:
    true: counts of the source's validation split, people, [images].
    predicted: counts of the same images, people, [images].
    uncertainties: of the predicted counts, people, [images].
    run: the stage that has ended.
  """
  images = {}
  if len(true) > 1:
    coverage = _coverage(true, predicted, uncertainties)
    order = reliability.order(np.abs(predicted - true), uncertainties)
    write_json(run.home / FILE_NAME, coverage | order)
    logger.info(
      "%s: intervals fitted to one half of those images held %.0f %% of the "
      "counts of the other half (90 %% were wanted) and were %.1f people wide "
      "on average.",
      run.name,
      100 * coverage["coverage_90"],
      coverage["width_90"],
    )
    found, _ = reliability.held_out_coverage(
      true, predicted, uncertainties, _CURVE
    )
    images["reliability"] = charts.curves(
      {"source, each half tested on the other": (_CURVE, found)},
      f"{run.name}: coverage of the intervals",
      "wanted",
      "measured",
      diagonal=True,
    )
  share, by_uncertainty, best = reliability.sparsification(
    np.abs(predicted - true), uncertainties
  )
  images["sparsification"] = charts.curves(
    {
      "most uncertain first": (share, by_uncertainty),
      "worst first": (share, best),
    },
    f"{run.name}: error of the rest, source validation",
    "share of images left out",
    "MAE relative to that of all",
  )
  for name, image in images.items():
    file = f"{run.name}_{name}"
    run.save_panel(f"uncertainty/{name}", image, run.last_step, file)


def _coverage(
  true: np.ndarray, predicted: np.ndarray, uncertainties: np.ndarray
) -> dict[str, float]:
  """Returns coverage and mean width at each level, named as `evaluate` does."""
  coverage, width = reliability.held_out_coverage(
    true, predicted, uncertainties, np.array(LEVELS)
  )
  return {
    f"{name}_{100 * level:g}": float(value)
    for name, values in (("coverage", coverage), ("width", width))
    for level, value in zip(LEVELS, values, strict=True)
  }
