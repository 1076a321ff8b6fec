"""Are heads kept on the way from record to crop to density map?

A picture is cut into squares that cover it without overlap. Each is brought to
the crop's size as training does it, every other one in a mirror, and its
density map is made. The maps together must hold the picture's number of heads.
"""

import math

import numpy as np
import tensorflow as tf

from cdcc_tf.data.density import density_map
from cdcc_tf.data.pipeline.augment import View
from cdcc_tf.data.records.record import CrowdRecord

CROP = 256  # pixels, as in training
SIGMA = 4.0  # pixels, where records hold none
LARGEST_ERROR = 1e-4  # relative; sums of float32 stay far below
# Sides of squares by turns: reduced, as they are, and enlarged.
_SIDES = (379, 256, 181)


def relative_error(record: CrowdRecord, place: int) -> float:
  """Returns by what share the count of all crops differs from the record's.

  Args:
    record: with one head or more.
    place: its number, which decides the size of the squares.
  """
  side = _SIDES[place % len(_SIDES)]
  sigmas = record.sigmas
  if sigmas is None:
    sigmas = np.full(len(record.points), SIGMA, np.float32)
  total = 0.0
  windows = (
    (row * side, column * side)
    for row in range(math.ceil(record.height / side))
    for column in range(math.ceil(record.width / side))
  )
  for number, (top, left) in enumerate(windows):
    window = tf.constant([top, left, side], tf.float32)
    mirrored = tf.constant(number % 2 == 1)
    density = _density(record.points, sigmas, window, mirrored).numpy()
    total += float(density.sum(dtype=np.float64))
  return abs(total - len(record.points)) / len(record.points)


@tf.function(
  input_signature=[
    tf.TensorSpec([None, 2], tf.float32),
    tf.TensorSpec([None], tf.float32),
    tf.TensorSpec([3], tf.float32),
    tf.TensorSpec([], tf.bool),
  ]
)
def _density(
  points: tf.Tensor, sigmas: tf.Tensor, window: tf.Tensor, mirrored: tf.Tensor
) -> tf.Tensor:
  view = View(window, mirrored, CROP)
  return density_map(
    view.points(points), CROP, CROP, view.sigmas(points, sigmas)
  )
