r"""How figures that need no target label rank counters, against their true MAE.

python -m benchmarks.signals --runs=runs/a,runs/b --records=records/shtb

Takes the counter at the end of every stage of every run. The labels of the
target serve this table alone; no run ever reads them.
"""

import json
from pathlib import Path

import numpy as np
from absl import flags
from scipy import stats

from cdcc_tf import command_line, config
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, load_model
from cdcc_tf.training import evaluation

FLAGS = flags.FLAGS
# Lower is better for every one of them.
SIGNALS = ("val_mae", "val_mirror_gap", "val_scale_gap", "val_mask_gap")


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  flags.DEFINE_list(
    "runs", None, "Run folders, with commas between them.", flag_values=values
  )
  flags.DEFINE_string(
    "records", None, "Labelled records of the target.", flag_values=values
  )
  flags.DEFINE_string("split", "dev", "Their split.", flag_values=values)
  flags.DEFINE_enum(
    "compute",
    "auto",
    ["auto", "float32", "bfloat16"],
    "Precision.",
    flag_values=values,
  )


def measure(
  runs: list[Path], records: Path, split: str, precision: str
) -> list[str]:
  """Returns a line for each counter, and one of rank correlations.

  Raises:
    InputError: fewer than three counters: there is nothing to rank.
  """
  rows = []
  for run in runs:
    for home in sorted((run / "stages").glob("*")):
      record = json.loads((home / "record.json").read_text())
      mae = _true_mae(run, home, records, split, precision)
      signals = [record.get(name, np.nan) for name in SIGNALS]
      rows.append((f"{run.name}/{home.name}", mae, *signals))
  if len(rows) < 3:
    raise InputError(f"--runs: {len(rows)} finished stages; name runs with 3.")
  titles = ("counter", "target MAE", *SIGNALS)
  lines = ["".join(f"{title:>22}" for title in titles)]
  for name, *figures in rows:
    lines.append(f"{name:>22}" + "".join(f"{f:>22.3f}" for f in figures))
  columns = np.array([row[1:] for row in rows], np.float64).T
  ranks = [_rank_correlation(columns[0], column) for column in columns]
  lines.append(
    f"{'Spearman with MAE':>22}" + "".join(f"{rank:>22.2f}" for rank in ranks)
  )
  return lines


def _rank_correlation(true: np.ndarray, signal: np.ndarray) -> float:
  both = np.isfinite(true) & np.isfinite(signal)
  if both.sum() < 3:
    return np.nan
  return float(stats.spearmanr(true[both], signal[both]).statistic)


def _true_mae(
  run: Path, home: Path, records: Path, split: str, precision: str
) -> float:
  counter = CrowdCounter(load_model(home / "model.keras", precision))
  figures, _ = evaluation.evaluate(
    counter,
    records,
    split,
    run / "evaluation" / f"{records.resolve().name}_{split}_{home.name}",
    config.load(run).data.sigma,
    panels=0,
  )
  return float(figures["mae"] or 0.0)


def main() -> None:
  """Measures and prints."""
  runs = [Path(run) for run in FLAGS.runs]
  lines = measure(runs, Path(FLAGS.records), FLAGS.split, FLAGS.compute)
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  command_line.require("runs", "records")
  command_line.run(main)
