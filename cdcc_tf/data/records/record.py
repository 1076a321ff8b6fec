"""CrowdRecord: the one form in which images reach the network.

The reader of each data set yields CrowdRecords; training, evaluation and
labelling use nothing else. Images keep their original bytes, and heads stay
points: density maps are made where they are needed.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from cdcc_tf.data.regions import decode_region, heads_within


@dataclasses.dataclass(frozen=True)
class CrowdRecord:
  """One image and its head points.

  Attributes:
    id: unique name, e.g. `part_B/train/IMG_12`.
    image: the file's bytes, JPEG or PNG.
    height: image height in pixels.
    width: image width in pixels.
    points: float32 array of shape [heads, 2], x (right) then y (down) in
      pixels; (0, 0) is the outer corner of the top-left pixel.
    labelled: False for an image without labels, which is not the same as an
      image without people.
    sigmas: float32 array of shape [heads], the geometry-adaptive standard
      deviation of each head in pixels, or None.
    roi: region of interest, outside which people do not count: bytes of a grey
      PNG of the image's size, 255 inside and 0 outside; None for the whole
      image.
    group: the group that the data set's protocol averages over, e.g. a scene
      or a fold.
  """

  id: str
  image: bytes
  height: int
  width: int
  points: np.ndarray
  labelled: bool = True
  sigmas: np.ndarray | None = None
  roi: bytes | None = None
  group: str = ""

  def region(self) -> np.ndarray | None:
    """Returns the region of interest, bool [height, width], if there is one."""
    if self.roi is None:
      return None
    return decode_region(self.roi, self.height, self.width)[..., 0].numpy() > 0

  def counted_points(self) -> np.ndarray:
    """Returns the points in the region of interest: the true count's points."""
    region = self.region()
    if region is None:
      return self.points
    return self.points[heads_within(self.points, region)]

  def counted_sigmas(self) -> np.ndarray | None:
    """Returns the sigmas of `counted_points`, if the record has any."""
    region = self.region()
    if region is None or self.sigmas is None:
      return self.sigmas
    return self.sigmas[heads_within(self.points, region)]

  def serialize(self) -> bytes:
    """Returns the record as a serialised `tf.train.Example`.

    Raises:
      ValueError: points or sigmas have the wrong shape.
    """
    points = np.asarray(self.points, np.float32)
    if points.ndim != 2 or points.shape[1] != 2:
      raise ValueError(f"{self.id}: points must be [heads, 2]: {points.shape}")
    sigmas = np.zeros(0, np.float32) if self.sigmas is None else self.sigmas
    if self.sigmas is not None and np.shape(sigmas) != (len(points),):
      raise ValueError(f"{self.id}: sigmas must be [heads]: {np.shape(sigmas)}")
    return serialize_example(
      {
        "id": self.id.encode(),
        "image": self.image,
        "size": [self.height, self.width],
        "labelled": [int(self.labelled)],
        "points": points,
        "sigmas": sigmas,
        "roi": self.roi or b"",
        "group": self.group.encode(),
      }
    )


def serialize_example(
  fields: Mapping[str, bytes | list[int] | np.ndarray],
) -> bytes:
  """Serialises fields as a `tf.train.Example`.

  Args:
    fields: by name; bytes, integers, or an array of floats.

  Returns:
    Bytes that depend on the contents alone, so that checksums can be compared.
  """
  example = tf.train.Example()
  for name, value in fields.items():
    feature = example.features.feature[name]  # in place: images are large
    if isinstance(value, bytes):
      feature.bytes_list.value.append(value)
    elif isinstance(value, list):
      feature.int64_list.value.extend(value)
    else:
      feature.float_list.value.extend(value.ravel().tolist())
  return example.SerializeToString(deterministic=True)


def parse(example: tf.Tensor, with_points: bool = True) -> dict[str, tf.Tensor]:
  """Parses one serialised record.

  Args:
    example: scalar string tensor.
    with_points: False leaves `points` and `sigmas` unread, which keeps labels
      of the target domain out of training.

  Returns:
    `id`, `image`, `roi` (empty: whole image) and `group` (scalar strings),
    `size` int64 [2] (height, width), `labelled` bool, and with points:
    `points` float32 [heads, 2] and `sigmas` float32 [heads] or [0].
  """
  features = {
    "id": tf.io.FixedLenFeature([], tf.string),
    "image": tf.io.FixedLenFeature([], tf.string),
    "size": tf.io.FixedLenFeature([2], tf.int64),
    "labelled": tf.io.FixedLenFeature([], tf.int64),
    "roi": tf.io.FixedLenFeature([], tf.string, default_value=""),
    "group": tf.io.FixedLenFeature([], tf.string, default_value=""),
  }
  if with_points:
    for name in ("points", "sigmas"):
      features[name] = tf.io.FixedLenSequenceFeature(
        [], tf.float32, allow_missing=True
      )
  parsed = tf.io.parse_single_example(example, features)
  parsed["labelled"] = tf.cast(parsed["labelled"], tf.bool)
  if with_points:
    parsed["points"] = tf.reshape(parsed["points"], [-1, 2])
  return parsed
