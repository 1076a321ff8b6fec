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
  example = tf.train.Example()
  for name, value in fields.items():
    feature = example.features.feature[name]  # in place: pictures are large
    if isinstance(value, bytes):
      feature.bytes_list.value.append(value)
    elif isinstance(value, list):
      feature.int64_list.value.extend(value)
    else:
      feature.float_list.value.extend(value.ravel().tolist())
  return example.SerializeToString(deterministic=True)
