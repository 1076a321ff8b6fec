"""ImageNet weights for an encoder: from a file, a package, or downloaded."""

import warnings
import zipfile
import zlib
from pathlib import Path

import h5py
import keras
import numpy as np

from cdcc_tf.errors import InputError, first_line
from cdcc_tf.models import efficientnet_lite_weights
from cdcc_tf.models.light_encoders import (
  BACKBONES,
  StrideJoin,
  build_application,
)
from cdcc_tf.models.normalization import NormalizedConv2D

_TORN_ZIP = (zipfile.BadZipFile, zlib.error)
_DOWNLOAD = (
  "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
  "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
_DOWNLOAD_MD5 = "6d6bbae143d832006294945121d1f1fc"


def load_encoder_weights(
  encoder: keras.Model, weights: str, kind: str = "vgg16"
) -> None:
  """Fills a built encoder with ImageNet weights.

  Args:
    encoder: from `build_encoder`, built.
    weights: a file (.npz with arrays `block1_conv1/kernel`, …, or Keras' .h5),
      `imagenet` to download Keras' own or to read an installed package's, or
      `none` to leave it as it is.
    kind: of encoder.

  Raises:
    InputError: the file or the package is missing, or does not fit the encoder.
  """
  if weights == "none":
    return
  path = Path(weights)
  if weights != "imagenet" and not path.is_file():
    raise InputError(
      f"--encoder_weights={weights}: no such file. Give a .npz or .h5 of "
      f"{kind}, 'imagenet', or 'none'."
    )
  if path.suffix == ".npz":
    arrays = _read_npz(path)
  elif kind == "vgg16":
    path = _download() if weights == "imagenet" else path
    arrays = _read_h5(path)
  elif BACKBONES[kind].application:
    arrays = _of_application(kind, weights)
  elif weights == "imagenet":
    arrays = efficientnet_lite_weights.read_installed(kind)
  else:
    raise InputError(f"{path}: {kind} takes a .npz or 'imagenet'.")
  for layer in encoder.layers:
    if not layer.weights or isinstance(layer, StrideJoin):
      continue
    names = [_name(layer, variable) for variable in layer.weights]
    found = [arrays.get(name) for name in names]
    for name, variable, array in zip(names, layer.weights, found, strict=True):
      if array is None or tuple(array.shape) != tuple(variable.shape):
        has = "nothing" if array is None else f"an array of {array.shape}"
        raise InputError(
          f"{path}: has {has} for {name}, {kind} needs "
          f"{tuple(variable.shape)}. Give ImageNet's weights of {kind} (for "
          "VGG16 the .h5 that Keras downloads, or a .npz); they need "
          "--width=1, and smaller networks --encoder_weights=none."
        )
    layer.set_weights(found)


def _name(layer: keras.layers.Layer, variable: keras.Variable) -> str:
  """Returns a variable's name in a file of weights."""
  if not isinstance(layer, NormalizedConv2D):
    return f"{layer.name}/{variable.name}"
  kind = "conv" if variable.name == "kernel" else "bn"
  return f"{layer.name.replace('_', '/')}_{kind}/{variable.name}"


def _of_application(kind: str, weights: str) -> dict[str, np.ndarray]:
  """Returns the arrays of a network that Keras downloads or reads itself."""
  try:
    with warnings.catch_warnings():
      # That ImageNet's images had another size.
      warnings.simplefilter("ignore")
      network = build_application(kind, weights=weights)
  except Exception as error:  # whatever Keras and h5py raise
    raise InputError(
      f"--encoder_weights={weights}: could not be read or downloaded "
      f"({first_line(error)}). Give a file of Keras' weights of {kind} without "
      "its classifier, or a .npz of arrays by layer and variable."
    ) from error
  return {
    _name(layer, variable): np.asarray(variable)
    for layer in network.layers
    for variable in layer.weights
  }


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
    raise InputError(
      f"{path}: not a .npz of weights ({error}). Copy or download it again."
    ) from error


def _read_h5(path: Path) -> dict[str, np.ndarray]:
  arrays: dict[str, np.ndarray] = {}

  def visit(name: str, item: h5py.HLObject) -> None:
    if isinstance(item, h5py.Dataset):
      # A whole model that was saved has its weights in a group of their own.
      layer, _, variable = name.removeprefix("model_weights/").rpartition("/")
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
    raise InputError(
      f"{path}: not a Keras .h5 file ({error}). Copy or download it again."
    ) from error
  return arrays
