"""Light encoders: EfficientNet-Lite, and those of `keras.applications`.

Features of strides 8, 16 and 32 are brought to few channels each, enlarged to
the stride-8 grid and concatenated (docs/method.md §2).
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.models.layers import PACKAGE, Shape
from cdcc_tf.models.normalization import (
  STRIDE,
  InputNormalization,
  NormalizedConv2D,
)

# The encoder's coarsest grid. Padded to it, every grid inside has an even
# number of rows and columns, and one cell covers whole cells of the finer ones.
COARSEST = 32
# Channels of each stride before they are joined.
_JOINED = 64
# The decoders and their learning rates are made for VGG16's large features.
_FEATURE_SCALE = 16.0
# Of a stage: how many times as many channels it expands to, output channels,
# blocks, stride and kernel size.
_LITE_STAGES = (
  (1, 16, 1, 1, 3),
  (6, 24, 2, 2, 3),
  (6, 40, 2, 2, 5),
  (6, 80, 3, 2, 3),
  (6, 112, 3, 1, 5),
  (6, 192, 4, 2, 5),
  (6, 320, 1, 1, 3),
)


@dataclasses.dataclass(frozen=True)
class Backbone:
  """A network whose features at five strides are known by name.

  Attributes:
    ends: beginnings of the names of the last layers at strides 2, 4, 8, 16, 32.
    means: of the image's channels, which are subtracted.
    divisors: which the channels are then divided by.
    application: its name in `keras.applications`, or empty for ours.
    bgr: whether it expects blue, green, red.
    width: EfficientNet-Lite's multiplier of channels.
    depth: EfficientNet-Lite's multiplier of blocks.
  """

  ends: tuple[str, ...]
  means: tuple[float, ...]
  divisors: tuple[float, ...]
  application: str = ""
  bgr: bool = False
  width: float = 1.0
  depth: float = 1.0


def _lite(last_blocks: tuple, width: float, depth: float) -> Backbone:
  ends = tuple(f"block{block}_" for block in last_blocks)
  means, divisors = (127.0,) * 3, (128.0,) * 3
  return Backbone(ends, means, divisors, width=width, depth=depth)


def _efficientnet_v2(name: str, means: tuple, divisors: tuple) -> Backbone:
  blocks = ("block1", "block2", "block3", "block5", "block6")
  return Backbone(blocks, means, divisors, f"EfficientNetV2{name}")


def _mobilenet_v3(size: str, ends: tuple) -> Backbone:
  return Backbone(ends, (127.5,) * 3, (127.5,) * 3, f"MobileNetV3{size}")


# Mean and standard deviation of ImageNet's red, green and blue.
_IMAGENET = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
BACKBONES = {
  "efficientnet_lite0": _lite((0, 2, 4, 10, 15), 1.0, 1.0),
  "efficientnet_lite2": _lite((0, 3, 6, 14, 20), 1.1, 1.2),
  **{
    f"efficientnetv2_b{size}": _efficientnet_v2(f"B{size}", *_IMAGENET)
    for size in range(4)
  },
  "efficientnetv2_s": _efficientnet_v2("S", (128.0,) * 3, (128.0,) * 3),
  "mobilenetv3_small": _mobilenet_v3(
    "Small",
    (
      *("conv_bn", "expanded_conv_project"),
      *("expanded_conv_2_", "expanded_conv_7_", "expanded_conv_10_"),
    ),
  ),
  "mobilenetv3_large": _mobilenet_v3(
    "Large",
    (
      *("expanded_conv_add", "expanded_conv_2_"),
      *("expanded_conv_5_", "expanded_conv_11_", "expanded_conv_14_"),
    ),
  ),
  "resnet50": Backbone(
    ("conv1_relu", "conv2_", "conv3_", "conv4_", "conv5_"),
    means=(103.939, 116.779, 123.68),
    divisors=(1.0,) * 3,
    application="ResNet50",
    bgr=True,
  ),
}


@keras.saving.register_keras_serializable(PACKAGE)
class StrideJoin(keras.layers.Layer):
  """Joins features of strides 8, 16 and 32 on the stride-8 grid.

  Each stride's features pass a 1x1 convolution with ReLU on their own grid, so
  that the decoder's first convolution has few channels to read; the coarser
  ones are then enlarged bilinearly. Cells of padding alone are cut off.

  Args:
    channels: of each stride.
  """

  def __init__(self, channels: int = _JOINED, **kwargs: Any):
    super().__init__(**kwargs)
    self.channels = channels

  def build(self, input_shapes: list[Shape]) -> None:
    """Creates a kernel [1, 1, channels of the stride, channels] and bias each.

    Args:
      input_shapes: of the images and of the features at strides 8, 16 and 32.
    """
    self.projections = []
    for shape, stride in zip(input_shapes[1:], (8, 16, 32), strict=True):
      kernel = self.add_weight(
        name=f"stride{stride}_kernel",
        shape=(1, 1, shape[-1], self.channels),
        initializer="he_normal",
      )
      bias = self.add_weight(
        name=f"stride{stride}_bias", shape=(self.channels,), initializer="zeros"
      )
      self.projections.append((kernel, bias))

  def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
    """Maps images and features to joined features.

    Args:
      inputs: images [batch, height, width, 3] as they were before padding, and
        features at strides 8, 16 and 32 of the padded ones.

    Returns:
      [batch, ceil(height/8), ceil(width/8), 3 · channels].
    """
    images, *strides = inputs
    joined = []
    for index, (features, (kernel, bias)) in enumerate(
      zip(strides, self.projections, strict=True)
    ):
      features = ops.relu(
        tf.nn.bias_add(
          ops.conv(features, ops.cast(kernel, features.dtype)),
          ops.cast(bias, features.dtype),
        )
      )
      if index:
        height, width = ops.shape(features)[1:3]
        size = (height * 2**index, width * 2**index)
        enlarged = tf.image.resize(features, size)  # float32, bilinear
        features = ops.cast(enlarged, features.dtype)
      joined.append(features)
    height, width = (-(-size // STRIDE) for size in ops.shape(images)[1:3])
    return _FEATURE_SCALE * ops.concatenate(joined, -1)[:, :height, :width]

  def get_config(self) -> dict:
    """Returns the constructor's arguments."""
    return super().get_config() | {"channels": self.channels}


