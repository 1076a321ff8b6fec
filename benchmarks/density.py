"""Density maps against the field's scipy recipe, one picture.

  python -m benchmarks.density --heads=1500

The recipe filters a full-size picture per head, with a geometry-adaptive σ, and
sums; ours integrates each head over the stride-8 grid with the same σ.
"""

import numpy as np
import tensorflow as tf
from absl import flags
from scipy.ndimage import gaussian_filter
from scipy.spatial import KDTree

from benchmarks import timing
from cdcc_tf.cli import app
from cdcc_tf.data.density import density_map

FLAGS = flags.FLAGS


def define_flags(values: flags.FlagValues = FLAGS) -> None:
  """Defines what can be varied."""
  define = flags.DEFINE_integer
  define("heads", 1500, "Heads in the picture.", 4, flag_values=values)
  define("rounds", 3, "Counted rounds.", 1, flag_values=values)
  define("height", 768, "Picture height in pixels.", 8, flag_values=values)
  define("width", 1024, "Picture width in pixels.", 8, flag_values=values)


def scipy_recipe(
  points: np.ndarray, sigma: np.ndarray, height: int, width: int
) -> np.ndarray:
  """Renders a map of [height, width] by filtering one picture per head."""
  density = np.zeros((height, width), np.float32)
  for (x, y), deviation in zip(points, sigma, strict=True):
    head = np.zeros((height, width), np.float32)
    head[int(y), int(x)] = 1.0
    density += gaussian_filter(head, deviation, mode="constant")
  return density


def measure(heads: int, height: int, width: int, rounds: int) -> list[str]:
  """Times both; returns a line each, with the sum of its map, and the ratio."""
  random = np.random.default_rng(0)
  # Short of the far edge, where rounding would put a head outside.
  points = random.random((heads, 2)) * (width - 1, height - 1)
  points = points.astype(np.float32)
  distances, _ = KDTree(points).query(points, k=4)
  sigma = (0.3 * distances[:, 1:].mean(axis=1)).astype(np.float32)
  rendered = tf.function(density_map)
  maps: dict[str, np.ndarray] = {}

  def recipe() -> None:
    maps["scipy recipe"] = scipy_recipe(points, sigma, height, width)

  def ours() -> None:
    given = tf.constant(points), height, width, tf.constant(sigma)
    maps["ours"] = rendered(*given).numpy()

  seconds = timing.in_turns({"scipy recipe": recipe, "ours": ours}, rounds)
  lines = [
    timing.row(
      name,
      values,
      f"sum {maps[name].sum(dtype=np.float64):.4f} of {heads}",
    )
    for name, values in seconds.items()
  ]
  faster = timing.ratio(seconds["scipy recipe"], seconds["ours"])
  return [*lines, f"{faster:,.0f}x faster"]


def main() -> None:
  """Measures and prints."""
  lines = measure(FLAGS.heads, FLAGS.height, FLAGS.width, FLAGS.rounds)
  print("\n".join(lines))


if __name__ == "__main__":
  define_flags()
  app.run(main)
