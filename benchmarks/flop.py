"""Arithmetic of the network, counted from its layers, 2 per multiply-add.

Sizes are multiples of 8 pixels; what is added or compared is left out.
"""

import math

import keras

from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.models.spatial import SpatialEncoder


def encoder(model: SFCN, height: int, width: int) -> float:
  """Returns the FLOP of the encoder's forward pass over one picture."""
  return sum(
    # A pooling halves both sides after each block.
    _convolution(layer, height * width / 4 ** (int(layer.name[5]) - 1))
    for layer in _convolutions(model.encoder.layers)
  )


def first_convolution(model: SFCN, height: int, width: int) -> float:
  """Returns the FLOP of conv1_1, which needs no gradient of its input."""
  return _convolution(_convolutions(model.encoder.layers)[0], height * width)


def density_decoder(model: SFCN, height: int, width: int) -> float:
  """Returns the FLOP of the density decoder's forward pass, one mask."""
  rows, columns = height // 8, width // 8
  layers = [model.shared_decoder, *model.masked_decoder]
  total = sum(
    _convolution(layer, rows * columns) for layer in _convolutions(layers)
  )
  for layer in layers:
    if isinstance(layer, SpatialEncoder):
      # There and back; the line that each pass starts from stays as it is.
      for (kernel, _), messages in (
        (layer.down_up, (rows - 1) * columns),
        (layer.left_right, (columns - 1) * rows),
      ):
        total += 2 * 2.0 * math.prod(kernel.shape) * messages
  return total + 2.0 * math.prod(model.head.kernel.shape) * rows * columns


def orientation_decoder(
  decoder: keras.Sequential, height: int, width: int
) -> float:
  """Returns the FLOP of the orientation decoder's convolutions, forward."""
  return sum(
    _convolution(layer, (height // 8) * (width // 8))
    for layer in _convolutions(decoder.layers)
  )


def train_step(
  model: SFCN,
  decoder: keras.Sequential,
  crop: int,
  crops: int,
  source: int,
  target: int,
) -> float:
  """Returns the FLOP of a training step with nothing frozen.

  Of `crops` through the encoder, `source` go through the density decoder and
  `target` through the orientation decoder.

  Backwards costs a forward pass for the gradient of the weights, and one for
  that of the features.
  """
  shared = 3 * encoder(model, crop, crop) - first_convolution(model, crop, crop)
  return (
    crops * shared
    + source * 3 * density_decoder(model, crop, crop)
    + target * 3 * orientation_decoder(decoder, crop, crop)
  )


def _convolutions(
  layers: list[keras.layers.Layer],
) -> list[keras.layers.Conv2D]:
  return [layer for layer in layers if isinstance(layer, keras.layers.Conv2D)]


def _convolution(layer: keras.layers.Conv2D, cells: float) -> float:
  return 2.0 * math.prod(layer.kernel.shape) * cells
