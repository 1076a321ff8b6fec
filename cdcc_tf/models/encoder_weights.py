"""ImageNet weights for the VGG16 encoder: from a file, or downloaded."""

import zipfile
import zlib
from pathlib import Path

import h5py
import keras
import numpy as np

from cdcc_tf.errors import InputError

_TORN_ZIP = (zipfile.BadZipFile, zlib.error)
_DOWNLOAD = (
  "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
  "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
_DOWNLOAD_MD5 = "6d6bbae143d832006294945121d1f1fc"


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
          f"needs {tuple(variable.shape)}. Give the .h5 that Keras downloads "
          "for VGG16, or a .npz; they need --width=1, and smaller networks "
          "--encoder_weights=none."
        )
    layer.set_weights(found)


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
