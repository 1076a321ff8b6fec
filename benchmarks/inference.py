"""Counting one 1024x768 picture against the same network in PyTorch float32.

python -m benchmarks.inference
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from absl import app, flags

from benchmarks import timing
from cdcc_tf import precision
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.models.sfcn import SFCN

FLAGS = flags.FLAGS
flags.DEFINE_integer("rounds", 5, "Counted rounds.")
flags.DEFINE_integer("height", 768, "Picture height in pixels.")
flags.DEFINE_integer("width", 1024, "Picture width in pixels.")


def our_counter(policy: str) -> CrowdCounter:
  """Returns a counter with random weights."""
  precision.use(policy)
  model = SFCN()
  model(tf.zeros((1, 64, 64, 3)))
  return CrowdCounter(model)


def torch_counter(masks: np.ndarray, image: np.ndarray) -> Callable[[], object]:
  """Returns the same pass in PyTorch float32, channels_last."""
  import torch

  from benchmarks.torch_sfcn import TorchSFCN

  network = TorchSFCN(torch.tensor(masks)).to(memory_format=torch.channels_last)
  network.eval()

  def count() -> float:
    with torch.inference_mode():
      pixels = torch.tensor(image).permute(2, 0, 1)[None].float() / 255
      pixels = pixels.contiguous(memory_format=torch.channels_last)
      maps = network.density(network.encoder(pixels))
      return float(torch.nn.functional.softplus(maps[:, 0]).sum())

  return count


def main(argv: list[str]) -> None:
  """Measures and prints."""
  del argv
  random = np.random.default_rng(0)
  image = random.integers(0, 256, (FLAGS.height, FLAGS.width, 3), np.uint8)
  ours = {name: our_counter(name) for name in ("float32", "bfloat16")}
  masks = ours["float32"].model.masked_decoder[0].mask_values.numpy()
  seconds = timing.in_turns(
    {
      "PyTorch, float32": torch_counter(masks, image),
      "ours, float32": lambda: ours["float32"].count(image),
      "ours, bfloat16": lambda: ours["bfloat16"].count(image),
    },
    FLAGS.rounds,
  )
  for name, values in seconds.items():
    print(timing.row(name, values))
  for name in ("ours, float32", "ours, bfloat16"):
    against = timing.ratio(seconds[name], seconds["PyTorch, float32"])
    print(f"{name} / PyTorch, float32: {against:.2f}")


if __name__ == "__main__":
  app.run(main)
