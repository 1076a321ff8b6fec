r"""How figures that need no target label rank counters, against their true MAE.

python -m benchmarks.studies.signals --runs=runs/a,runs/b --records=records/shtb

Takes every counter that a run with --keep_counters kept, or the one at the end
of each stage. Below them: how each figure's order agrees with that of the true
errors, and how wrong the counter is that it would have chosen: of all, over the
best and over the last one, and of each run's last stage, where
--select_by=source chooses. The labels of the target serve this table alone; no
run ever reads them.
"""

import json
from pathlib import Path

import numpy as np
from absl import flags
from scipy import stats
from tqdm import tqdm

from benchmarks.studies import labelled
from cdcc_tf.cli import app
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, load_model
from cdcc_tf.runs.folder import RunFolder

FLAGS = flags.FLAGS
# Lower is better for every one of them.
SIGNALS = {
  "val_mae": "source MAE",
  "val_mirror_gap": "mirror gap",
  "val_scale_gap": "scale gap",
  "val_mask_gap": "mask gap",
  "orientation_error": "flip error",
  "drift": "drift",
}


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  flags.DEFINE_list(
    "runs", None, "Run folders, with commas between them.", flag_values=values
  )
  labelled.define_flags(values)


def measure(
  runs: list[Path], records: Path, split: str, every: int, precision: str
) -> list[str]:
  """Returns a line for each counter, and those of what signals are worth.

  Raises:
    InputError: fewer than three counters: there is nothing to rank.
  """
  homes = {run: _counters(run) for run in runs}
  found = sum(map(len, homes.values()))
  if found < 3:
    raise InputError(
      f"--runs: {found} counters; name runs with 3, or train with "
      "--keep_counters."
    )
  pictures = labelled.pictures(records, split, every)
  rows: list[tuple[str, list[float]]] = []  # runs may share a name
  last_stage = []  # whether a row is of it
  seen = set()
  for run, folders in homes.items():
    members = [
      (home, json.loads((home / "record.json").read_text())) for home in folders
    ]
    before = None
    for home, record in members:
      name = f"{run.name}/{home.name}"
      counts, errors = _counted(home, pictures, precision, name)
      signals, before = _signals(record, before), record
      if counts in seen:  # arms that share their stage 1
        continue
      seen.add(counts)
      rows.append((name, [float(np.mean(errors)), *signals]))
      last_stage.append(record["stage"] == members[-1][1]["stage"])
  titles = ("target MAE", *SIGNALS.values())
  lines = [f"{'counter':>28}" + "".join(f"{title:>12}" for title in titles)]
  for name, figures in rows:
    lines.append(f"{name:>28}" + "".join(f"{f:>12.3f}" for f in figures))
  return lines + _worth(np.array([row for _, row in rows]).T, last_stage)


def _counted(
  home: Path, pictures: list[CrowdRecord], precision: str, name: str
) -> tuple[tuple[float, ...], list[float]]:
  """Returns a counter's count of every picture, and its absolute error."""
  counter = CrowdCounter(load_model(home / "model.keras", precision))
  counts, errors = [], []
  for picture in tqdm(pictures, desc=name, unit="picture", disable=None):
    image = decode_image(picture.image).numpy()
    count = counter.count(image, picture.region()).count
    counts.append(count)
    errors.append(abs(count - len(picture.counted_points())))
  return tuple(counts), errors


def _worth(columns: np.ndarray, last_stage: list[bool]) -> list[str]:
  """Returns lines of what each signal is worth.

  Args:
    columns: the true errors and the signals, [1 + signals, counters].
    last_stage: which counters are of their run's last stage, [counters].
  """
  true, late = columns[0], columns[:, last_stage]
  chosen = [_chosen(true, column) for column in columns]
  return [
    f"{title:>28}" + "".join(f"{figure:>12.2f}" for figure in figures)
    for title, figures in (
      ("counters that have it", np.isfinite(columns).sum(axis=1)),
      (
        "Spearman with MAE",
        [_rank_correlation(true, column) for column in columns],
      ),
      ("MAE of its choice", chosen),
      ("over the best", [mae - true.min() for mae in chosen]),
      ("over the last", [mae - true[-1] for mae in chosen]),
      ("of last stages alone", [_chosen(late[0], column) for column in late]),
    )
  ]


def _chosen(true: np.ndarray, signal: np.ndarray) -> float:
  """Returns the error of the counter of the lowest signal, or of several.

  Where they tie, any of them may be taken: it is their mean.
  """
  if not np.isfinite(signal).any():
    return np.nan
  return float(true[signal == np.nanmin(signal)].mean())


def _counters(run: Path) -> list[Path]:
  """Returns the folders of a run's counters, by their step."""
  folder = RunFolder(run)
  kept = list(folder.counters.glob("*/model.keras"))
  homes = [path.parent for path in kept or run.glob("stages/*/model.keras")]
  return sorted(homes, key=lambda home: folder.step_of(home) or 0)


def _signals(record: dict, before: dict | None) -> list[float]:
  """Returns a figure for each of SIGNALS; NaN where it was not measured."""
  accuracy = record.get("val_orientation_accuracy", np.nan)
  count = record.get("val_target_count", np.nan)
  last = np.nan if before is None else before.get("val_target_count", np.nan)
  derived = {
    "orientation_error": 1 - accuracy,
    "drift": abs(count - last) / max(last, 1e-6),
  }
  return [derived.get(name, record.get(name, np.nan)) for name in SIGNALS]


def _rank_correlation(true: np.ndarray, signal: np.ndarray) -> float:
  both = np.isfinite(true) & np.isfinite(signal)
  if both.sum() < 3 or np.ptp(signal[both]) == 0:
    return np.nan
  return float(stats.spearmanr(true[both], signal[both]).statistic)


def main() -> None:
  """Measures and prints."""
  runs = [Path(run) for run in FLAGS.runs]
  lines = measure(
    runs, Path(FLAGS.records), FLAGS.split, FLAGS.every, FLAGS.compute
  )
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  app.require("runs", "records")
  app.run(main)
