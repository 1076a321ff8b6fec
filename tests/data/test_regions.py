"""Regions of interest: masks to shares of cells, and which heads they hold."""

import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from cdcc_tf.data.regions import cell_shares, decode_region, heads_within


def region_png(mask: np.ndarray) -> bytes:
  target = io.BytesIO()
  Image.fromarray(mask.astype(np.uint8) * 255).save(target, "PNG")
  return target.getvalue()


def test_no_region_is_all_of_the_picture():
  region = decode_region(tf.constant(""), 5, 9)
  np.testing.assert_array_equal(region, np.ones((5, 9, 1)))


def test_region_comes_back_as_it_was():
  mask = np.random.default_rng(0).random((13, 22)) < 0.5
  region = decode_region(tf.constant(region_png(mask)), 13, 22)
  np.testing.assert_array_equal(region[..., 0], mask)


@pytest.mark.parametrize("size", [(16, 24), (13, 22), (1, 1), (7, 9)])
def test_shares_by_hand(size: tuple[int, int]):
  """Against a plain loop; a cell at the edge is what lies in the picture."""
  mask = np.random.default_rng(1).random(size) < 0.3
  shares = cell_shares(tf.cast(mask, tf.float32)[..., None])[..., 0].numpy()
  assert shares.shape == (-(-size[0] // 8), -(-size[1] // 8))
  for (row, column), share in np.ndenumerate(shares):
    cell = mask[row * 8 : row * 8 + 8, column * 8 : column * 8 + 8]
    assert share == pytest.approx(cell.mean(), abs=1e-6)


def test_heads_within_by_the_pixel_under_them():
  mask = np.zeros((4, 6), bool)
  mask[1, 2] = True
  points = np.array([[2, 1], [2.99, 1.99], [3, 1], [2, 2], [1.99, 1]])
  assert heads_within(points, mask).tolist() == [True, True] + [False] * 3
  assert heads_within(np.zeros((0, 2)), mask).shape == (0,)
