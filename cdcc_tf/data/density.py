"""Points to density, on the stride-8 grid, and density to another grid.

A head is a Gaussian *integrated* over each cell, so a cell holds people, a map
holds the number of its points, and no rescaling is ever needed.
"""

import tensorflow as tf

STRIDE = 8


def points_inside(
  points: tf.Tensor, height: tf.Tensor | int, width: tf.Tensor | int
) -> tf.Tensor:
  """Tells which points lie in a picture: 0 <= x < width, 0 <= y < height.

  Args:
    points: float tensor of shape [points, 2], x then y, in pixels.
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    Boolean tensor of shape [points].
  """
  x, y = points[:, 0], points[:, 1]
  return (
    (x >= 0)
    & (y >= 0)
    & (x < tf.cast(width, x.dtype))
    & (y < tf.cast(height, y.dtype))
  )


def density_map(
  points: tf.Tensor,
  height: tf.Tensor | int,
  width: tf.Tensor | int,
  sigma: tf.Tensor | float,
  stride: int = STRIDE,
) -> tf.Tensor:
  """Renders head points as people per cell.

  The map is separable: `D = Gyᵀ·Gx`, where row i of Gx is the mass of head i's
  one-dimensional Gaussian in each column of cells. Each row is renormalised to
  one, so a head at the border loses nothing and
  `sum(D) == number of points inside` to float precision.

  Args:
    points: float tensor of shape [points, 2], x then y, in pixels. Points
      outside the picture are left out.
    height: picture height in pixels; a last, partial row of cells counts.
    width: picture width in pixels.
    sigma: standard deviation in pixels, a scalar or one per point [points].
    stride: cell side in pixels.

  Returns:
    float32 tensor of shape [ceil(height/stride), ceil(width/stride), 1], in
    people per cell.
  """
  points = tf.cast(points, tf.float32)
  sigma = tf.broadcast_to(tf.cast(sigma, tf.float32), tf.shape(points)[:1])
  inside = points_inside(points, height, width)
  points, sigma = points[inside], sigma[inside]
  rows = _cell_masses(points[:, 1], sigma, height, stride)
  columns = _cell_masses(points[:, 0], sigma, width, stride)
  return tf.matmul(rows, columns, transpose_a=True)[..., tf.newaxis]


def _cell_masses(
  centres: tf.Tensor,
  sigma: tf.Tensor,
  length: tf.Tensor | int,
  stride: int,
) -> tf.Tensor:
  """Returns each Gaussian's mass in each cell of one axis: [points, cells]."""
  cells = (tf.cast(length, tf.int32) + stride - 1) // stride
  edges = tf.cast(tf.range(cells + 1) * stride, tf.float32)
  distance = (edges[tf.newaxis] - centres[:, tf.newaxis]) / sigma[:, tf.newaxis]
  # erf saturates to exactly ±1 far from the head, which is what is wanted.
  cumulative = 0.5 * tf.math.erf(distance * (0.5**0.5))
  masses = cumulative[:, 1:] - cumulative[:, :-1]
  return masses / tf.reduce_sum(masses, axis=1, keepdims=True)


def map_window(
  density: tf.Tensor,
  height: tf.Tensor,
  width: tf.Tensor,
  window: tf.Tensor,
  cells: int,
  stride: int = STRIDE,
) -> tf.Tensor:
  """Cuts a square window out of maps and brings it onto a grid of its own.

  People are taken to be spread evenly over each cell, so the people inside the
  window are kept, whatever the new grid.

  Args:
    density: float32 tensor of shape [rows, columns, maps], per cell.
    height: of the picture that the maps belong to, in pixels; its last row of
      cells may reach past it.
    width: likewise.
    window: float32 tensor (top, left, side) in pixels of that picture.
    cells: rows and columns of the result.
    stride: cell side in pixels.

  Returns:
    float32 tensor of shape [cells, cells, maps], per new cell.
  """
  top, left, side = tf.unstack(tf.cast(window, tf.float32))
  rows = _shares(tf.shape(density)[0], height, top, side, cells, stride)
  columns = _shares(tf.shape(density)[1], width, left, side, cells, stride)
  return tf.einsum("ir,rcm,jc->ijm", rows, density, columns)


def _shares(
  old: tf.Tensor,
  length: tf.Tensor,
  start: tf.Tensor,
  side: tf.Tensor,
  cells: int,
  stride: int,
) -> tf.Tensor:
  """Returns which share of each old cell falls into each new: [cells, old]."""
  edges = tf.cast(tf.range(old + 1) * stride, tf.float32)
  edges = tf.minimum(edges, tf.cast(length, tf.float32))
  bounds = start + side * tf.range(cells + 1, dtype=tf.float32) / cells
  low = tf.maximum(edges[:-1], bounds[:-1, tf.newaxis])
  high = tf.minimum(edges[1:], bounds[1:, tf.newaxis])
  return tf.maximum(high - low, 0.0) / (edges[1:] - edges[:-1])
