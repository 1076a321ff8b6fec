"""Decoding pictures, the same way everywhere."""

import tensorflow as tf


def decode_picture(image: tf.Tensor | bytes) -> tf.Tensor:
  """Decodes JPEG or PNG bytes, grey ones too, into RGB.

  EXIF orientation is ignored: the published data sets' points refer to the
  stored pixels.

  Args:
    image: scalar string.

  Returns:
    uint8 tensor of shape [height, width, 3].

  Raises:
    tf.errors.InvalidArgumentError: not a whole JPEG or PNG.
  """
  decoded = tf.io.decode_image(image, channels=3, expand_animations=False)
  decoded.set_shape([None, None, 3])
  return decoded
