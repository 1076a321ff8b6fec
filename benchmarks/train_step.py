"""Training steps of SFCN against PyTorch, and against this machine's matmul.

  python -m benchmarks.train_step
  python -m benchmarks.train_step --encoders=vgg16,efficientnet_lite0

All crops go through both branches on both sides, so that the work is the same
and known; then the real step of stage 1, in which half of them go through each.
With --encoders, only the step of stage 1 as the experiments take it, 6 source
and 4 target crops, with each encoder and the decoder that goes with it.
"""

import dataclasses
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from absl import flags

from benchmarks import flop, timing, torch_side
from cdcc_tf.cli import app
from cdcc_tf.config import (
  DataConfig,
  ExperimentConfig,
  ModelConfig,
  TrainingConfig,
)
from cdcc_tf.models.precision import scope
from cdcc_tf.training import builders, stages
from cdcc_tf.training.adaptation import optimizers
from cdcc_tf.training.adaptation.cross_domain_model import CrossDomainModel
from cdcc_tf.training.adaptation.orientation_task import OrientationTask

FLAGS = flags.FLAGS
PRECISIONS = ("float32", "bfloat16")
MATMUL = "float32 matmul"


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  define = flags.DEFINE_integer
  define("rounds", 5, "Counted rounds.", 1, flag_values=values)
  define("crop", 256, "Side of a crop; multiple of 8.", 8, flag_values=values)
  define("batch", 8, "Crops in a step; 4 or more, even.", 4, flag_values=values)
  define("matmul_side", 4096, "Side of the matrices.", 1, flag_values=values)
  flags.DEFINE_float(
    "channels", 1.0, "Multiplies the channels.", flag_values=values
  )
  flags.DEFINE_list(
    "encoders",
    [],
    "Compare the step of these encoders to the first one's instead.",
    flag_values=values,
  )
  flags.DEFINE_bool(
    "torch",
    True,
    "Measure PyTorch too (extra `benchmark`).",
    flag_values=values,
  )


class BothBranches(CrossDomainModel):
  """Sends every crop through the density and the orientation decoder."""

  def _joint_loss(self, batch: dict) -> tf.Tensor:
    assert self.task is not None
    features = self.counter.encoder(batch["source"]["image"])
    return self._source_loss(batch["source"], features) + self.task.loss(
      self.counter, features, batch["target"], self.optimizer.iterations
    )


