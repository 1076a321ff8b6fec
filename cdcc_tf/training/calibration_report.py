"""How good a stage's intervals are, on labelled pictures of the source."""

import json
import logging

import numpy as np
import tensorflow as tf

from cdcc_tf.files import write_atomically
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.stages import Stage
from cdcc_tf.uncertainty import reliability
from cdcc_tf.uncertainty.conformal import LEVELS
from cdcc_tf.visualization import charts, overlays

logger = logging.getLogger(__name__)
FILE_NAME = "reliability.json"
_CURVE = np.arange(1, 20) / 20


def write(
  true: np.ndarray,
  predicted: np.ndarray,
  uncertainties: np.ndarray,
  folder: RunFolder,
  stage: Stage,
) -> None:
  """Writes `reliability.json`, two charts, and a line of the log.

  Args:
    true: counts of the source's validation split, people, [pictures].
    predicted: counts of the same pictures, people, [pictures].
    uncertainties: of the predicted counts, people, [pictures].
    folder: of the run.
    stage: that has ended.
  """
  pictures = {}
  if len(true) > 1:
    coverage = _coverage(true, predicted, uncertainties)
    order = reliability.order(np.abs(predicted - true), uncertainties)
    content = json.dumps(coverage | order, indent=1) + "\n"
    write_atomically(folder.stage(stage.name) / FILE_NAME, content)
    logger.info(
      "%s: put to the test, intervals from one half of those pictures held "
      "%.0f %% of the counts of the other half, where 90 %% were wanted, and "
      "were %.1f people wide on average.",
      stage.name,
      100 * coverage["coverage_90"],
      coverage["width_90"],
    )
    found, _ = reliability.held_out_coverage(
      true, predicted, uncertainties, _CURVE
    )
    pictures["reliability"] = charts.curves(
      {"source, each half judged by the other": (_CURVE, found)},
      f"{stage.name}: how often intervals hold the truth",
      "wanted",
      "found",
      diagonal=True,
    )
  share, by_uncertainty, best = reliability.sparsification(
    np.abs(predicted - true), uncertainties
  )
  pictures["sparsification"] = charts.curves(
    {
      "most uncertain first": (share, by_uncertainty),
      "worst first": (share, best),
    },
    f"{stage.name}: error of what is left, source validation",
    "share of pictures left out",
    "MAE over that of all",
  )
  writer = tf.summary.create_file_writer(str(folder.tensorboard))
  with writer.as_default(stage.first_step + stage.steps):
    for name, picture in pictures.items():
      tf.summary.image(f"uncertainty/{name}", picture[None])
      overlays.save(picture, folder.panels / f"{stage.name}_{name}.png")
  writer.close()


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
