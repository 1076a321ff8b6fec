r"""Trains a counter for an unlabelled target domain.

  python -m cdcc_tf.train --flagfile=experiments/unity2shtb.flags \
      --run=runs/unity2shtb

Killed? The same command goes on where it was.

--run, --source_records and, to adapt, --target_records are required. Options
default to the paper's choices where it makes them; what has worked on real
pictures is in experiments/_base.flags, so begin with a file that names it, or
with --flagfile=experiments/_base.flags.
"""

from absl import flags

from cdcc_tf.cli import app
from cdcc_tf.config import experiment_flags

FLAGS = flags.FLAGS

flags.DEFINE_string(
  "run", None, "Folder of the run; an unfinished one is resumed. Required."
)
experiment_flags.define_flags()
flags.adopt_module_key_flags(experiment_flags)


def main() -> None:
  """Opens the run folder and trains."""
  experiment_config = experiment_flags.from_flags()
  from cdcc_tf.runs import opening
  from cdcc_tf.training import start

  folder = opening.open_run(FLAGS.run, experiment_config)
  start.check(experiment_config, folder)
  # Here, because the above is to be refused before TensorFlow is imported.
  from cdcc_tf.training import experiment

  experiment.run(experiment_config, folder)
  print(
    f"Trained. Look at {folder.panels} or: tensorboard --logdir {FLAGS.run}"
  )
  print(f"Next: python -m cdcc_tf.evaluate --run={FLAGS.run} --records=…")


def cli() -> None:
  """Entry point of `cdcc-train`."""
  app.require("run", "source_records")
  app.run(main)


if __name__ == "__main__":
  cli()
