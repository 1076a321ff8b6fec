"""Arithmetic of the network, 2 per multiply-add, counted where it is done.

An encoder's is counted in its graph, a decoder's from its layers.

Sizes are multiples of 8 pixels; what is added or compared is left out.
"""

import math

import keras
import tensorflow as tf

from cdcc_tf.models.convolutions import SeparableConv2D
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.models.spatial import SpatialEncoder


def encoder(model: SFCN, height: int, width: int) -> float:
  """Returns the FLOP of the encoder's forward pass over one picture."""
  return sum(_encoder_convolutions(model, height, width))


def first_convolution(model: SFCN, height: int, width: int) -> float:
  """Returns the FLOP of the first one, which needs no gradient of its input."""
  return _encoder_convolutions(model, height, width)[0]


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


def _encoder_convolutions(model: SFCN, height: int, width: int) -> list[float]:
  images = tf.TensorSpec((1, height, width, 3))
  graph = tf.function(model.encoder).get_concrete_function(images).graph
  found = []
  for operation in graph.get_operations():
    if operation.type in ("Conv2D", "DepthwiseConv2dNative"):
      kernel = operation.inputs[1].shape
      # A depthwise one sums over rows and columns alone.
      terms = kernel[:3] if operation.type == "Conv2D" else kernel[:2]
      outputs = operation.outputs[0].shape
      found.append(2.0 * math.prod(terms) * math.prod(outputs))
  return found


def _convolutions(
  layers: list[keras.layers.Layer],
) -> list[keras.layers.Layer]:
  kinds = (keras.layers.Conv2D, SeparableConv2D)
  return [layer for layer in layers if isinstance(layer, kinds)]


def _convolution(layer: keras.layers.Layer, cells: float) -> float:
  flop = 2.0 * math.prod(layer.kernel.shape) * cells
  if isinstance(layer, SeparableConv2D):
    flop += 2.0 * math.prod(layer.depthwise_kernel.shape) * cells
  return flop
