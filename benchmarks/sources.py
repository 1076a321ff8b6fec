r"""What is a labelled source worth? Decoders alone, on fixed features.

python -m benchmarks.sources --flagfile=experiments/unity2shtb.flags \
    --arm=unity=records/unity --arm=both=records/unity,records/synth \
    --targets=records/shtb,records/shta --stage1_steps=400 --output=runs/sources

Training the whole network for every choice of a source takes an hour each.
Here ImageNet's encoder does not learn: its features of some crops of each
source are computed once, decoders of every arm learn on them from the same
weights in the same steps, and count whole pictures of the targets in one pass.
Targets' labels serve the table alone.
"""

import dataclasses
import json
from pathlib import Path

import tensorflow as tf
from absl import flags

from benchmarks import fixed_features as fixed
from benchmarks import labelled
from cdcc_tf import command_line, config_flags, precision
from cdcc_tf.config import ExperimentConfig
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.models.encoder_weights import load_encoder_weights
from cdcc_tf.models.encoders import build_encoder
from cdcc_tf.training.figures import summarise

FLAGS = flags.FLAGS


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied, beside every option of an experiment."""
  config_flags.define_flags(values)
  flags.DEFINE_multi_string(
    "arm", None, "NAME=RECORDS[,RECORDS]; may be repeated.", flag_values=values
  )
  flags.DEFINE_list(
    "targets", None, "Labelled records, with commas.", flag_values=values
  )
  labelled.define_choice(values)
  flags.DEFINE_integer(
    "crops", 480, "Training crops of an arm.", 1, flag_values=values
  )
  flags.DEFINE_float(
    "decoder_width",
    0.25,
    "Multiplies the decoders' channels.",
    flag_values=values,
  )
  flags.DEFINE_string(
    "output", None, "Folder of the table, as JSON.", flag_values=values
  )


def measure(
  config: ExperimentConfig,
  arms: dict[str, list[str]],
  targets: dict[str, list[fixed.Seen]],
  encoder: fixed.Encoder,
  crops: int,
  width: float,
) -> dict[str, dict[str, dict]]:
  """Trains a decoder for every arm and counts with it.

  Args:
    config: crops, loss, steps, rate and seed.
    arms: name to folders of records, of which as many crops each are taken.
    targets: name to pictures.
    encoder: what makes features of pictures.
    crops: of an arm.
    width: of the decoders.

  Returns:
    Arm to target to figures, see `figures.summarise`.
  """
  stored: dict[str, fixed.Crops] = {}
  results: dict[str, dict[str, dict]] = {}
  for name, folders in arms.items():
    for folder in folders:
      if folder not in stored:
        stored[folder] = fixed.training_crops(config, folder, encoder, crops)
    learned = fixed.mixed([stored[folder] for folder in folders], crops)
    counter = fixed.trained(config, learned, width, name)
    results[name] = {
      target: dict(summarise([fixed.count(counter, seen) for seen in pictures]))
      for target, pictures in targets.items()
    }
    print("\n".join(table(results)), flush=True)
  return results


def table(results: dict[str, dict[str, dict]]) -> list[str]:
  """Formats the figures of every arm on every target.

  Returns:
    Lines of MAE in people, bias over the mean count, and correlation.
  """
  names = list(next(iter(results.values())))
  lines = [f"{'arm':<20}" + "".join(f"{name:>30}" for name in names)]
  titles = "".join(f"{title:>10}" for title in ("MAE", "bias", "r"))
  lines.append(" " * 20 + titles * len(names))
  for arm, figures in results.items():
    cells = [_cells(figures[name]) for name in names]
    lines.append(f"{arm:<20}" + "".join(cells))
  return lines


def _cells(figures: dict) -> str:
  share = figures["bias"] / max(figures["mean_true"], 1e-9)
  r = figures["correlation"]
  own = "-" if r is None else f"{r:.2f}"
  return f"{figures['mae']:>10.1f}{share:>+10.0%}{own:>10}"


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
  config, arms = config_flags.from_flags(), arms_of(FLAGS.arm)
  precision.use(config.training.precision)
  encoder = build_encoder(config.model.encoder)
  encoder.build((None, None, None, 3))
  load_encoder_weights(encoder, config.model.encoder_weights)
  features = tf.function(encoder, reduce_retracing=True)
  folders = {Path(folder).name: folder for folder in FLAGS.targets}
  if len(folders) < len(FLAGS.targets):
    raise InputError("--targets: two folders of one name; rename one.")
  targets = {
    name: fixed.pictures_of(folder, FLAGS.split, FLAGS.every, features)
    for name, folder in folders.items()
  }
  results = measure(
    config, arms, targets, features, FLAGS.crops, FLAGS.decoder_width
  )
  told = {
    "arms": arms,
    "targets": folders,
    **{name: FLAGS[name].value for name in ("split", "every", "crops")},
    "decoder_width": FLAGS.decoder_width,
    "experiment": dataclasses.asdict(config),
    "results": results,
  }
  text = json.dumps(told, indent=1) + "\n"
  write_atomically(Path(FLAGS.output) / "sources.json", text)


if __name__ == "__main__":
  define_flags()
  command_line.require("arm", "targets", "output")
  command_line.run(main)
