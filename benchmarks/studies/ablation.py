r"""The four arms of the method, from one start and with equal steps.

  A  source only            B  + flip (stage 1)
  C  + pseudo-labels        D  the full method

  python -m benchmarks.studies.ablation \
      --flagfile=experiments/unity2shtb.flags \
      --rounds=3 --seeds=0 --output=runs/four_arms --split=dev

A and C go on from one stage 1, which saw the source alone, B and D from one
with the flip; both began with the same weights. Then all take the same number
of steps in rounds of the same schedule, A and B on the source alone. The labels
of the target serve the table alone. Interrupted? The same command goes on where
it was.
"""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from absl import flags

from benchmarks import whole_numbers
from cdcc_tf.cli import app
from cdcc_tf.config import (
  ExperimentConfig,
  PseudoLabelConfig,
  RoundsConfig,
  experiment_flags,
)
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.visualization import charts, overlays

FLAGS = flags.FLAGS
ARMS = {
  "A": "source only",
  "B": "+ flip",
  "C": "+ pseudo-labels",
  "D": "full method",
}
FIGURES = {
  "mae": "MAE",
  "rmse": "RMSE",
  "nae": "NAE",
  "correlation": "r",
  "bias": "bias",
  "coverage_90": "90 % holds",
}


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied, beside every option of an experiment."""
  experiment_flags.define_flags(values)
  flags.DEFINE_string(
    "output", None, "Folder of the runs and the table.", flag_values=values
  )
  whole_numbers.define("seeds", "0", "Seeds of the arms", values)
  flags.DEFINE_string(
    "split", "dev", "Labelled split of the target.", flag_values=values
  )


def start_of(full: ExperimentConfig, flip: bool, seed: int) -> ExperimentConfig:
  """Returns the stage 1 that two arms share, whatever their stage 2.

  Args:
    full: the full method, arm D.
    flip: whether with the target's task.
    seed: of the arms.
  """
  training = dataclasses.replace(full.training, seed=seed)
  if not flip:
    training = dataclasses.replace(training, orientation_weight=0.0)
  return dataclasses.replace(
    full,
    training=training,
    rounds=RoundsConfig(rounds=0),
    pseudo=PseudoLabelConfig(),
  )


def arm_of(
  full: ExperimentConfig, arm: str, seed: int, start: str
) -> ExperimentConfig:
  """Returns an arm of the full method, of as many steps.

  Args:
    full: the full method, arm D.
    arm: a key of ARMS.
    seed: of the arm.
    start: run folder of its stage 1.

  Raises:
    InputError: the method is not full: it has no flip or no rounds.
  """
  if not full.adapts or not full.rounds.rounds:
    raise InputError(
      "--orientation_weight and --rounds: both must be above 0, or there are "
      "no four arms."
    )
  training = dataclasses.replace(
    full.training,
    seed=seed,
    stage1_from=start,
    orientation_weight=full.training.orientation_weight if arm in "BD" else 0.0,
  )
  # Equal steps: nobody stops early.
  rounds = dataclasses.replace(full.rounds, stop_movement=0.0)
  pseudo = full.pseudo
  if arm in "AB":
    rounds = dataclasses.replace(rounds, pseudo_weight=0.0)
    # Another choice of labels leaves finished arms without any as they are.
    pseudo = PseudoLabelConfig()
  return dataclasses.replace(
    full, training=training, rounds=rounds, pseudo=pseudo
  )


def train(experiment: ExperimentConfig, run: Path) -> None:
  """Trains an experiment, in a process of its own."""
  flag_file = run.with_suffix(".flags")
  write_atomically(flag_file, "\n".join(experiment.to_flags()) + "\n")
  _command("cdcc_tf.train", f"--flagfile={flag_file}", f"--run={run}")


def evaluate(run: Path, records: str, split: str) -> dict:
  """Evaluates a finished arm.

  Returns:
    The contents of the evaluation's `metrics.json`.
  """
  name = f"{Path(records).resolve().name}_{split}_last"
  measured = run / "evaluation" / name
  if not (measured / "metrics.json").exists():
    _command(
      *("cdcc_tf.evaluate", f"--run={run}", f"--records={records}"),
      *(f"--split={split}", f"--output={measured}", "--which=last"),
    )
  return dict(json.loads((measured / "metrics.json").read_text()))


def _command(*command: str) -> None:
  print(f"\n$ python -m {' '.join(command)}", flush=True)
  done = subprocess.run([sys.executable, "-m", *command])
  if done.returncode:
    sys.exit(done.returncode)


def table(results: dict[str, list[dict]]) -> str:
  """Formats the arms: the mean over seeds and, of several, ± their deviation.

  Args:
    results: arm to the figures of each seed.
  """
  titles = "".join(f"{title:>18}" for title in FIGURES.values())
  lines = [f"{'arm':<20}{titles}"]
  for arm, seeds in results.items():
    cells = []
    for figure in FIGURES:
      values = [s[figure] for s in seeds if s.get(figure) is not None]
      text = "-"
      if values:
        text = f"{np.mean(values):.2f}"
        if len(values) > 1:
          text += f" ± {np.std(values, ddof=1):.2f}"
      cells.append(f"{text:>18}")
    lines.append(f"{arm + ' ' + ARMS[arm]:<20}" + "".join(cells))
  means = {
    arm: float(np.mean([figures["mae"] for figures in seeds]))
    for arm, seeds in results.items()
  }
  order = sorted(means, key=lambda arm: means[arm])
  lines.append(f"By mean MAE, best first: {', '.join(order)}")
  first, *others = results
  for arm in others:
    # Arms of a seed share their start: their ratio varies less than either.
    ratios = [
      figures["mae"] / reference["mae"]
      for figures, reference in zip(results[arm], results[first], strict=True)
    ]
    each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    lines.append(f"MAE of {arm} over {first}'s, seed by seed: {each}")
  return "\n".join(lines)


def main() -> None:
  """Runs every arm of every seed, then prints and writes the table."""
  full, output = experiment_flags.from_flags(), Path(FLAGS.output)
  results: dict[str, list[dict]] = {arm: [] for arm in ARMS}
  for seed in whole_numbers.of("seeds"):
    for arm in ARMS:
      flip = arm in "BD"
      start = output / f"start_{'flip' if flip else 'source'}_seed{seed}"
      experiment = arm_of(full, arm, seed, str(start))
      run = output / f"{arm}_seed{seed}"
      train(start_of(full, flip, seed), start)
      train(experiment, run)
      results[arm].append(evaluate(run, full.data.target_records, FLAGS.split))
  print("\n" + table(results))
  text = json.dumps(results, indent=1) + "\n"
  write_atomically(output / "four_arms.json", text)
  chart = charts.bars(
    {
      f"{arm} {name}": [figures["mae"] for figures in results[arm]]
      for arm, name in ARMS.items()
    },
    f"{Path(full.data.target_records).name}, {FLAGS.split}",
    "MAE",
  )
  overlays.save(chart, output / "four_arms.png")
  print(f"As JSON and as a figure: {output}")


if __name__ == "__main__":
  define_flags()
  app.require("output", "source_records", "target_records")
  app.run(main)
