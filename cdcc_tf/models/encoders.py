"""Encoders: VGG16 to conv4_3, a compact one, and the light ones."""

from collections.abc import Sequence

import keras

from cdcc_tf.models.light_encoders import (
  BACKBONES,
  StrideJoin,
  build_light_encoder,
)
from cdcc_tf.models.normalization import InputNormalization

ENCODERS = ("vgg16", "compact", *BACKBONES)

# Channels of conv1_1 … conv4_3; a pooling follows each of the first three.
_VGG16_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512))
_COMPACT_BLOCKS = (128, 256, 512)
_GROUPS = 8


def scaled(channels: int, width: float) -> int:
  """Returns a layer's channels in a network of another width, at least 4."""
  return max(4, round(channels * width))


def build_encoder(
  kind: str = "vgg16", width: float = 1.0, train_statistics: bool = False
) -> keras.Model:
  """Builds what turns images into features.

  Args:
    kind: `vgg16` is the paper's, conv1_1 … conv4_3 with ReLU and three 2x2
      poolings, which needs ImageNet weights to start from. `compact` has three
      blocks of two convolutions and learns from nothing within minutes, since
      group normalisation keeps its features' size. The others are of
      `light_encoders`.
    width: multiplies the channels of every layer.
    train_statistics: whether batch normalisation follows the training images;
      EfficientNet-Lite only.

  Returns:
    Model from images [batch, height, width, 3] in [0, 255] to features
    [batch, ceil(height/8), ceil(width/8), channels]. Layers of VGG16 bear
    Keras' names.

  Raises:
    ValueError: unknown kind, or options that it cannot have.
  """
  if kind not in ENCODERS:
    raise ValueError(f"encoder {kind!r} is none of {ENCODERS}")
  if kind in BACKBONES:
    encoder = build_light_encoder(kind, width, train_statistics)
  else:
    build = _vgg16_layers if kind == "vgg16" else _compact_layers
    encoder = keras.Sequential(
      [InputNormalization(name="normalization", autocast=False), *build(width)],
      name="encoder",
    )
  encoder.autocast = False
  return encoder


def _vgg16_layers(width: float) -> list[keras.layers.Layer]:
  layers: list[keras.layers.Layer] = []
  for block, channels in enumerate(_VGG16_BLOCKS, start=1):
    if block > 1:
      layers.append(keras.layers.MaxPooling2D(2, name=f"block{block - 1}_pool"))
    for index, count in enumerate(channels, start=1):
      layers.append(
        keras.layers.Conv2D(
          scaled(count, width),
          3,
          padding="same",
          activation="relu",
          kernel_initializer="he_normal",
          name=f"block{block}_conv{index}",
        )
      )
  return layers


def _compact_layers(width: float) -> list[keras.layers.Layer]:
  layers: list[keras.layers.Layer] = [
    keras.layers.Rescaling(1 / 64, name="rescale")
  ]
  for block, count in enumerate(_COMPACT_BLOCKS, start=1):
    # Groups of equal size, whatever the width.
    channels = _GROUPS * max(1, round(count * width / _GROUPS))
    for index in (1, 2):
      layers += [
        keras.layers.Conv2D(
          channels,
          5 if block == index == 1 else 3,
          strides=2 if index == 1 else 1,
          padding="same",
          kernel_initializer="he_normal",
          name=f"block{block}_conv{index}",
        ),
        keras.layers.GroupNormalization(
          _GROUPS, name=f"block{block}_norm{index}"
        ),
        keras.layers.ReLU(name=f"block{block}_relu{index}"),
      ]
  # The decoders and their learning rates are made for VGG16's large features.
  return [*layers, keras.layers.Rescaling(16.0, name="features")]


def pretrained_variables(encoder: keras.Model) -> list[keras.Variable]:
  """Returns what ImageNet's weights fill and training may change.

  A light encoder's layer that joins its strides starts from nothing, like the
  decoders.
  """
  return [
    variable
    for layer in encoder.layers
    if not isinstance(layer, StrideJoin)
    for variable in layer.trainable_variables
  ]


def freeze_blocks(encoder: keras.Model, kind: str, blocks: int) -> None:
  """Keeps the first blocks' weights: no gradient flows into them.

  Args:
    encoder: from `build_encoder`.
    kind: which one it is.
    blocks: of VGG16 and `compact`, their first blocks; of a light encoder,
      all layers up to a stride of 2, 4, 8 or 16.
  """
  for layer in _first_blocks(encoder.layers, kind, blocks):
    layer.trainable = False


def _first_blocks(
  layers: Sequence[keras.layers.Layer], kind: str, blocks: int
) -> Sequence[keras.layers.Layer]:
  if kind not in BACKBONES:
    names = tuple(f"block{block}_" for block in range(1, blocks + 1))
    return [layer for layer in layers if layer.name.startswith(names)]
  if not blocks:
    return []
  end = BACKBONES[kind].ends[blocks - 1]
  # Keras sorts layers by depth: what comes before a stride's last is its way.
  last = max(i for i, layer in enumerate(layers) if layer.name.startswith(end))
  return layers[: last + 1]
