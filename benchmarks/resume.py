r"""Kills a run at random moments, and compares its end with an undisturbed one.

python -m benchmarks.resume --kills=10 --output=runs/resume

A small network on pictures it makes itself: stage 1, then two rounds. SIGKILL
falls at moments drawn over all of that, at least one of them in each labelling
pass. Weights and caches of pseudo-labels must come out the same, byte for byte.
"""

import hashlib
import itertools
import random
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

import numpy as np
from absl import flags

from cdcc_tf.cli import app
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import load_model
from cdcc_tf.runs.folder import RunFolder

FLAGS = flags.FLAGS
_OPTIONS = """
  --encoder_weights=none --width=0.05 --initializer=he_normal
  --precision=float32 --crop=32 --sigma=4
  --source_batch=3 --target_batch=2 --target_held_out=2 --validation_crop=32
  --orientation_grid=2 --orientation_warmup=5 --orientation_ramp=5
  --ema_momentum=0.5 --stage1_steps=60 --checkpoint_every=10
  --validate_every=20 --rounds=2 --round_steps=40 --pseudo_match_contrast
"""


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  flags.DEFINE_integer(
    "kills", 10, "How often to kill the run.", 1, flag_values=values
  )
  flags.DEFINE_integer("seed", 0, "Of the moments.", flag_values=values)
  flags.DEFINE_string(
    "output", None, "New folder for data and runs.", flag_values=values
  )


def make_records(folder: Path) -> None:
  """Makes tiny synthetic crowds, a source and a target of less contrast."""
  for name, preset in (("source", "square"), ("target", "surveillance")):
    subprocess.run(
      [
        *(sys.executable, "-m", "data_tools.synthesize"),
        *(f"--preset={preset}", "--pictures=80", "--seed=1"),
        *("--width=96", "--height=64", "--max_heads=20"),
        *("--val_fraction=0.1", f"--output={folder / name}"),
      ],
      check=True,
    )


def start(folder: Path, run: Path) -> subprocess.Popen:
  """Starts, or resumes, the training; its errors go to a file."""
  command = [
    *(sys.executable, "-m", "cdcc_tf.train", *shlex.split(_OPTIONS)),
    f"--source_records={folder / 'source'}",
    f"--target_records={folder / 'target'}",
    f"--run={run}",
  ]
  with run.with_suffix(".log").open("wb") as log:
    return subprocess.Popen(command, stdout=log, stderr=log)


def finish(folder: Path, run: Path) -> None:
  """Trains to the end.

  Raises:
    InputError: it failed by itself.
  """
  if start(folder, run).wait():
    _failed(run)


def progress(run: Path) -> int:
  """Counts what is done for good: intervals of steps, shards of labels."""
  shards = list(run.glob("pseudo_labels/*/shard-*.json"))
  return len(RunFolder(run).rows()) + len(shards)


def units(run: Path) -> list[str]:
  """Names everything that `progress` counts in a finished run, in order."""
  rows = RunFolder(run).rows()
  names = []
  for stage, members in itertools.groupby(rows, key=lambda row: row["stage"]):
    shards = run.glob(f"pseudo_labels/{stage}/shard-*.json")
    names += [f"labelling for {stage}" for _ in shards]
    names += [stage for _ in members]
  return names


def plan(names: list[str], kills: int, dice: random.Random) -> list[int]:
  """Draws after how much progress to kill, ascending, all different.

  Args:
    names: from `units`.
    kills: how many; at least one falls in each labelling pass.
    dice: of the moments.

  Raises:
    InputError: more kills than moments, or fewer than labelling passes.
  """
  passes = sorted({name for name in names if name.startswith("labelling")})
  if not len(passes) <= kills < len(names):
    raise InputError(
      f"--kills={kills}: give {len(passes)} to {len(names) - 1}."
    )
  everywhere = range(1, len(names))  # after the last it may have ended
  chosen = {
    dice.choice([n for n in everywhere if names[n - 1] == name])
    for name in passes
  }
  others = [number for number in everywhere if number not in chosen]
  return sorted(chosen.union(dice.sample(others, kills - len(chosen))))


def kill_after(folder: Path, run: Path, done: int, pause: float) -> int:
  """Trains until so much is done, and a pause longer; then kills.

  Returns:
    How much was done when it was killed.

  Raises:
    InputError: it ended before that.
  """
  process = start(folder, run)
  while progress(run) < done and process.poll() is None:
    time.sleep(0.02)
  time.sleep(pause)
  if process.poll() is not None:
    _failed(run)
  process.kill()
  process.wait()
  return progress(run)


def _failed(run: Path) -> NoReturn:
  log = run.with_suffix(".log").read_text(errors="replace")
  raise InputError(f"{run}: training ended by itself: {log[-500:]}")


def contents(run: Path) -> dict[str, str]:
  """Returns a digest of every weight and every file of pseudo-labels."""
  digests = {}
  folder = RunFolder(run)
  for which in ("best", "last"):
    model = load_model(folder.model(which))
    for index, weight in enumerate(model.get_weights()):
      content = np.ascontiguousarray(weight).tobytes()
      digests[f"{which}/{index}"] = hashlib.sha256(content).hexdigest()
  for file in sorted((run / "pseudo_labels").rglob("*")):
    if file.is_file():
      name = str(file.relative_to(run))
      digests[name] = hashlib.sha256(file.read_bytes()).hexdigest()
  return digests


def measure(output: Path, kills: int, seed: int) -> list[str]:
  """Runs both; returns what was done and whether they agree.

  Raises:
    InputError: they do not agree.
  """
  make_records(output)
  undisturbed, killed = output / "undisturbed", output / "killed"
  begin = time.perf_counter()
  finish(output, undisturbed)
  whole = time.perf_counter() - begin
  names, dice = units(undisturbed), random.Random(seed)
  lines = [f"undisturbed: {whole:.1f} s, {len(names)} intervals and shards"]
  done = 0
  for number, wanted in enumerate(plan(names, kills, dice)):
    # Anywhere between this and the next: half of a typical one at most.
    pause = dice.uniform(0, 0.5) * whole / 2 / len(names)
    wanted = min(max(wanted, done + 1), len(names) - 1)
    done = kill_after(output, killed, wanted, pause)
    where = names[min(done, len(names)) - 1]
    lines.append(f"kill {number + 1}: after {done} of {len(names)}, {where}")
  finish(output, killed)
  one, other = (contents(run) for run in (undisturbed, killed))
  different = sorted(
    name for name in {*one, *other} if one.get(name) != other.get(name)
  )
  if different:
    raise InputError(f"{output}: differs in {', '.join(different[:9])}")
  lines.append(f"{len(one)} weights and files, all the same")
  return lines


def main() -> None:
  """Measures and prints."""
  print("\n".join(measure(Path(FLAGS.output), FLAGS.kills, FLAGS.seed)))


if __name__ == "__main__":
  define_flags()
  app.require("output")
  app.run(main)
