"""PseudoLabel: a real image and what a counter is confident of in it."""

import dataclasses
from typing import Any

import numpy as np
import tensorflow as tf

from cdcc_tf.data.records.record import serialize_example


@dataclasses.dataclass(frozen=True)
class PseudoLabel:
  """One unlabelled image and its pseudo-label.

  Attributes:
    id: of the image's CrowdRecord.
    image: the file's bytes.
    height: image height in pixels.
    width: image width in pixels.
    density: μ̄, float32 array [ceil(height/8), ceil(width/8)], people per cell.
    confident: boolean array of the same shape: the cells to learn from.
    uncertainty: of the image's count, in people, by which whole images may be
      left out.
    variance: total variance of each cell, float32 array of the shape of
      `density`, people²; None unless it was asked for.
    statistics: the image's figures, written beside its shard and not into it.
  """

  id: str
  image: bytes
  height: int
  width: int
  density: np.ndarray
  confident: np.ndarray
  uncertainty: float
  variance: np.ndarray | None = None
  statistics: dict[str, Any] = dataclasses.field(default_factory=dict)

  def serialize(self) -> bytes:
    """Returns the record as a serialised `tf.train.Example`."""
    packed = np.packbits(self.confident.astype(bool).ravel())
    fields: dict[str, bytes | list[int] | np.ndarray] = {
      "id": self.id.encode(),
      "image": self.image,
      "size": [self.height, self.width],
      "density": _bytes_of(self.density),
      "confident": packed.tobytes(),
      "uncertainty": np.array([self.uncertainty], np.float32),
    }
    if self.variance is not None:
      fields["variance"] = _bytes_of(self.variance)
    return serialize_example(fields)


def parse(example: tf.Tensor) -> dict[str, tf.Tensor]:
  """Parses one serialised PseudoLabel.

  Returns:
    `id`, `image` (scalar strings), `size` int64 [2] (height, width), `density`
    float32 [rows, columns, 1], `confidence` float32 of the same shape (0 or
    1), `uncertainty` scalar, `variance` float32 [rows, columns, 1], or
    [0, 0, 1] if there is none.
  """
  parsed = tf.io.parse_single_example(
    example,
    {
      "id": tf.io.FixedLenFeature([], tf.string),
      "image": tf.io.FixedLenFeature([], tf.string),
      "size": tf.io.FixedLenFeature([2], tf.int64),
      "density": tf.io.FixedLenFeature([], tf.string),
      "confident": tf.io.FixedLenFeature([], tf.string),
      "uncertainty": tf.io.FixedLenFeature([], tf.float32),
      "variance": tf.io.FixedLenFeature([], tf.string, default_value=""),
    },
  )
  grid = tf.cast((parsed["size"] + 7) // 8, tf.int32)
  shape = tf.concat([grid, [1]], axis=0)
  density = tf.io.decode_raw(parsed["density"], tf.float32)
  packed = tf.io.decode_raw(parsed.pop("confident"), tf.uint8)
  bits = tf.bitwise.right_shift(
    packed[:, tf.newaxis], tf.constant([7, 6, 5, 4, 3, 2, 1, 0], tf.uint8)
  )
  bits = tf.reshape(bits & 1, [-1])[: tf.reduce_prod(grid)]
  parsed["density"] = tf.reshape(density, shape)
  variance = tf.io.decode_raw(parsed["variance"], tf.float32)
  there = tf.cast(tf.size(variance) > 0, tf.int32)
  parsed["variance"] = tf.reshape(variance, shape * [there, there, 1])
  parsed["confidence"] = tf.reshape(tf.cast(bits, tf.float32), shape)
  return parsed


def _bytes_of(values: np.ndarray) -> bytes:
  return np.ascontiguousarray(values, "<f4").tobytes()