def make_batch(crop: int, source: int, target: int) -> dict:
  """Returns a batch of noise in the form of the batch dict, as numpy."""
  random = np.random.default_rng(0)

  def images(count: int) -> np.ndarray:
    pictures = random.random((count, crop, crop, 3)) * 255
    return pictures.astype(np.float32)

  grid = (source, crop // 8, crop // 8, 1)
  return {
    "source": {
      "image": images(source),
      "density": np.float32(random.random(grid) / 10),
      "roi": np.ones(grid, np.float32),
    },
    "target": {
      "image": images(target),
      "orientation": np.int32(np.arange(target) % 2),
    },
  }


def experiment(
  precision: str,
  crop: int,
  channels: float = 1.0,
  spatial_encoder: bool = True,
  frozen_blocks: int = 0,
) -> ExperimentConfig:
  """Returns an experiment with both tasks, of which only speed matters."""
  return ExperimentConfig(
    DataConfig(target_records="noise", crop=crop),
    ModelConfig(width=channels, spatial_encoder=spatial_encoder),
    TrainingConfig(precision=precision, frozen_blocks=frozen_blocks),
  )


def our_step(
  config: ExperimentConfig, batch: dict, both_branches: bool = False
) -> tuple[Callable[[], object], CrossDomainModel]:
  """Returns a compiled training step of this project, at its full work."""
  training = dataclasses.replace(
    config.training, orientation_warmup=0, orientation_ramp=0
  )
  config = dataclasses.replace(config, training=training)
  stage = stages.plan(config)[0]
  with scope(training.precision):
    # Which weights makes no difference to the time.
    model = builders.build_first_model(config, stage, fresh=False)
    if both_branches:
      model = BothBranches(
        model.counter, model.task, builders.density_loss(config)
      )
      model.build_all(config.data.crop)
      model.compile(
        optimizers.build_optimizer(
          training,
          stage.steps,
          1e-5,
          model.counter.encoder.trainable_variables,
        ),
        jit_compile=False,
      )
      model.optimizer.build(model.trainable_variables)
  step = tf.function(model.train_step)
  batch = keras.tree.map_structure(tf.constant, batch)
  return lambda: float(step(batch)["density_loss"]), model


def measure(
  crop: int,
  crops: int,
  rounds: int,
  channels: float = 1.0,
  torch: bool = True,
  matmul_side: int = 4096,
  compute: Sequence[str] = PRECISIONS,
) -> list[str]:
  """Times every side; returns a line each, rates and ratios."""
  matmul, matmul_flop = timing.matmul_work(matmul_side)
  half = crops // 2
  works = {
    "both branches": (True, make_batch(crop, crops, crops)),
    "stage 1": (False, make_batch(crop, half, half)),
  }
  sides: dict[str, Callable[[], object]] = {MATMUL: matmul}
  network = torch_side.load() if torch else None
  for work, (both, batch) in works.items():
    for name in compute:
      sides[f"ours, {work}, {name}"], model = our_step(
        experiment(name, crop, channels), batch, both
      )
    if network is not None:
      masks = model.counter.masked_decoder[0].mask_values.numpy()
      for name in compute:
        sides[f"PyTorch, {work}, {name}"] = network.train_step(
          masks, channels, batch, name, both
        )
  for side, options in (
    ("ours, no spatial encoder", {"spatial_encoder": False}),
    ("ours, blocks 1-2 frozen", {"frozen_blocks": 2}),
  ):
    without = experiment("bfloat16", crop, channels, **options)
    sides[side], _ = our_step(without, works["stage 1"][1])
  seconds = timing.in_turns(sides, rounds)
  lines = [timing.row(name, values) for name, values in seconds.items()]
  task = model.task
  assert isinstance(task, OrientationTask)
  for work, each in (("both branches", crops), ("stage 1", half)):
    flops = flop.train_step(
      model.counter, task.decoder, crop, crops, each, each
    )
    lines.append(f"{work}: {flops / 1e12:.4f} TFLOP, {crops} crops of {crop}")
    for name in compute:
      ours = seconds[f"ours, {work}, {name}"]
      share = timing.rate_share(ours, flops, seconds[MATMUL], matmul_flop)
      lines.append(f"  {name}: FLOP rate {share:.2f}x the float32 matmul's")
      if torch:
        against = timing.ratio(ours, seconds[f"PyTorch, {work}, {name}"])
        lines.append(f"  {name}: ours / PyTorch {against:.2f}")
  for name, what in (
    ("ours, no spatial encoder", "spatial encoder"),
    ("ours, blocks 1-2 frozen", "gradient into blocks 1-2"),
  ):
    share = 1 - timing.ratio(seconds[name], seconds["ours, stage 1, bfloat16"])
    lines.append(f"{what}: {100 * share:.1f} % of the bfloat16 step of stage 1")
  return lines


def measure_encoders(
  encoders: Sequence[str], crop: int, rounds: int, precision: str = "float32"
) -> list[str]:
  """Times stage 1's step with each encoder; returns lines, the first is 1x.

  VGG16's first three blocks are frozen and its decoders have a quarter of the
  paper's width, as in experiments/_base.flags; with light encoders, all learns.
  """
  source, target = 6, 4
  batch = make_batch(crop, source, target)
  sides: dict[str, Callable[[], object]] = {}
  work = {}
  for encoder in encoders:
    vgg = encoder == "vgg16"
    config = experiment(precision, crop, frozen_blocks=3 if vgg else 0)
    network = ModelConfig(
      encoder=encoder,
      encoder_weights="imagenet",
      decoder_width=0.25 if vgg else 1.0,
    )
    config = dataclasses.replace(config, model=network)
    sides[encoder], model = our_step(config, batch)
    forward = (
      flop.encoder(model.counter, crop, crop),
      flop.density_decoder(model.counter, crop, crop),
    )
    work[encoder] = [f"{flops / 2e9:.2f} GMAC" for flops in forward]
  seconds = timing.in_turns(sides, rounds)
  lines = []
  for encoder, values in seconds.items():
    share = timing.ratio(values, seconds[encoders[0]])
    lines.append(
      f"{timing.row(encoder, values)}, {share:.2f}x; a crop of {crop} forward: "
      f"encoder {work[encoder][0]}, decoder {work[encoder][1]}"
    )
  return lines


def main() -> None:
  """Measures and prints."""
  if FLAGS.encoders:
    lines = measure_encoders(FLAGS.encoders, FLAGS.crop, FLAGS.rounds)
    print("\n".join(lines))
    return
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
  app.run(main)
