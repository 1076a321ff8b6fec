r"""Are kept cells better than the others? Error inside and outside the mask.

python -m benchmarks.studies.selection --run=runs/a --records=records/shtb \
    --split=dev

For each rule that chooses pseudo-labels, on labelled pictures of the target:
mean |error| of a kept cell and of another one, their ratio (below 1 the rule
keeps the better cells), also within each band of predicted density, and by how
much the mass of both is off. The labels serve this table alone.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import flags
from tqdm import tqdm

from benchmarks.studies import labelled
from cdcc_tf import config
from cdcc_tf.cli import app
from cdcc_tf.data.density import density_map
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.regions import cell_shares
from cdcc_tf.inference.counter import load_model
from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.rounds import cell_selection

FLAGS = flags.FLAGS
_COLUMNS = ("people", "in", "out", "in/out", "mass in", "mass out")
_HUNDREDTHS = 100


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  define = flags.DEFINE_string
  define("run", None, "Run folder.", flag_values=values)
  define("which", "last", "Its counter, best or last.", flag_values=values)
  flags.DEFINE_float(
    "keep", 0.5, "Share of the cells to keep.", 0, 1, flag_values=values
  )
  labelled.define_flags(values)


def measure(
  run: Path,
  which: str,
  records: Path,
  split: str,
  every: int,
  keep: float,
  precision: str,
) -> list[str]:
  """Returns a line for each rule; see `table`."""
  ensemble = MaskEnsemble(load_model(RunFolder(run).model(which), precision))
  predict = tf.function(ensemble, reduce_retracing=True)
  data = config.load_config(run).data
  shape = (len(cell_selection.BANDS), 2, 4)
  sums = {rule: np.zeros(shape) for rule in cell_selection.RULES}
  members = labelled.pictures(records, split, every)
  for record in tqdm(members, desc=run.name, unit="picture", disable=None):
    moments = predict(decode_image(record.image)[tf.newaxis])
    density, variance = (
      maps[0, ..., 0].numpy() for maps in (moments.mean, moments.total)
    )
    own = record.counted_sigmas() if data.adaptive_sigma else None
    truth = density_map(
      record.counted_points(),
      *(record.height, record.width, data.sigma if own is None else own),
    )[..., 0].numpy()
    inside = np.ones(density.shape, bool)
    region = record.region()
    if region is not None:
      shares = cell_shares(tf.cast(region, tf.float32)[..., tf.newaxis])
      inside = shares[..., 0].numpy() > 0.5
    for rule, gathered in sums.items():
      kept = cell_selection.confident_cells(
        density, variance, rule, keep, inside
      )
      gathered += cell_sums(density[inside], truth[inside], kept[inside])
  return table(sums)


def cell_sums(
  density: np.ndarray, truth: np.ndarray, kept: np.ndarray
) -> np.ndarray:
  """Sums cells, |error|, prediction and truth by band of predicted density.

  Args:
    density: predicted, people per cell, of any shape.
    truth: same shape.
    kept: boolean, same shape.

  Returns:
    float64 array of shape [bands, 2, 4], kept cells before others.
  """
  values = np.stack(
    [np.ones_like(density), np.abs(density - truth), density, truth], axis=-1
  ).astype(np.float64)
  bands = cell_selection.band_of(density)
  return np.array(
    [
      [values[(bands == band) & side].sum(axis=0) for side in (kept, ~kept)]
      for band in range(len(cell_selection.BANDS))
    ]
  )


def table(sums: dict[str, np.ndarray]) -> list[str]:
  """Formats sums by rule; see `cell_sums`.

  Returns:
    Lines of: share of the people in kept cells; mean |error| of a kept cell
    and of another one, in hundredths of a person, and their ratio; how far the
    mass of either is off; and the ratio within each band.
  """
  lines = [
    " " * 12
    + "|error| of a cell, hundredths".rjust(36)
    + " " * 24
    + "in/out where people per cell are at least",
    f"{'rule':>12}"
    + "".join(f"{title:>9}" for title in _COLUMNS).ljust(60)
    + "".join(f"{band:>8g}" for band in cell_selection.BANDS),
  ]
  for rule, bands in sums.items():
    inside, outside = bands.sum(axis=0)
    errors = [share(side[1], side[0]) for side in (inside, outside)]
    row = f"{rule:>12}{share(inside[3], inside[3] + outside[3]):>9.1%}"
    row += "".join(f"{_HUNDREDTHS * error:>9.3f}" for error in errors)
    row += f"{share(*errors):>9.2f}"
    for side in (inside, outside):
      row += f"{share(side[2] - side[3], side[3]):>+9.1%}"
    lines.append(row.ljust(72) + "".join(f"{_ratio(b):>8.2f}" for b in bands))
  return lines


def _ratio(band: np.ndarray) -> float:
  """Returns the error of a kept cell over that of another one, of [2, 4]."""
  return share(*(share(side[1], side[0]) for side in band))


def share(part: float, whole: float) -> float:
  """Divides; nothing of nothing is NaN."""
  return part / whole if whole else np.nan


def main() -> None:
  """Measures and prints."""
  lines = measure(
    Path(FLAGS.run),
    FLAGS.which,
    Path(FLAGS.records),
    FLAGS.split,
    FLAGS.every,
    FLAGS.keep,
    FLAGS.compute,
  )
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  app.require("run", "records")
  app.run(main)
