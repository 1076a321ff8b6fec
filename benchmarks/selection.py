r"""Are kept cells better than the others? Error inside and outside the mask.

python -m benchmarks.selection --run=runs/a --records=records/shtb --split=dev

For each rule that chooses pseudo-labels, on labelled pictures of the target:
mean |error| of kept and of other cells, as a share of the people in them, and
by how much their mass is off. The labels serve this table alone.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from absl import flags
from tqdm import tqdm

from benchmarks import labelled
from cdcc_tf import command_line, config
from cdcc_tf.data.density import density_map
from cdcc_tf.data.images import decode_picture
from cdcc_tf.data.regions import cell_shares
from cdcc_tf.inference.counter import load_model
from cdcc_tf.models.uncertainty import MaskEnsemble
from cdcc_tf.run_folder import RunFolder
from cdcc_tf.training import selection

FLAGS = flags.FLAGS
_COLUMNS = (
  *("cells", "people", "error in", "error out"),
  *("mass in", "mass out"),
)


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
  data = config.load(run).data
  sums = {rule: np.zeros((2, 4)) for rule in selection.RULES}
  members = labelled.pictures(records, split, every)
  for record in tqdm(members, desc=run.name, unit="picture", disable=None):
    moments = predict(decode_picture(record.image)[tf.newaxis])
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
      kept = selection.confident_cells(density, variance, rule, keep, inside)
      gathered += cell_sums(density[inside], truth[inside], kept[inside])
  return table(sums)


def cell_sums(
  density: np.ndarray, truth: np.ndarray, kept: np.ndarray
) -> np.ndarray:
  """Sums cells, |error|, prediction and truth, kept cells first, [2, 4].

  Args:
    density: predicted, people per cell, of any shape.
    truth: same shape.
    kept: boolean, same shape.
  """
  values = np.stack(
    [np.ones_like(density), np.abs(density - truth), density, truth], axis=-1
  ).astype(np.float64)
  return np.stack([values[kept].sum(axis=0), values[~kept].sum(axis=0)])


def table(sums: dict[str, np.ndarray]) -> list[str]:
  """Formats sums by rule.

  Returns:
    Lines of: share of the cells that are kept and of the people in them, the
    error of kept and other cells over their people, and how far their mass is
    off.
  """
  lines = [f"{'rule':>12}" + "".join(f"{title:>11}" for title in _COLUMNS)]
  for rule, ((cells, *inside), (others, *outside)) in sums.items():
    people = inside[2] + outside[2]
    error, mass = (
      [
        share(error, true) if kind == 0 else share(predicted - true, true)
        for error, predicted, true in (inside, outside)
      ]
      for kind in (0, 1)
    )
    shares = [share(cells, cells + others), share(inside[2], people), *error]
    lines.append(
      f"{rule:>12}"
      + "".join(f"{value:>11.1%}" for value in shares)
      + "".join(f"{value:>+11.1%}" for value in mass)
    )
  return lines


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
  command_line.require("run", "records")
  command_line.run(main)
