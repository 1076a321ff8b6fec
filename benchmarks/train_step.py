"""Training steps of SFCN against PyTorch, and against this machine's matmul.

  python -m benchmarks.train_step

One step of stage 1 on both sides: 4 crops through encoder and density decoder,
4 through encoder and orientation decoder.
"""

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks import flop, timing, torch_side
from cdcc_tf import command_line
from cdcc_tf import precision as precisions
from cdcc_tf.config import (
  DataConfig,
  ExperimentConfig,
  ModelConfig,
  TrainingConfig,
)
from cdcc_tf.training import builders, stages
from cdcc_tf.training.adaptation import CrossDomainModel

FLAGS = flags.FLAGS
PRECISIONS = ("float32", "bfloat16")
MATMUL = "float32 matmul"


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  define = flags.DEFINE_integer
  define("rounds", 5, "Counted rounds.", 1, flag_values=values)
  define("crop", 256, "Side of a crop; multiple of 8.", 8, flag_values=values)
  define("batch", 4, "Crops of each domain; even.", 2, flag_values=values)
  define("matmul_side", 4096, "Side of the matrices.", 1, flag_values=values)
  flags.DEFINE_float(
    "channels", 1.0, "Multiplies the channels.", flag_values=values
  )
  flags.DEFINE_bool(
    "torch",
    True,
    "Measure PyTorch too (extra `benchmark`).",
    flag_values=values,
  )


def make_batch(crop: int, size: int) -> dict:
  """Returns a batch of noise in the form of the batch dict, as numpy."""
  random = np.random.default_rng(0)
  pictures = np.float32(random.random((2, size, crop, crop, 3)) * 255)
  grid = (size, crop // 8, crop // 8, 1)
  return {
    "source": {
      "image": pictures[0],
      "density": np.float32(random.random(grid) / 10),
    },
    "target": {
      "image": pictures[1],
      "orientation": np.int32(np.arange(size) % 2),
    },
  }


def our_step(
  precision: str,
  batch: dict,
  channels: float = 1.0,
  spatial_encoder: bool = True,
  frozen_blocks: int = 0,
) -> tuple[Callable[[], object], CrossDomainModel]:
  """Returns a compiled training step of this project."""
  crop = batch["source"]["image"].shape[1]
  config = ExperimentConfig(
    DataConfig(target_records="noise", crop=crop),
    ModelConfig(
      encoder_weights="none", width=channels, spatial_encoder=spatial_encoder
    ),
    TrainingConfig(
      orientation_warmup=0, orientation_ramp=0, frozen_blocks=frozen_blocks
    ),
  )
  with precisions.scope(precision):
    model = builders.build_first_model(config, stages.plan(config)[0])
  step = tf.function(model.train_step)
  batch = keras.tree.map_structure(tf.constant, batch)
  return lambda: float(step(batch)["density_loss"]), model


def measure(
  crop: int,
  size: int,
  rounds: int,
  channels: float = 1.0,
  torch: bool = True,
  matmul_side: int = 4096,
) -> list[str]:
  """Times every side; returns a line each, rates and ratios."""
  batch = make_batch(crop, size)
  matmul, matmul_flop = timing.matmul_work(matmul_side)
  sides: dict[str, Callable[[], object]] = {MATMUL: matmul}
  for name in PRECISIONS:
    sides[f"ours, {name}"], model = our_step(name, batch, channels)
  sides["ours, no spatial encoder"], _ = our_step(
    "bfloat16", batch, channels, spatial_encoder=False
  )
  sides["ours, blocks 1-2 frozen"], _ = our_step(
    "bfloat16", batch, channels, frozen_blocks=2
  )
  if torch:
    network = torch_side.load()
    masks = model.counter.masked_decoder[0].mask_values.numpy()
    for name in PRECISIONS:
      sides[f"PyTorch, {name}"] = network.train_step(
        masks, channels, batch, name
      )
  seconds = timing.in_turns(sides, rounds)
  work = flop.train_step(model.counter, model.task.decoder, crop, size, size)
  lines = [f"{work / 1e12:.4f} TFLOP a step, {size} + {size} crops of {crop}"]
  lines += [timing.row(name, values) for name, values in seconds.items()]
  for name in PRECISIONS:
    share = timing.rate_share(
      seconds[f"ours, {name}"], work, seconds[MATMUL], matmul_flop
    )
    lines.append(f"ours, {name}: FLOP rate {share:.2f}x the float32 matmul's")
  for name, what in (
    ("ours, no spatial encoder", "spatial encoder"),
    ("ours, blocks 1-2 frozen", "gradient into blocks 1-2"),
  ):
    share = 1 - timing.ratio(seconds[name], seconds["ours, bfloat16"])
    lines.append(f"{what}: {100 * share:.1f} % of the bfloat16 step")
  if torch:
    for name in PRECISIONS:
      against = timing.ratio(
        seconds[f"ours, {name}"], seconds[f"PyTorch, {name}"]
      )
      lines.append(f"ours / PyTorch, both {name}: {against:.2f}")
  return lines


def main() -> None:
  """Measures and prints."""
  lines = measure(
    FLAGS.crop,
    FLAGS.batch,
    FLAGS.rounds,
    FLAGS.channels,
    FLAGS.torch,
    FLAGS.matmul_side,
  )
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  command_line.run(main)
