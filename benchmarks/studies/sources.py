r"""What is a labelled source worth? Decoders alone, on fixed features.

python -m benchmarks.studies.sources --flagfile=experiments/unity2shtb.flags \
    --arm=unity=records/unity --arm=both=records/unity,records/synth \
    --targets=records/shtb,records/shta --stage1_steps=400 --output=runs/sources

Training the whole network for every choice of a source takes an hour each.
Here ImageNet's encoder does not learn: its features of some crops of each
source are computed once, decoders of every arm learn on them from the same
weights in the same steps, and count whole pictures of the targets in one pass.
Other seeds are other weights of the decoders and another order of the same
crops. Targets' labels serve the table alone.
"""

import dataclasses
import json
import statistics
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf
from absl import flags

from benchmarks import whole_numbers
from benchmarks.studies import labelled
from benchmarks.studies.fixed_features import (
  Crops,
  Encoder,
  Seen,
  count,
  images_of,
  mixed,
  trained,
  training_crops,
)
from cdcc_tf.cli import app
from cdcc_tf.config import ExperimentConfig, experiment_flags
from cdcc_tf.errors import InputError
from cdcc_tf.evaluation.metrics import summarise
from cdcc_tf.files import write_atomically
from cdcc_tf.models import precision
from cdcc_tf.models.encoder_weights import load_encoder_weights
from cdcc_tf.models.encoders import build_encoder

FLAGS = flags.FLAGS
# Arm to target to the figures of each seed.
Results = dict[str, dict[str, list[dict]]]
_COLUMNS = {"MAE": 14, "bias": 8, "r": 8}


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied, beside every option of an experiment."""
  experiment_flags.define_flags(values)
  flags.DEFINE_multi_string(
    "arm", None, "NAME=RECORDS[,RECORDS]; may be repeated.", flag_values=values
  )
  flags.DEFINE_list(
    "targets", None, "Labelled records, with commas.", flag_values=values
  )
  labelled.define_choice(values)
  whole_numbers.define("seeds", "0", "Seeds of every arm", values)
  flags.DEFINE_integer(
    "crops", 480, "Training crops of an arm.", 1, flag_values=values
  )
  flags.DEFINE_string(
    "output", None, "Folder of the table, as JSON.", flag_values=values
  )


def measure(
  config: ExperimentConfig,
  arms: dict[str, list[str]],
  targets: dict[str, list[Seen]],
  encoder: Encoder,
  crops: int,
  seeds: Sequence[int] = (0,),
) -> Results:
  """Trains a decoder for every arm and counts with it.

  Args:
    config: decoders, crops, loss, steps and rate.
    arms: name to folders of records, of which as many crops each are taken.
    targets: name to pictures.
    encoder: what makes features of pictures.
    crops: of an arm.
    seeds: of the decoders and of the order of crops.

  Returns:
    Arm to target to each seed's figures, see `figures.summarise`.
  """
  stored: dict[str, Crops] = {}
  results: Results = {}
  for name, folders in arms.items():
    for folder in folders:
      if folder not in stored:
        stored[folder] = training_crops(config, folder, encoder, crops)
    learned = mixed([stored[folder] for folder in folders], crops)
    results[name] = {target: [] for target in targets}
    for seed in seeds:
      counter = trained(config, learned, f"{name}, seed {seed}", seed)
      for target, pictures in targets.items():
        counted = [count(counter, seen) for seen in pictures]
        results[name][target].append(dict(summarise(counted)))
    print("\n".join(table(results)), flush=True)
  return results


def table(results: Results) -> list[str]:
  """Formats the figures of every arm on every target.

  Returns:
    Lines of MAE in people (± its deviation over several seeds), bias over the
    mean count, and correlation: means over the seeds.
  """
  names = list(next(iter(results.values())))
  lines = [f"{'arm':<20}" + "".join(f"{name:>30}" for name in names)]
  titles = "".join(f"{title:>{width}}" for title, width in _COLUMNS.items())
  lines.append(" " * 20 + titles * len(names))
  for arm, figures in results.items():
    cells = [_cells(figures[name]) for name in names]
    lines.append(f"{arm:<20}" + "".join(cells))
  return lines


def _cells(seeds: list[dict]) -> str:
  errors = [figures["mae"] for figures in seeds]
  error = f"{statistics.mean(errors):.1f}"
  if len(seeds) > 1:
    error += f" ± {statistics.stdev(errors):.1f}"
  bias = statistics.mean(
    figures["bias"] / max(figures["mean_true"], 1e-9) for figures in seeds
  )
  known = [f["correlation"] for f in seeds if f["correlation"] is not None]
  r = f"{statistics.mean(known):.2f}" if known else "-"
  cells = zip((error, f"{bias:+.0%}", r), _COLUMNS.values(), strict=True)
  return "".join(f"{cell:>{width}}" for cell, width in cells)


def arms_of(texts: list[str]) -> dict[str, list[str]]:
  """Reads the values of --arm.

  Raises:
    InputError: one is not NAME=RECORDS, or two have one name.
  """
  arms: dict[str, list[str]] = {}
  for text in texts:
    name, _, folders = text.partition("=")
    if not name or not all(folders.split(",")):
      raise InputError(f"--arm={text}: write NAME=RECORDS[,RECORDS].")
    if name in arms:
      raise InputError(f"--arm={text}: there is another {name}; rename one.")
    arms[name] = folders.split(",")
  return arms


def main() -> None:
  """Measures, prints and writes."""
  config, arms = experiment_flags.from_flags(), arms_of(FLAGS.arm)
  precision.use(config.training.precision)
  encoder = build_encoder(config.model.encoder)
  encoder.build((None, None, None, 3))
  network = config.model
  load_encoder_weights(encoder, network.encoder_weights, network.encoder)
  features = tf.function(encoder, reduce_retracing=True)
  folders = {Path(folder).name: folder for folder in FLAGS.targets}
  if len(folders) < len(FLAGS.targets):
    raise InputError("--targets: two folders of one name; rename one.")
  targets = {
    name: images_of(folder, FLAGS.split, FLAGS.every, features)
    for name, folder in folders.items()
  }
  results = measure(
    *(config, arms, targets, features, FLAGS.crops),
    whole_numbers.of("seeds"),
  )
  told = {
    "arms": arms,
    "targets": folders,
    **{name: FLAGS[name].value for name in ("split", "every", "crops")},
    "seeds": whole_numbers.of("seeds"),
    "experiment": dataclasses.asdict(config),
    "results": results,
  }
  text = json.dumps(told, indent=1) + "\n"
  write_atomically(Path(FLAGS.output) / "sources.json", text)


if __name__ == "__main__":
  define_flags()
  app.require("arm", "targets", "output")
  app.run(main)
