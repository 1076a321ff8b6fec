"""VGG16 to conv4_3: the encoder, its input normalisation, its weights."""

import zipfile
import zlib
from pathlib import Path

import h5py
import keras
import numpy as np
import tensorflow as tf
from keras import ops

from cdcc_tf.errors import InputError
from cdcc_tf.models.layers import PACKAGE

STRIDE = 8
# Channels of conv1_1 … conv4_3; a pooling follows each of the first three.
_BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512))
# Means of ImageNet in the order blue, green, red, as Keras' VGG16 was trained.
_IMAGENET_BGR_MEANS = (103.939, 116.779, 123.68)
_TORN_ZIP = (zipfile.BadZipFile, zlib.error)
_DOWNLOAD = (
  "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
  "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
_DOWNLOAD_MD5 = "6d6bbae143d832006294945121d1f1fc"


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


def build_encoder(width: float = 1.0) -> keras.Sequential:
  """Builds VGG16's conv1_1 … conv4_3 with ReLU and three 2x2 poolings.

  Args:
    width: multiplies the channels of every layer.

  Returns:
    Model from pictures [batch, height, width, 3] in [0, 255] to features
    [batch, ceil(height/8), ceil(width/8), 512·width]; layers bear Keras' names.
  """
  layers: list[keras.layers.Layer] = [
    InputNormalization(name="normalization", autocast=False)
  ]
  for block, channels in enumerate(_BLOCKS, start=1):
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
  encoder = keras.Sequential(layers, name="encoder")
  encoder.autocast = False
  return encoder


def load_encoder_weights(encoder: keras.Sequential, weights: str) -> None:
  """Fills a built encoder with ImageNet weights.

  Args:
    encoder: from `build_encoder`, built.
    weights: a file (.npz with arrays `block1_conv1/kernel`, …, or Keras' .h5),
      `imagenet` to download Keras' own, or `none` to leave it as it is.

  Raises:
    InputError: the file is missing or does not fit the encoder.
  """
  if weights == "none":
    return
  path = _download() if weights == "imagenet" else Path(weights)
  if not path.is_file():
    raise InputError(
      f"--encoder_weights={weights}: no such file. Give a .npz or .h5 of "
      "VGG16, 'imagenet' to download it, or 'none'."
    )
  arrays = _read_npz(path) if path.suffix == ".npz" else _read_h5(path)
  for layer in encoder.layers:
    if not isinstance(layer, keras.layers.Conv2D):
      continue
    found = [arrays.get(f"{layer.name}/{name}") for name in ("kernel", "bias")]
    for variable, array in zip(layer.weights, found, strict=True):
      if array is None or tuple(array.shape) != tuple(variable.shape):
        has = "nothing" if array is None else f"an array of {array.shape}"
        raise InputError(
          f"{path}: has {has} for {layer.name}/{variable.name}, the encoder "
          f"needs {tuple(variable.shape)}. ImageNet weights need --width=1; "
          "smaller networks take --encoder_weights=none."
        )
    layer.set_weights(found)


def freeze_blocks(encoder: keras.Sequential, blocks: int) -> None:
  """Keeps the first blocks' weights: no gradient flows into them."""
  for layer in encoder.layers:
    for block in range(1, blocks + 1):
      if layer.name.startswith(f"block{block}_conv"):
        layer.trainable = False


def _download() -> Path:
  try:
    return Path(
      keras.utils.get_file(
        _DOWNLOAD.rpartition("/")[2], _DOWNLOAD, file_hash=_DOWNLOAD_MD5
      )
    )
  except Exception as error:  # the very class that get_file raises
    raise InputError(
      f"--encoder_weights=imagenet: the download failed ({error}). Fetch "
      f"{_DOWNLOAD} elsewhere and give its path."
    ) from error


def _read_npz(path: Path) -> dict[str, np.ndarray]:
  try:
    # numpy leaves a file that it opened itself open when the file is torn.
    with open(path, "rb") as opened, np.load(opened) as file:
      return dict(file)
  except (OSError, EOFError, ValueError, *_TORN_ZIP) as error:
    raise InputError(f"{path}: not a .npz of weights ({error}).") from error


def _read_h5(path: Path) -> dict[str, np.ndarray]:
  arrays: dict[str, np.ndarray] = {}

  def visit(name: str, item: h5py.HLObject) -> None:
    if isinstance(item, h5py.Dataset):
      layer, _, variable = name.rpartition("/")
      # Keras 2 wrote block1_conv1/block1_conv1_W_1:0, later …/kernel:0.
      kind = (
        "bias"
        if variable.split(":")[0].endswith(("bias", "b_1"))
        else ("kernel")
      )
      arrays[f"{layer.split('/')[0]}/{kind}"] = np.asarray(item)

  try:
    with h5py.File(path) as file:
      file.visititems(visit)
  except OSError as error:
    raise InputError(f"{path}: not a Keras .h5 file ({error}).") from error
  return arrays
