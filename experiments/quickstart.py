"""The main job on built-in data, in minutes on a CPU.

python experiments/quickstart.py

Makes two small synthetic domains that look different (streets and halls by day;
platforms at night, by a poor camera), trains with the labels of the first only,
and runs every command once. Each is explained and shown before it runs. Files
go to `records/` and `runs/` of the checkout, in place of an earlier quick
start's.
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
# What a command is for, and the command.
STEPS = {
  "Generate the source domain: 240 labelled pictures of streets and halls.": (
    f"data_tools.synthesize --preset=street,indoor --pictures=240 --seed=1"
    f" {SIZE} --val_fraction=0.1 --output={RECORDS}_source --overwrite"
    f" --contact_sheet={RUN}_source.png"
  ),
  "Generate the target domain: 160 pictures of platforms at night. Training "
  "never sees their labels; a third is kept to measure the counter on.": (
    f"data_tools.synthesize --preset=surveillance --pictures=160 --seed=2"
    f" {SIZE} --dev_every=3 --output={RECORDS}_target --overwrite"
    f" --contact_sheet={RUN}_target.png"
  ),
  "Train a counter: first on source labels and the orientation of target "
  "pictures, then also on its own labels of target pictures.": (
    f"cdcc_tf.train --flagfile=experiments/quickstart.flags --run={RUN}"
  ),
  "Measure it on the target pictures that were kept.": (
    f"cdcc_tf.evaluate --run={RUN} --records={RECORDS}_target --split=dev"
  ),
  "Generate four more pictures, as files: they stand in for your own photos.": (
    f"data_tools.synthesize --preset=surveillance --pictures=4 --seed=3 {SIZE}"
    f" --output={RECORDS}_photos --files={RUN}/photos --overwrite"
  ),
  "Count the people in them, with 90 % intervals and maps of the density.": (
    f"cdcc_tf.predict --run={RUN} --input={RUN}/photos"
    f" --output={RUN}/predictions"
  ),
  "Export the counter for programs that have TensorFlow, but not cdcc_tf.": (
    f"cdcc_tf.export --run={RUN} --output={RUN}/exported"
  ),
}
COMMANDS = tuple(STEPS.values())
ARMS = (
  *COMMANDS[:2],
  "benchmarks.studies.ablation --flagfile=experiments/quickstart.flags"
  f" --seeds=0,1,2 --output={RUN}_arms",
)


def main() -> None:
  """Runs the commands, one run from scratch; stops at the first that fails."""
  os.chdir(Path(__file__).resolve().parent.parent)
  if not FLAGS.arms:  # the arms resume where they were interrupted
    shutil.rmtree(RUN, ignore_errors=True)
  reasons = {command: reason for reason, command in STEPS.items()}
  reasons[ARMS[-1]] = "Train and measure each part of the method alone."
  commands = ARMS if FLAGS.arms else COMMANDS
  for number, command in enumerate(commands, start=1):
    print(f"\n[{number}/{len(commands)}] {reasons[command]}")
    print(f"$ python -m {command}", flush=True)
    done = subprocess.run([sys.executable, "-m", *shlex.split(command)])
    if done.returncode:
      sys.exit(done.returncode)
  if not FLAGS.arms:
    print(f"\nDone. Look at {RUN}/panels and {RUN}/predictions.")


if __name__ == "__main__":
  app.run(main)
