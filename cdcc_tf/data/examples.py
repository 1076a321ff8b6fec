"""Records to bytes, the same bytes for the same record."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf


def serialize(fields: Mapping[str, bytes | list[int] | np.ndarray]) -> bytes:
  """Serialises fields as a `tf.train.Example`.

  Args:
    fields: by name; bytes, integers, or an array of floats.

  Returns:
    Bytes that depend on the contents alone, so that checksums mean something.
  """
  feature = {}
  for name, value in fields.items():
    if isinstance(value, bytes):
      kind = {"bytes_list": tf.train.BytesList(value=[value])}
    elif isinstance(value, list):
      kind = {"int64_list": tf.train.Int64List(value=value)}
    else:
      kind = {"float_list": tf.train.FloatList(value=value.ravel().tolist())}
    feature[name] = tf.train.Feature(**kind)
  example = tf.train.Example(features=tf.train.Features(feature=feature))
  return example.SerializeToString(deterministic=True)
