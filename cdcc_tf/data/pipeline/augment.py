"""Augmentation: pure functions of a picture and its labels, seeded, stateless.

Points move with the picture *before* the density map is made, so counts stay
exact. Every function takes its own seed; nothing here has hidden state, which
is what makes resuming at any step exact.
"""

import dataclasses

import tensorflow as tf

from cdcc_tf.data.density import STRIDE, map_window, points_inside
from cdcc_tf.data.regions import cell_shares

# Coefficients of luminance, ITU-R BT.601.
_LUMINANCE = (0.299, 0.587, 0.114)


@dataclasses.dataclass(frozen=True)
class View:
  """One look at a picture, which moves all that belongs to it alike.

  Attributes:
    window: float32 tensor (top, left, side): the square that is seen, in whole
      pixels of the picture.
    mirrored: boolean scalar: whether left and right change places. Harmless in
      both domains; an up-down flip must never reach the density branch.
    crop: side of what comes out, in pixels; a multiple of 8.
  """

  window: tf.Tensor
  mirrored: tf.Tensor
  crop: int

  def picture(self, image: tf.Tensor) -> tf.Tensor:
    """Shows a picture [height, width, 3] as float32 [crop, crop, 3]."""
    top, left, side = tf.unstack(tf.cast(self.window, tf.int32))
    cut = tf.image.crop_to_bounding_box(image, top, left, side, side)
    resized = tf.image.resize(cut, [self.crop, self.crop], antialias=True)
    resized = tf.clip_by_value(resized, 0.0, 255.0)
    resized.set_shape([self.crop, self.crop, 3])
    return tf.where(self.mirrored, tf.reverse(resized, [1]), resized)

  def points(self, points: tf.Tensor) -> tf.Tensor:
    """Moves the points [points, 2] inside the window, in pixels of the crop."""
    moved, inside = self._in_window(points)
    kept = moved[inside] * (self.crop / self.window[2])
    x, y = kept[:, 0], kept[:, 1]
    # A point at x = 0 would land on x = crop, outside: keep it just inside.
    largest = tf.constant(self.crop, tf.float32) * (1 - 1e-6)
    x = tf.where(self.mirrored, self.crop - x, x)
    return tf.minimum(tf.stack([x, y], axis=1), largest)

  def sigmas(self, points: tf.Tensor, sigmas: tf.Tensor) -> tf.Tensor:
    """Scales the deviations [points] of the points inside the window."""
    _, inside = self._in_window(points)
    return sigmas[inside] * (self.crop / self.window[2])

  def region(self, region: tf.Tensor) -> tf.Tensor:
    """Shows a region of interest, float32 [height, width, 1] in [0, 1].

    Returns:
      float32 tensor of shape [crop/8, crop/8, 1]: each cell's share inside.
    """
    seen = self.picture(tf.repeat(region, 3, axis=-1))
    return cell_shares(seen[..., :1])

  def maps(
    self, maps: tf.Tensor, height: tf.Tensor, width: tf.Tensor
  ) -> tf.Tensor:
    """Moves maps [rows, columns, maps] of a picture; keeps their people."""
    cells = self.crop // STRIDE
    cut = map_window(maps, height, width, self.window, cells)
    return tf.where(self.mirrored, tf.reverse(cut, [1]), cut)

  def _in_window(self, points: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns points in the window's own pixels, and which lie in it.

    Membership is decided there: after scaling, rounding could push a point
    across the border and lose a head.
    """
    top, left, side = tf.unstack(self.window)
    moved = points - tf.stack([left, top])
    return moved, points_inside(moved, side, side)


def random_view(
  size: tf.Tensor,
  seed: tf.Tensor,
  crop: int,
  scale_min: float,
  scale_max: float,
) -> View:
  """Draws where to look, how large, and whether in a mirror.

  Scale is drawn log-uniformly, among those at which the picture fills the
  window. Both axes get the same scale. The window's centre is
  drawn from the whole picture, and a window that so reaches beyond the border
  is moved back: drawn from all windows inside, the borders, where there often
  is nobody, would hardly be seen, and crops would be denser than pictures.

  Args:
    size: integer tensor (height, width) of the picture.
    seed: integer tensor of shape [2].
    crop: side of the result in pixels, a multiple of 8.
    scale_min: smallest scale; 0.5 shows twice the picture in each direction.
    scale_max: largest scale.
  """
  height, width = tf.unstack(tf.cast(size, tf.float32))
  draw = tf.random.stateless_uniform([4], seed)
  smallest = crop / tf.minimum(height, width)
  low, high = (tf.maximum(smallest, limit) for limit in (scale_min, scale_max))
  scale = low * tf.pow(high / low, draw[0])
  side = tf.minimum(tf.round(crop / scale), tf.floor(tf.minimum(height, width)))
  top = tf.clip_by_value(
    tf.round(draw[1] * height - side / 2), 0.0, height - side
  )
  left = tf.clip_by_value(
    tf.round(draw[2] * width - side / 2), 0.0, width - side
  )
  return View(tf.stack([top, left, side]), draw[3] < 0.5, crop)


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
  grey = luminance(image)
  # Towards grey and past it: real cameras, night and haze lose colour.
  image = grey + (image - grey) * (1.0 + draw[5])
  return tf.clip_by_value(image + 80.0 * draw[6], 0.0, 255.0)


def luminance(image: tf.Tensor) -> tf.Tensor:
  """Returns the luminance, [height, width, 1], of a float32 RGB picture."""
  return tf.tensordot(image, tf.constant(_LUMINANCE), 1)[..., tf.newaxis]


def flip_upside_down(image: tf.Tensor) -> tf.Tensor:
  """Turns a picture about the horizontal axis (stage 1)."""
  return tf.reverse(image, [-3])


def both_ways(image: tf.Tensor) -> dict[str, tf.Tensor]:
  """Pairs a picture with itself upside down: [2, height, width, 3]."""
  both = tf.stack([image, flip_upside_down(image)])
  return {"image": both, "orientation": tf.constant([0, 1], tf.int32)}
