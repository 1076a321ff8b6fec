"""Augmentation: pure functions of (image, points), seeded and stateless.

Points move with the picture *before* the density map is made, so counts stay
exact. Every function takes its own seed; nothing here has hidden state, which
is what makes resuming at any step exact.
"""

import tensorflow as tf

from cdcc_tf.data.density import points_inside

# Coefficients of luminance, ITU-R BT.601.
_LUMINANCE = (0.299, 0.587, 0.114)


def random_crop_and_scale(
  image: tf.Tensor,
  points: tf.Tensor,
  seed: tf.Tensor,
  crop: int,
  scale_min: float,
  scale_max: float,
) -> tuple[tf.Tensor, tf.Tensor]:
  """Cuts a random window and resizes it to a square of `crop` pixels.

  Scale is drawn log-uniformly; a picture smaller than the window is enlarged
  as much as it must be. Both axes get the same scale.

  Args:
    image: uint8 tensor of shape [height, width, 3].
    points: float32 tensor of shape [points, 2], pixels.
    seed: integer tensor of shape [2].
    crop: side of the result in pixels, a multiple of 8.
    scale_min: smallest scale; 0.5 shows twice the picture in each direction.
    scale_max: largest scale.

  Returns:
    float32 image of shape [crop, crop, 3] in [0, 255], and the points inside
    the window, in pixels of the result.
  """
  height, width = tf.unstack(tf.cast(tf.shape(image)[:2], tf.float32))
  draw = tf.random.stateless_uniform([3], seed)
  scale = scale_min * tf.pow(scale_max / scale_min, draw[0])
  scale = tf.maximum(scale, crop / tf.minimum(height, width))
  window = tf.minimum(
    tf.round(crop / scale), tf.floor(tf.minimum(height, width))
  )
  top = tf.floor(draw[1] * (height - window + 1))
  left = tf.floor(draw[2] * (width - window + 1))
  cut = tf.image.crop_to_bounding_box(
    image, *(tf.cast(v, tf.int32) for v in (top, left, window, window))
  )
  resized = tf.image.resize(cut, [crop, crop], antialias=True)
  resized = tf.clip_by_value(resized, 0.0, 255.0)
  resized.set_shape([crop, crop, 3])
  # Membership is decided in the window's own pixels: after scaling, rounding
  # could push a point across the border and lose a head.
  moved = points - tf.stack([left, top])
  kept = moved[points_inside(moved, window, window)]
  largest = tf.constant(crop, tf.float32) * (1 - 1e-6)
  return resized, tf.minimum(kept * (crop / window), largest)


def random_flip_left_right(
  image: tf.Tensor, points: tf.Tensor, seed: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
  """Mirrors picture and points, or not, with equal chance.

  Harmless in both domains; an up-down flip must never reach the density branch.

  Args:
    image: tensor of shape [height, width, 3].
    points: float32 tensor of shape [points, 2].
    seed: integer tensor of shape [2].

  Returns:
    The picture and its points.
  """
  flip = tf.random.stateless_uniform([], seed) < 0.5
  width = tf.cast(tf.shape(image)[1], points.dtype)
  # A point at x = 0 would land on x = width, outside: keep it just inside.
  x = tf.minimum(width - points[:, 0], width * (1 - 1e-6))
  mirrored = tf.stack([x, points[:, 1]], axis=1)
  return (
    tf.where(flip, tf.reverse(image, [1]), image),
    tf.where(flip, mirrored, points),
  )


def random_colour(
  image: tf.Tensor, seed: tf.Tensor, strength: float
) -> tf.Tensor:
  """Changes brightness, contrast, saturation, channel gains and gamma.

  Args:
    image: float32 tensor of shape [height, width, 3] in [0, 255].
    seed: integer tensor of shape [2].
    strength: 0 leaves the picture alone; 0.5 is strong.

  Returns:
    Picture of the same shape and range.
  """
  if not strength:
    return image
  draw = tf.random.stateless_uniform([7], seed, -1.0, 1.0) * strength
  gains = tf.exp(draw[:3] * 0.3)
  image = 255.0 * tf.pow(image / 255.0, tf.exp(draw[3])) * gains
  mean = tf.reduce_mean(image)
  image = (image - mean) * tf.exp(draw[4]) + mean
  grey = tf.tensordot(image, tf.constant(_LUMINANCE), 1)[..., tf.newaxis]
  # Towards grey and past it: real cameras, night and haze lose colour.
  image = grey + (image - grey) * (1.0 + draw[5])
  return tf.clip_by_value(image + 80.0 * draw[6], 0.0, 255.0)


def flip_upside_down(image: tf.Tensor) -> tf.Tensor:
  """Turns a picture about the horizontal axis (paper §3, orientation task)."""
  return tf.reverse(image, [-3])
