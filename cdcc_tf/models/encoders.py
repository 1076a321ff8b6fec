"""Encoders: VGG16 to conv4_3, or a small one; and their input normalisation."""

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.layers import PACKAGE

ENCODERS = ("vgg16", "compact")

STRIDE = 8
# Channels of conv1_1 … conv4_3; a pooling follows each of the first three.
_VGG16_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512))
_COMPACT_BLOCKS = (128, 256, 512)
_GROUPS = 8
# Means of ImageNet in the order blue, green, red, as Keras' VGG16 was trained.
_IMAGENET_BGR_MEANS = (103.939, 116.779, 123.68)


@keras.saving.register_keras_serializable(PACKAGE)
class InputNormalization(keras.layers.Layer):
  """RGB pictures as they are, into what VGG16's ImageNet weights expect.

  Swaps to BGR, subtracts ImageNet's means, and pads the right and bottom with
  zeros to a multiple of the stride. Part of the model, so that whoever calls
  it gives plain pictures in [0, 255].
  """

  def call(self, images: tf.Tensor) -> tf.Tensor:
    """Maps [batch, height, width, 3] to the padded, normalised pictures."""
    images = ops.cast(images, "float32")[..., ::-1]
    images = images - ops.convert_to_tensor(_IMAGENET_BGR_MEANS)
    height, width = ops.shape(images)[1:3]
    padding = ((0, 0), (0, -height % STRIDE), (0, -width % STRIDE), (0, 0))
    return ops.cast(ops.pad(images, padding), self.compute_dtype)


def scaled(channels: int, width: float) -> int:
  """Returns a layer's channels in a network of another width, at least 4."""
  return max(4, round(channels * width))


def build_encoder(kind: str = "vgg16", width: float = 1.0) -> keras.Sequential:
  """Builds what turns pictures into features.

  Args:
    kind: `vgg16` is the paper's, conv1_1 … conv4_3 with ReLU and three 2x2
      poolings, which needs ImageNet weights to start from. `compact` has three
      blocks of two convolutions and learns from nothing within minutes, since
      group normalisation keeps its features' size.
    width: multiplies the channels of every layer.

  Returns:
    Model from pictures [batch, height, width, 3] in [0, 255] to features
    [batch, ceil(height/8), ceil(width/8), channels]. Layers of VGG16 bear
    Keras' names.

  Raises:
    ValueError: unknown kind.
  """
  if kind not in ENCODERS:
    raise ValueError(f"encoder {kind!r} is none of {ENCODERS}")
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


def freeze_blocks(encoder: keras.Sequential, blocks: int) -> None:
  """Keeps the first blocks' weights: no gradient flows into them."""
  for layer in encoder.layers:
    for block in range(1, blocks + 1):
      if layer.name.startswith(f"block{block}_"):
        layer.trainable = False
