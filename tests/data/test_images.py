"""Decoding: whatever the file holds, RGB comes out, or an error."""

import cv2
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.data.images import decodable_size, decode_image
from tests.data_tools.formats.mutations import mutants, spoil_bytes
from tests.helpers import jpeg, noise_picture, png, run_eagerly_and_in_tf_data


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_kind_of_png_becomes_rgb(channels: int):
  picture = noise_picture(8, 12, 0)[..., :1]
  picture = np.repeat(picture, channels, -1)
  picture[..., 1:3] //= 2
  picture[..., 3:] = 255
  decoded = run_eagerly_and_in_tf_data(decode_image, png(picture))
  assert decoded.shape == (8, 12, 3)
  assert decoded.dtype == np.uint8
  expected = np.repeat(picture, 3, -1) if channels == 1 else picture[..., :3]
  np.testing.assert_array_equal(decoded, expected)


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_becomes_rgb(channels: int):
  picture = np.full((16, 24, channels), 40, np.uint8)
  picture[..., -1] = 200
  decoded = np.int32(decode_image(jpeg(picture)))
  assert np.abs(decoded - np.int32(picture)).max() < 6


def test_sixteen_bit_png_keeps_its_brightness():
  deep = np.full((4, 6, 3), 0x80FF, np.uint16)
  decoded = decode_image(cv2.imencode(".png", deep)[1].tobytes())
  assert decoded.dtype == tf.uint8
  assert decoded.shape == (4, 6, 3)
  assert np.abs(np.int32(decoded) - 0x80).max() <= 1


@pytest.mark.parametrize(
  "content",
  [
    b"",
    b"not a picture",
    jpeg(noise_picture(32, 48, 0))[:-400],
    png(noise_picture(32, 48, 0))[:-400],
  ],
  ids=["empty", "text", "torn jpeg", "torn png"],
)
def test_what_is_not_a_whole_picture_is_an_error(content: bytes):
  with pytest.raises(tf.errors.InvalidArgumentError):
    decode_image(content)
  with pytest.raises(tf.errors.InvalidArgumentError):
    decodable_size(content)


def test_what_can_be_decoded_small_can_be_decoded_whole():
  """And nothing else, however a file is damaged."""
  picture = noise_picture(21, 34, 0)
  progressive = [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
  wholes = [
    *(jpeg(picture), jpeg(picture[..., :1]), png(picture)),
    cv2.imencode(".jpg", picture, progressive)[1].tobytes(),
  ]

  def outcome(function, content: bytes):
    try:
      return function(content)
    except tf.errors.InvalidArgumentError:
      return None

  sizes = {None: 0, (21, 34): 0}
  for seed, whole in enumerate(wholes):
    assert decodable_size(whole) == (21, 34)
    for _, spoilt in mutants(whole, spoil_bytes, 60, seed):
      image = outcome(decode_image, spoilt)
      size = outcome(decodable_size, spoilt)
      assert size == (None if image is None else tuple(image.shape[:2]))
      sizes[size] = sizes.get(size, 0) + 1
  assert min(sizes[None], sizes[21, 34]) > 30  # enough of either
