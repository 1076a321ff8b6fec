r"""What keeping freed memory saves a training run (`cdcc_tf.cli.startup`).

  python -m benchmarks.memory --flagfile=experiments/unity2shtb.flags \
      --source_records=… --target_records=… --steps=10

Trains the first steps of an experiment in processes of their own, in turns with
and without, and compares what their processors did and how fast they learned.
"""

import json
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from absl import flags

from benchmarks import timing
from cdcc_tf.cli import app
from cdcc_tf.config import experiment_flags

FLAGS = flags.FLAGS
# Any of glibc's own variables switches ours off; this one asks for its default.
_LEFT_ALONE = {"MALLOC_PERTURB_": "0"}


class Cost(NamedTuple):
  """What a run took.

  Attributes:
    step: seconds, tracing before the first one shared out.
    user: seconds of the processors in programs.
    system: seconds of the processors in the kernel.
    memory: most at a time, GB.
  """

  step: float
  user: float
  system: float
  memory: float


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied, beside every option of an experiment."""
  experiment_flags.define_flags(values)
  define = flags.DEFINE_integer
  define("steps", 20, "Training steps of a run.", 1, flag_values=values)
  define("repeats", 3, "Runs of each side.", 1, flag_values=values)


def train(lines: list[str], steps: int, variables: dict[str, str]) -> Cost:
  """Trains in a process of its own.

  Args:
    lines: of a flag file, the experiment.
    steps: to take.
    variables: of the environment, besides this process's.

  Raises:
    SystemExit: training failed; it has said why.
  """
  with tempfile.TemporaryDirectory() as temporary:
    flag_file, run = Path(temporary) / "flags", Path(temporary) / "run"
    every = [f"--{n}={steps}" for n in ("checkpoint_every", "validate_every")]
    options = [*lines, f"--stage1_steps={steps}", *every, "--rounds=0"]
    flag_file.write_text("\n".join(options) + "\n")
    command = ["-m", "cdcc_tf.train", f"--flagfile={flag_file}", f"--run={run}"]
    child = os.spawnve(
      os.P_NOWAIT,
      sys.executable,
      [sys.executable, *command],
      os.environ | variables,
    )
    _, status, used = os.wait4(child, 0)
    if status:
      sys.exit(os.waitstatus_to_exitcode(status))
    row = json.loads((run / "history.json").read_text())[-1]
  return Cost(
    row["seconds"] / steps,
    used.ru_utime,
    used.ru_stime,
    used.ru_maxrss / 2**20,
  )


def measure(lines: list[str], steps: int, repeats: int) -> list[str]:
  """Trains on both sides, in turns.

  Returns:
    A line for each side, and one of the ratio of their steps' times.
  """
  sides: dict[str, dict[str, str]] = {"kept": {}, "given back": _LEFT_ALONE}
  costs: dict[str, list[Cost]] = {name: [] for name in sides}
  for _ in range(repeats):
    for name, variables in sides.items():
      costs[name].append(train(lines, steps, variables))
  rows = [
    timing.row(
      f"freed memory {name}, a step",
      [cost.step for cost in runs],
      f"{_median(runs, 'user'):.0f} s user, {_median(runs, 'system'):.0f} s "
      f"system, {_median(runs, 'memory'):.1f} GB",
    )
    for name, runs in costs.items()
  ]
  back, kept = ([c.step for c in costs[n]] for n in ("given back", "kept"))
  return [*rows, f"{timing.ratio(back, kept):.2f}x as fast"]


def _median(runs: list[Cost], field: str) -> float:
  return statistics.median(getattr(cost, field) for cost in runs)


def main() -> None:
  """Measures and prints."""
  lines = experiment_flags.from_flags().to_flags()
  print("\n".join(measure(lines, FLAGS.steps, FLAGS.repeats)))


if __name__ == "__main__":
  define_flags()
  app.require("source_records")
  app.run(main)
