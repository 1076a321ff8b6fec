r"""Kills a run at random moments, and compares its end with an undisturbed one.

python -m benchmarks.resume --kills=10 --output=runs/resume

A small network on pictures it makes itself: stage 1, then two rounds. SIGKILL
falls at moments drawn over all of that, labelling passes included. Weights and
caches of pseudo-labels must come out the same, byte for byte.
"""

import hashlib
import random
import shlex
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
from absl import flags

from cdcc_tf import command_line
from cdcc_tf.errors import InputError
from cdcc_tf.run_folder import RunFolder

FLAGS = flags.FLAGS
_OPTIONS = """
  --encoder_weights=none --width=0.05 --initializer=he_normal
  --nospatial_encoder --precision=float32 --crop=32 --sigma=4
  --source_batch=3 --target_batch=2 --target_held_out=2 --validation_crop=32
  --orientation_grid=2 --orientation_warmup=5 --orientation_ramp=5
  --ema_momentum=0.5 --stage1_steps=60 --checkpoint_every=10
  --validate_every=20 --rounds=2 --round_steps=40
"""


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  flags.DEFINE_integer(
    "kills", 10, "How often to kill the run.", 0, flag_values=values
  )
  flags.DEFINE_integer("seed", 0, "Of the moments.", flag_values=values)
  flags.DEFINE_string(
    "output", None, "New folder for data and runs.", flag_values=values
  )


def make_records(folder: Path) -> None:
  """Makes tiny synthetic crowds, a source and a target."""
  for name, preset in (("source", "square"), ("target", "street")):
    subprocess.run(
      [
        *(sys.executable, "-m", "data_tools.synthesize"),
        *(f"--preset={preset}", "--pictures=80", "--seed=1"),
        *("--width=96", "--height=64", "--max_heads=20"),
        *("--val_fraction=0.1", f"--output={folder / name}"),
      ],
      check=True,
    )


def train(folder: Path, run: Path, seconds: float | None) -> bool:
  """Trains; kills after so many seconds, if it still runs.

  Returns:
    Whether it came to its end.

  Raises:
    InputError: it failed by itself.
  """
  command = [
    *(sys.executable, "-m", "cdcc_tf.train", *shlex.split(_OPTIONS)),
    f"--source_records={folder / 'source'}",
    f"--target_records={folder / 'target'}",
    f"--run={run}",
  ]
  process = subprocess.Popen(
    command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
  )
  try:
    _, errors = process.communicate(timeout=seconds)
  except subprocess.TimeoutExpired:
    process.kill()
    process.communicate()
    return False
  if process.returncode:
    raise InputError(f"{run}: training failed: {errors.decode()[-500:]}")
  return True


def contents(run: Path) -> dict[str, str]:
  """Returns a digest of every weight and every file of pseudo-labels."""
  digests = {}
  folder = RunFolder(run)
  for which in ("best", "last"):
    model = keras.models.load_model(folder.model(which), compile=False)
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
  start = time.perf_counter()
  train(output, output / "undisturbed", None)
  whole = time.perf_counter() - start
  draw = random.Random(seed)
  lines = [f"undisturbed: {whole:.1f} s"]
  # A share of the whole each, so that the kills fall all along the way.
  for number in range(kills):
    seconds = draw.uniform(0.2, 2.0) * whole / max(kills, 1) + whole / 4
    ended = train(output, output / "killed", seconds)
    how = "had ended" if ended else "killed"
    lines.append(f"kill {number + 1}: {how} after {seconds:.1f} s")
  train(output, output / "killed", None)
  one, other = (contents(output / name) for name in ("undisturbed", "killed"))
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
  command_line.require("output")
  command_line.run(main)
