"""Clutter: texture over part of a crop, and no head below it."""

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.data.pipeline.clutter import random_clutter

CROP = 64
GREY = tf.fill([CROP, CROP, 3], 300.0)  # no texture is as bright


def cluttered(seed: int, share: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
  """Returns which pixels are covered, and which of all pixels' heads seen."""
  ys, xs = np.indices((CROP, CROP)).reshape(2, -1)
  points = np.float32(np.stack([xs, ys], 1)) + 0.5
  image, visible = random_clutter(GREY, tf.constant(points), [seed, 7], share)
  covered = (image.numpy() < 299).all(-1)
  np.testing.assert_array_equal(image.numpy()[~covered], 300.0)
  return covered, visible.numpy().reshape(CROP, CROP)


def test_heads_below_it_are_gone_and_no_others():
  shares = []
  for seed in range(20):
    covered, visible = cluttered(seed)
    np.testing.assert_array_equal(visible, ~covered)
    shares.append(covered.mean())
  assert 0.2 < np.mean(shares) < 0.55
  assert max(shares) - min(shares) > 0.2


def test_as_many_crops_as_asked_for():
  hit = [cluttered(seed, 0.3)[0].any() for seed in range(200)]
  assert 0.2 < np.mean(hit) < 0.4
  assert not any(cluttered(seed, 0.0)[0].any() for seed in range(5))


def test_repeatable_and_varied():
  images = [
    random_clutter(GREY, tf.zeros([0, 2]), [seed, 7], 1.0)[0].numpy()
    for seed in (1, 1, 2)
  ]
  np.testing.assert_array_equal(images[0], images[1])
  assert not np.array_equal(images[0], images[2])
  assert min(image.min() for image in images) >= 0


@pytest.mark.parametrize("point", [(0.0, 0.0), (63.99, 63.99), (63.999996, 0)])
def test_heads_at_the_very_edge(point: tuple[float, float]):
  _, visible = random_clutter(GREY, tf.constant([point]), [3, 7], 1.0)
  assert visible.shape == (1,)
