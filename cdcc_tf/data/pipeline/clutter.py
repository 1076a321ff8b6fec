"""Clutter: patches of random texture that hold no people.

Synthetic crowds often show little but people, and a network trained on them
takes any fine texture for a crowd: a hedge for a thousand heads. Pasting
textures over part of a crop, and removing the heads below them, teaches it that
busy is not crowded. It needs no images.
"""

import tensorflow as tf

# Sides of the noise that a texture is made of, as shares of the crop's.
_OCTAVES = (1, 2, 4, 8, 16)
_PATCHES = 4  # across the crop, about


def random_clutter(
  image: tf.Tensor, points: tf.Tensor, seed: tf.Tensor, share: float
) -> tuple[tf.Tensor, tf.Tensor]:
  """Covers part of a crop with texture; returns which heads stay visible.

  Args:
    image: float32 tensor of shape [crop, crop, 3] in [0, 255].
    points: float32 tensor of shape [points, 2], pixels, inside the crop.
    seed: integer tensor of shape [2].
    share: chance that a crop gets any clutter.

  Returns:
    The image, and a boolean tensor [points]: True for visible heads.
  """
  if not share:
    return image, tf.ones(tf.shape(points)[:1], tf.bool)
  draw_seed, texture_seed, region_seed = tf.unstack(
    tf.random.experimental.stateless_split(seed, 3)
  )
  crop = image.shape[0]

  def cluttered() -> tuple[tf.Tensor, tf.Tensor]:
    covered = _region(crop, region_seed)
    pixels = tf.minimum(tf.cast(points, tf.int32), crop - 1)
    hidden = tf.gather_nd(covered[..., 0], pixels[:, ::-1])
    texture = _texture(crop, texture_seed)
    return tf.where(covered, texture, image), ~hidden

  return tf.cond(
    tf.random.stateless_uniform([], draw_seed) < share,
    cluttered,
    lambda: (image, tf.ones(tf.shape(points)[:1], tf.bool)),
  )


def _region(crop: int, seed: tf.Tensor) -> tf.Tensor:
  """Draws the covered region: blobs, boolean [crop, crop, 1]."""
  noise_seed, level_seed = tf.unstack(
    tf.random.experimental.stateless_split(seed, 2)
  )
  noise = tf.random.stateless_normal([1, _PATCHES, _PATCHES, 1], noise_seed)
  smooth = tf.image.resize(noise, [crop, crop], "bicubic")[0]
  # Of a normal variable, between 60 % and 15 % lie above.
  return smooth > tf.random.stateless_uniform([], level_seed, -0.25, 1.0)


def _texture(crop: int, seed: tf.Tensor) -> tf.Tensor:
  """Draws a texture of random grain, contrast and colour, [crop, crop, 3]."""
  seeds = tf.unstack(
    tf.random.experimental.stateless_split(seed, len(_OCTAVES) + 1)
  )
  draw = tf.random.stateless_uniform([len(_OCTAVES) + 9], seeds[0])
  weights = tf.exp(4.0 * draw[: len(_OCTAVES)] - 2.0)
  weights /= tf.norm(weights)
  grain = tf.zeros([crop, crop, 1])
  for index, octave in enumerate(_OCTAVES):
    side = max(crop // octave, 1)
    noise = tf.random.stateless_normal([1, side, side, 1], seeds[index + 1])
    grain += weights[index] * tf.image.resize(noise, [crop, crop])[0]
  sharpness, contrast, bright, *rest = tf.unstack(draw[len(_OCTAVES) :])
  grain = tf.tanh(grain * tf.exp(2.0 * sharpness))
  colour = 30.0 + 170.0 * bright + 60.0 * (tf.stack(rest[:3]) - 0.5)
  tint = 0.6 + 0.8 * tf.stack(rest[3:])
  amplitude = 15.0 * tf.pow(6.0, contrast)
  return tf.clip_by_value(colour + amplitude * tint * grain, 0.0, 255.0)
