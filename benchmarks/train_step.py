"""Training steps of SFCN against PyTorch, and against this machine's matmul.

python -m benchmarks.train_step

All 8 crops of 256x256 go through both branches on both sides, so that the work
is the same; then the real stage-1 step, which does less.
"""

import statistics
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from absl import app, flags

from benchmarks import flop, timing
from cdcc_tf import precision
from cdcc_tf.models.encoders import freeze_blocks
from cdcc_tf.models.sfcn import SFCN, build_orientation_decoder
from cdcc_tf.training import losses
from cdcc_tf.training.adaptation import CrossDomainModel, OrientationSchedule

FLAGS = flags.FLAGS
flags.DEFINE_integer("rounds", 5, "Counted rounds.")
flags.DEFINE_bool("torch", True, "Measure PyTorch too (extra `benchmark`).")
CROP, BATCH = 256, 8


class BothBranches(CrossDomainModel):
  """Sends every crop through both decoders."""

  def _joint_loss(self, batch: dict) -> tf.Tensor:
    features = self.counter.encoder(batch["source"]["image"])
    maps = self.counter.decode(features, training=True)
    return keras.ops.mean(
      self._measure_source(batch["source"], maps)
    ) + keras.ops.mean(self._orientation_loss(batch["target"], features))


def make_batch(source: int, target: int) -> dict:
  """Returns a batch of noise in the form of the batch dict."""
  random = np.random.default_rng(0)
  grid = CROP // 8
  return keras.tree.map_structure(
    tf.constant,
    {
      "source": {
        "image": np.float32(random.random((source, CROP, CROP, 3)) * 255),
        "density": np.float32(random.random((source, grid, grid, 1)) / 10),
      },
      "target": {
        "image": np.float32(random.random((target, CROP, CROP, 3)) * 255),
        "orientation": np.int32(np.arange(target) % 2),
      },
    },
  )


def our_step(
  policy: str,
  kind: type[CrossDomainModel],
  batch: dict,
  spatial_encoder: bool = True,
  frozen_blocks: int = 0,
) -> tuple[Callable[[], object], CrossDomainModel]:
  """Returns a compiled training step of this project."""
  precision.use(policy)
  model = kind(
    SFCN(spatial_encoder=spatial_encoder),
    build_orientation_decoder(),
    schedule=OrientationSchedule(1.0),
  )
  model.build_all(CROP)
  freeze_blocks(model.counter.encoder, frozen_blocks)
  model.compile(keras.optimizers.AdamW(1e-5), jit_compile=False)
  model.optimizer.build(model.trainable_variables)
  step = tf.function(model.train_step)
  return lambda: float(step(batch)["density_loss"]), model


def torch_step(masks: np.ndarray, batch: dict) -> Callable[[], object]:
  """Returns the same step in PyTorch's best form: channels_last, bfloat16."""
  import torch
  from torch.nn import functional

  from benchmarks.torch_sfcn import TorchSFCN

  network = TorchSFCN(torch.tensor(masks)).to(memory_format=torch.channels_last)
  network.train()
  optimizer = torch.optim.AdamW(network.parameters(), 1e-5)
  images = torch.tensor(batch["source"]["image"].numpy() / 255)
  images = images.permute(0, 3, 1, 2).contiguous(
    memory_format=torch.channels_last
  )
  density = torch.tensor(batch["source"]["density"].numpy())
  density = density.permute(0, 3, 1, 2) / losses.UNIT
  labels = torch.tensor(batch["target"]["orientation"].numpy()).long()

  def step() -> float:
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16):
      features = network.encoder(images)
      maps = network.density(features)
      logits = network.orient(features)
    mean, log_variance = functional.softplus(maps[:, :1]), maps[:, 1:]
    likelihood = 0.5 * (
      torch.exp(-log_variance) * (density - mean) ** 2 + log_variance
    )
    weighted = likelihood * torch.exp(0.5 * log_variance).detach()
    loss = weighted.mean() + functional.cross_entropy(logits, labels)
    loss.backward()
    optimizer.step()
    return float(loss.detach())

  return step


def main(argv: list[str]) -> None:
  """Measures and prints."""
  del argv
  batch = make_batch(BATCH, BATCH)
  matmul, matmul_flop = timing.matmul_work()
  ours32, model = our_step("float32", BothBranches, batch)
  ours16, _ = our_step("bfloat16", BothBranches, batch)
  plain16, _ = our_step("bfloat16", BothBranches, batch, spatial_encoder=False)
  stage1, _ = our_step("bfloat16", CrossDomainModel, make_batch(4, 4))
  frozen, _ = our_step(
    "bfloat16", CrossDomainModel, make_batch(4, 4), frozen_blocks=2
  )
  sides: dict[str, Callable[[], object]] = {
    "float32 matmul": matmul,
    "ours, float32": ours32,
    "ours, bfloat16": ours16,
    "ours, bfloat16, no spatial encoder": plain16,
    "stage 1, 4 + 4 crops, bfloat16": stage1,
    "stage 1, blocks 1-2 frozen": frozen,
  }
  if FLAGS.torch:
    masks = model.counter.masked_decoder[0].mask_values.numpy()
    sides["PyTorch, channels_last, bfloat16"] = torch_step(masks, batch)
  seconds = timing.in_turns(sides, FLAGS.rounds)
  forward = flop.forward(model.counter, CROP, CROP) + flop.decoder_forward(
    model.orientation_decoder, CROP, CROP
  )
  work = BATCH * (
    3 * forward - flop.first_convolution(model.counter, CROP, CROP)
  )
  print(f"{work / 1e12:.2f} TFLOP a step, {BATCH} crops of {CROP}x{CROP}")
  for name, values in seconds.items():
    print(timing.row(name, values))
  for name in ("ours, float32", "ours, bfloat16"):
    share = statistics.median(
      (work / step) / (matmul_flop / product)
      for step, product in zip(
        seconds[name], seconds["float32 matmul"], strict=True
      )
    )
    print(f"{name}: FLOP rate {share:.2f}x the float32 matmul's")
  share = 1 - timing.ratio(
    seconds["ours, bfloat16, no spatial encoder"], seconds["ours, bfloat16"]
  )
  print(f"spatial encoder: {100 * share:.1f} % of the step")
  if FLAGS.torch:
    against = timing.ratio(
      seconds["ours, bfloat16"], seconds["PyTorch, channels_last, bfloat16"]
    )
    print(f"ours / PyTorch, both bfloat16: {against:.2f}")


if __name__ == "__main__":
  app.run(main)