def build_light_encoder(
  kind: str, width: float = 1.0, train_statistics: bool = False
) -> keras.Model:
  """Builds a light encoder; see `encoders.build_encoder`.

  Raises:
    ValueError: a width or statistics that `keras.applications` cannot have.
  """
  backbone = BACKBONES[kind]
  if backbone.application and (width != 1 or train_statistics):
    raise ValueError(f"{kind} has width 1 and fixed statistics")
  images = keras.Input((None, None, 3), name="images")
  normalized = InputNormalization(
    *(backbone.means, backbone.divisors, backbone.bgr, COARSEST),
    name="image_normalization",
    autocast=False,
  )(images)
  if backbone.application:
    layers = build_application(kind, input_tensor=normalized).layers
    outputs = {layer.name: layer.output for layer in layers}
  else:
    outputs = _lite_outputs(normalized, backbone, width, train_statistics)
  features = [
    [output for name, output in outputs.items() if name.startswith(end)][-1]
    for end in backbone.ends[2:]
  ]
  joined = StrideJoin(name="stride_join")([images, *features])
  return keras.Model(images, joined, name="encoder")


def build_application(kind: str, **options: Any) -> keras.Model:
  """Returns a whole network of `keras.applications`, without its classifier.

  Args:
    kind: encoder.
    **options: of its function, beside those that all our uses share.
  """
  name = BACKBONES[kind].application
  if not name.startswith("ResNet"):
    options["include_preprocessing"] = False
  build: Callable[..., keras.Model] = getattr(keras.applications, name)
  return build(
    **{"include_top": False, "weights": None, "input_shape": (None, None, 3)}
    | options
  )


def _lite_outputs(
  images: tf.Tensor, backbone: Backbone, width: float, train_statistics: bool
) -> dict[str, tf.Tensor]:
  """Returns what each layer of an EfficientNet-Lite makes of images."""
  outputs = {}

  def convolve(
    name: str,
    inputs: tf.Tensor,
    filters: int | None,
    size: int = 1,
    stride: int = 1,
    relu: bool = True,
  ) -> tf.Tensor:
    layer = NormalizedConv2D(
      filters, size, stride, relu, train_statistics, name=name
    )
    outputs[name] = layer(inputs)
    return outputs[name]

  features = convolve("stem", images, _multiple_of_8(32 * width), 3, 2)
  block = 0
  for stage, (expansion, channels, blocks, stride, size) in enumerate(
    _LITE_STAGES
  ):
    if stage not in (0, len(_LITE_STAGES) - 1):
      blocks = math.ceil(blocks * backbone.depth)
    channels = _multiple_of_8(channels * backbone.width * width)
    for index in range(blocks):
      before, name = features, f"block{block}"
      if expansion > 1:
        wider = expansion * features.shape[-1]
        features = convolve(f"{name}_expand", features, wider)
      step = stride if index == 0 else 1
      features = convolve(f"{name}_depthwise", features, None, size, step)
      features = convolve(f"{name}_project", features, channels, relu=False)
      if step == 1 and before.shape[-1] == channels:
        add = keras.layers.Add(name=f"{name}_add")
        features = outputs[add.name] = add([before, features])
      block += 1
  return outputs


def _multiple_of_8(channels: float) -> int:
  """Rounds as EfficientNet does: to a multiple of 8, at most 10 % down."""
  rounded = max(8, int(channels + 4) // 8 * 8)
  return rounded if rounded >= 0.9 * channels else rounded + 8
