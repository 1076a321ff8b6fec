"""Density maps against the field's scipy recipe, one 1024x768 picture.

python -m benchmarks.density --heads=1500

The recipe filters a full-size picture per head, with a geometry-adaptive σ, and
sums; ours integrates each head over the stride-8 grid with the same σ.
"""

import numpy as np
import tensorflow as tf
from absl import app, flags
from scipy.ndimage import gaussian_filter
from scipy.spatial import KDTree

from benchmarks import timing
from cdcc_tf.data.density import density_map

FLAGS = flags.FLAGS
flags.DEFINE_integer("heads", 1500, "Heads in the picture.")
flags.DEFINE_integer("rounds", 3, "Counted rounds.")
HEIGHT, WIDTH = 768, 1024


def scipy_recipe(points: np.ndarray, sigma: np.ndarray) -> np.ndarray:
  """Renders a map of [height, width] by filtering one picture per head."""
  density = np.zeros((HEIGHT, WIDTH), np.float32)
  for (x, y), deviation in zip(points, sigma, strict=True):
    head = np.zeros((HEIGHT, WIDTH), np.float32)
    head[int(y), int(x)] = 1.0
    density += gaussian_filter(head, deviation, mode="constant")
  return density


def main(argv: list[str]) -> None:
  """Measures and prints."""
  del argv
  random = np.random.default_rng(0)
  points = np.float32(random.random((FLAGS.heads, 2)) * (WIDTH, HEIGHT))
  distances, _ = KDTree(points).query(points, k=4)
  sigma = np.float32(0.3 * distances[:, 1:].mean(axis=1))
  ours = tf.function(density_map).get_concrete_function(
    tf.constant(points), HEIGHT, WIDTH, tf.constant(sigma)
  )
  maps: dict[str, np.ndarray] = {}

  def keep(name: str, density: np.ndarray) -> None:
    maps[name] = density

  seconds = timing.in_turns(
    {
      "scipy recipe": lambda: keep("scipy recipe", scipy_recipe(points, sigma)),
      "ours": lambda: keep(
        "ours",
        ours(points=tf.constant(points), sigma=tf.constant(sigma)).numpy(),
      ),
    },
    FLAGS.rounds,
  )
  for name, values in seconds.items():
    total = maps[name].sum(dtype=np.float64)
    print(timing.row(name, values, f"sum {total:.4f} of {FLAGS.heads}"))
  print(
    f"{timing.ratio(seconds['scipy recipe'], seconds['ours']):,.0f}x faster"
  )


if __name__ == "__main__":
  app.run(main)
