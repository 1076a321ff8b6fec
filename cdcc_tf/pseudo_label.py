r"""Labels pictures where a trained counter is certain.

  python -m cdcc_tf.pseudo_label --run=runs/unity2shtb --records=records/shtb \
      --output=pseudo_labels/

Training makes its own pseudo-labels; this is for looking at them, or for using
them elsewhere. Cells are chosen as the run chose them, but for the options that
are given. Killed? The same command goes on with the first missing shard.
"""

from pathlib import Path

from absl import flags

from cdcc_tf import config
from cdcc_tf.cli import app, counter_flags
from cdcc_tf.config import experiment_flags
from cdcc_tf.data.pseudo_labels import KEY_FILE
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from cdcc_tf.output_folder import OutputFolder
from cdcc_tf.runs.folder import RunFolder

FLAGS = flags.FLAGS

counter_flags.define("whose counter labels")
flags.DEFINE_string(
  "records", None, "Records of the pictures; points are not read."
)
flags.DEFINE_string("split", "train", "Split of the records.")
flags.DEFINE_string("output", None, "Folder of the pseudo-labels.")
experiment_flags.define_flags(groups=["pseudo"])
flags.adopt_module_key_flags(experiment_flags)


def main() -> None:
  """Labels and prints what was kept."""
  from cdcc_tf.training.rounds.cell_selection import RULES

  output = OutputFolder(FLAGS.output)
  output.refuse_filled(unless=KEY_FILE, what="a folder of pseudo-labels")
  folder = RunFolder(Path(FLAGS.run))
  model = folder.model(FLAGS.which)
  experiment = config.load_config(folder.path)
  options = experiment_flags.group_from_flags(
    "pseudo", otherwise=experiment.pseudo
  )
  if options.pseudo_rule not in RULES:  # a run of an earlier version
    raise InputError(
      f"{folder.path}: its --pseudo_rule={options.pseudo_rule} is no longer "
      f"known. Give --pseudo_rule={' or '.join(RULES)}."
    )
  records = RecordDataset.open(FLAGS.records)
  records.files(FLAGS.split)
  # Here, because the above is to be refused before TensorFlow is imported.
  from cdcc_tf.inference.counter import load_model
  from cdcc_tf.training.rounds import label_statistics, labelling
  from cdcc_tf.training.rounds.contrast import matching_contrast
  from cdcc_tf.training.stages import STAGE1

  ratio = 1.0
  # A round's counter has learned to count the images as they are.
  from_stage1 = folder.record(FLAGS.which).get("stage") == STAGE1
  if options.pseudo_match_contrast and from_stage1:
    names = experiment.data.source_folders
    source = [RecordDataset.open(name) for name in names]
    ratio = matching_contrast(source, records, FLAGS.split)
  summary = labelling.label(
    load_model(model, FLAGS.precision),
    records,
    FLAGS.split,
    0,
    output.path,
    options,
    ratio,
  )
  print(label_statistics.table(summary))
  print(f"Pseudo-labels: {FLAGS.output}")


def cli() -> None:
  """Entry point of `cdcc-pseudo-label`."""
  app.require("run", "records", "output")
  app.run(main)


if __name__ == "__main__":
  cli()
