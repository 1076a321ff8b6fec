"""Arithmetic of the network, counted from its layers."""

import keras

from cdcc_tf.models.layers import SpatialEncoder
from cdcc_tf.models.sfcn import SFCN


def _convolutions(model: SFCN) -> list[keras.layers.Layer]:
  return [
    layer
    for layer in [
      *model.encoder.layers,
      model.shared_decoder,
      *model.masked_decoder,
    ]
    if isinstance(layer, keras.layers.Conv2D)
  ]


def forward(model: SFCN, height: int, width: int) -> float:
  """Returns the FLOP of one picture's forward pass (2 per multiply-add)."""
  total = 0.0
  for layer in _convolutions(model):
    cells = _cells(layer.name, height, width)
    total += 2.0 * layer.kernel.shape.num_elements() * cells
  grid = height * width / 64
  for layer in model.masked_decoder:
    if isinstance(layer, SpatialEncoder):
      for kernel, _ in (layer.down_up, layer.left_right):
        total += 2 * 2.0 * kernel.shape.num_elements() * grid  # there and back
  return total + 2.0 * model.head.kernel.shape.num_elements() * grid


def decoder_forward(
  decoder: keras.Sequential, height: int, width: int
) -> float:
  """Returns the FLOP of the orientation decoder's convolutions."""
  return sum(
    2.0 * layer.kernel.shape.num_elements() * height * width / 64
    for layer in decoder.layers
    if isinstance(layer, keras.layers.Conv2D)
  )


def first_convolution(model: SFCN, height: int, width: int) -> float:
  """Returns the FLOP of conv1_1, which needs no gradient of its input."""
  layer = _convolutions(model)[0]
  return 2.0 * layer.kernel.shape.num_elements() * height * width


def _cells(name: str, height: int, width: int) -> float:
  if not name.startswith("block"):
    return height * width / 64
  return height * width / 4 ** (int(name[5]) - 1)
