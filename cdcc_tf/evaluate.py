r"""Measures a trained counter on labelled records.

  python -m cdcc_tf.evaluate --run=runs/unity2shtb --records=records/shtb \
      --split=dev

Writes metrics.json (with all it takes to repeat it), pictures.csv and panels.
"""

from pathlib import Path

from absl import flags

from cdcc_tf import config
from cdcc_tf.cli import app, counter_flags
from cdcc_tf.data.records.manifest import load_manifest
from cdcc_tf.evaluation import files, protocols, results
from cdcc_tf.runs.folder import RunFolder

FLAGS = flags.FLAGS

counter_flags.define("whose counter to measure")
counter_flags.define_fast()
flags.DEFINE_string("records", None, "Labelled records to measure on.")
flags.DEFINE_string("split", "test", "Split of the records.")
flags.DEFINE_string(
  "output", None, "Folder for the results; by default inside the run."
)
flags.DEFINE_enum(
  "protocol",
  "pictures",
  list(protocols.PROTOCOLS),
  "How the data set's published figures average: over all pictures alike; over "
  "groups that the records name (worldexpo10: scenes; ucf_cc_50: folds); or by "
  "level of crowding (nwpu).",
)
flags.DEFINE_list(
  "together_with",
  [],
  "Outputs of evaluations of other counters, separated by commas, whose "
  "pictures --protocol averages with these: with ucf_cc_50, those of the "
  "counters of the other four folds.",
)
flags.DEFINE_integer("panels", 3, "Prediction panels to draw.", lower_bound=0)


def main() -> None:
  """Evaluates; prints what was measured and a table."""
  records = Path(FLAGS.records)
  name = f"{records.resolve().name}_{FLAGS.split}_{FLAGS.which}"
  if FLAGS.fast:
    name += "_fast"
  output = Path(FLAGS.output or Path(FLAGS.run) / "evaluation" / name)
  files.folder_for(output)
  others = [Path(place) for place in FLAGS.together_with]
  results.read_all(others, FLAGS.protocol)
  data = config.load_config(FLAGS.run).data
  run = RunFolder(Path(FLAGS.run))
  run.model(FLAGS.which)
  load_manifest(records).shards_of(FLAGS.split, records)
  # Here, because the above is to be refused before TensorFlow is imported.
  from cdcc_tf.evaluation import evaluation, metrics
  from cdcc_tf.inference.counter import CrowdCounter

  counter = CrowdCounter.from_run(
    FLAGS.run, FLAGS.which, FLAGS.precision, FLAGS.fast
  )
  provenance = run.provenance(FLAGS.which)
  measured, groups = evaluation.evaluate(
    counter,
    records,
    FLAGS.split,
    output,
    data.sigma,
    FLAGS.panels,
    provenance,
    FLAGS.protocol,
    others,
    data.adaptive_sigma,
  )
  print(
    f"Counter: {FLAGS.run}, {FLAGS.which}, step {provenance['step']} (chosen "
    f"by: {provenance['chosen_by']}); {counter.precision} "
    f"(--precision={FLAGS.precision}), "
    + ("one pass" if counter.fast else "every mask")
  )
  print(f"Records: {FLAGS.records}, split {FLAGS.split}")
  print(metrics.table(measured))
  if groups:
    print(protocols.table(groups))
    if protocols.shortfall(groups, FLAGS.protocol):
      print(protocols.shortfall(groups, FLAGS.protocol))
  print(f"Per picture, as JSON, and panels: {output}")


def cli() -> None:
  """Entry point of `cdcc-evaluate`."""
  app.require("run", "records")
  app.run(main)


if __name__ == "__main__":
  cli()
