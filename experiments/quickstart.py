"""The main job on built-in data, in minutes on a CPU.

python experiments/quickstart.py

Makes two small synthetic domains that look different (streets and halls by day;
platforms at night, by a poor camera), uses the labels of the first only, and
runs every command once, showing each. Files go to `records/` and `runs/` of
the checkout; what an earlier quick start left there is replaced.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from absl import flags

from cdcc_tf.cli import app

FLAGS = flags.FLAGS
flags.DEFINE_bool(
  "arms",
  False,
  "Instead of training once, compare the method with what it leaves out: "
  "source only, stage 1, pseudo-labels alone, all; three seeds each, about "
  "forty minutes.",
)
RECORDS, RUN = "records/quickstart", "runs/quickstart"
SIZE = "--width=320 --height=240 --max_heads=250"
COMMANDS = (
  f"data_tools.synthesize --preset=street,indoor --pictures=240 --seed=1 {SIZE}"
  f" --val_fraction=0.1 --output={RECORDS}_source --overwrite"
  f" --contact_sheet={RUN}_source.png",
  f"data_tools.synthesize --preset=surveillance --pictures=160 --seed=2 {SIZE}"
  f" --dev_every=3 --output={RECORDS}_target --overwrite"
  f" --contact_sheet={RUN}_target.png",
  f"cdcc_tf.train --flagfile=experiments/quickstart.flags --run={RUN}",
  f"cdcc_tf.evaluate --run={RUN} --records={RECORDS}_target --split=dev",
  f"data_tools.synthesize --preset=surveillance --pictures=4 --seed=3 {SIZE}"
  f" --output={RECORDS}_photos --files={RUN}/photos --overwrite",
  f"cdcc_tf.predict --run={RUN} --input={RUN}/photos"
  f" --output={RUN}/predictions",
  f"cdcc_tf.export --run={RUN} --output={RUN}/exported",
)
ARMS = (
  *COMMANDS[:2],
  "benchmarks.studies.ablation --flagfile=experiments/quickstart.flags"
  f" --seeds=0,1,2 --output={RUN}_arms",
)


def main() -> None:
  """Runs the commands, one run from scratch; stops at the first that fails."""
  os.chdir(Path(__file__).resolve().parent.parent)
  if not FLAGS.arms:  # these go on where they were interrupted
    shutil.rmtree(RUN, ignore_errors=True)
  for command in ARMS if FLAGS.arms else COMMANDS:
    print(f"\n$ python -m {command}", flush=True)
    done = subprocess.run([sys.executable, "-m", *shlex.split(command)])
    if done.returncode:
      sys.exit(done.returncode)


if __name__ == "__main__":
  app.run(main)
