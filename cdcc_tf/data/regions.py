"""Regions of interest: where in a picture people are to be counted.

A region reaches the network as the share of each cell that lies in it, which
weighs the losses and what is counted.
"""

import numpy as np
import tensorflow as tf

from cdcc_tf.data.density import STRIDE


def decode_region(
  roi: tf.Tensor, height: tf.Tensor | int, width: tf.Tensor | int
) -> tf.Tensor:
  """Decodes a record's region of interest.

  Args:
    roi: scalar string, a grey PNG of the picture's size; empty if all of the
      picture counts.
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    float32 tensor of shape [height, width, 1], 1 inside and 0 outside.
  """
  region = tf.cond(
    tf.equal(roi, ""),
    lambda: tf.ones(tf.stack([height, width, 1]), tf.float32),
    lambda: tf.cast(tf.io.decode_png(roi, channels=1), tf.float32) / 255.0,
  )
  return tf.ensure_shape(region, [None, None, 1])


def cell_shares(region: tf.Tensor) -> tf.Tensor:
  """Returns the share of each cell that lies in a region.

  Args:
    region: float32 tensor of shape [height, width, 1] in [0, 1].

  Returns:
    float32 tensor of shape [ceil(height/8), ceil(width/8), 1]; of a cell that
    reaches past the picture, what lies in the picture is the whole.
  """
  rest = -tf.shape(region)[:2] % STRIDE
  counted = tf.concat([region, tf.ones_like(region)], axis=-1)
  whole = tf.pad(counted, [[0, rest[0]], [0, rest[1]], [0, 0]])
  pooled = tf.nn.avg_pool2d(whole[tf.newaxis], STRIDE, STRIDE, "VALID")[0]
  return pooled[..., :1] / pooled[..., 1:]


def heads_within(points: np.ndarray, region: np.ndarray) -> np.ndarray:
  """Tells which heads lie in a region, by the pixel under the point.

  Args:
    points: array of shape [heads, 2], x then y in pixels.
    region: array of shape [height, width], 0 outside.

  Returns:
    Boolean array of shape [heads].
  """
  columns, rows = np.floor(points).astype(int).T
  return region[rows, columns] > 0
