"""The encoder is VGG16's beginning, and takes its weights or says why not."""

import gc
from collections.abc import Mapping
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from cdcc_tf.errors import InputError
from cdcc_tf.models import encoders
from cdcc_tf.models.encoder_weights import load_encoder_weights
from cdcc_tf.models.encoders import (
  build_encoder,
  freeze_blocks,
)
from tests.helpers import assert_same, noise_picture

WIDTH = 1 / 16
CONVOLUTIONS = [
  f"block{block}_conv{index}"
  for block, count in ((1, 2), (2, 2), (3, 3), (4, 3))
  for index in range(1, count + 1)
]

Arrays = dict[str, np.ndarray]


def built_encoder(width: float = WIDTH) -> keras.Sequential:
  """Returns an encoder with weights."""
  encoder = build_encoder("vgg16", width)
  encoder.build((None, None, None, 3))
  return encoder


def fake_weights(width: float = WIDTH) -> Arrays:
  """Returns arrays of the right shapes by Keras' names, all different."""
  draw = np.random.default_rng(0)
  encoder = built_encoder(width)
  return {
    f"{name}/{variable.name}": np.float32(draw.normal(size=variable.shape))
    for name in CONVOLUTIONS
    for variable in encoder.get_layer(name).weights
  }


def assert_loaded(encoder: keras.Sequential, arrays: Mapping) -> None:
  """Asserts that each layer holds its own arrays."""
  for name in CONVOLUTIONS:
    kernel, bias = encoder.get_layer(name).get_weights()
    np.testing.assert_array_equal(kernel, arrays[f"{name}/kernel"])
    np.testing.assert_array_equal(bias, arrays[f"{name}/bias"])


def write_h5(path: Path, arrays: Arrays, pattern: str, names: dict) -> Path:
  """Writes arrays under the names of one of Keras' old layouts."""
  with h5py.File(path, "w") as file:
    for key, array in arrays.items():
      layer, kind = key.split("/")
      file[pattern.format(layer=layer, variable=names[kind])] = array
    file.create_group("block1_pool")  # layers without weights are there too
  return path


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_npz_weights_reach_their_layers(tmp_path: Path, policy: str):
  keras.config.set_dtype_policy(policy)
  arrays = fake_weights()
  np.savez(tmp_path / "vgg.npz", **arrays, extra=np.zeros(3))
  encoder = built_encoder()
  load_encoder_weights(encoder, str(tmp_path / "vgg.npz"))
  assert_loaded(encoder, arrays)


@pytest.mark.parametrize(
  ("pattern", "names"),
  [
    ("{layer}/{layer}_{variable}:0", {"kernel": "W_1", "bias": "b_1"}),
    ("{layer}/{layer}/{variable}:0", {"kernel": "kernel", "bias": "bias"}),
    (
      "model_weights/{layer}/{layer}/{variable}:0",
      {"kernel": "kernel", "bias": "bias"},
    ),
  ],
  ids=["keras-1", "keras-2", "whole-model"],
)
def test_h5_weights_reach_their_layers(
  tmp_path: Path, pattern: str, names: dict[str, str]
):
  arrays = fake_weights()
  later = {"block5_conv1/kernel": np.ones(3), "block5_conv1/bias": np.ones(2)}
  path = write_h5(tmp_path / "vgg.h5", arrays | later, pattern, names)
  encoder = built_encoder()
  load_encoder_weights(encoder, str(path))
  assert_loaded(encoder, arrays)


def test_none_leaves_the_weights_alone():
  encoder = built_encoder()
  before = encoder.get_weights()
  load_encoder_weights(encoder, "none")
  assert_same(encoder.get_weights(), before)


def test_imagenet_is_downloaded_by_its_checksum(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  arrays = fake_weights()
  path = write_h5(
    tmp_path / "vgg.h5",
    arrays,
    "{layer}/{layer}_{variable}:0",
    {"kernel": "W_1", "bias": "b_1"},
  )
  asked = []

  def get_file(name: str, origin: str, file_hash: str) -> str:
    asked.append((name, origin, file_hash))
    return str(path)

  monkeypatch.setattr(keras.utils, "get_file", get_file)
  encoder = built_encoder()
  load_encoder_weights(encoder, "imagenet")
  assert_loaded(encoder, arrays)
  ((name, origin, checksum),) = asked
  assert name == "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
  assert origin.endswith(f"/{name}")
  assert checksum == "6d6bbae143d832006294945121d1f1fc"


def test_failed_download_says_where_to_fetch(monkeypatch: pytest.MonkeyPatch):
  def get_file(*arguments: object, **options: object) -> str:
    raise OSError("no route to host")

  monkeypatch.setattr(keras.utils, "get_file", get_file)
  with pytest.raises(InputError, match=r"no route to host.*https://.*\.h5"):
    load_encoder_weights(built_encoder(), "imagenet")


@pytest.mark.parametrize("suffix", [".npz", ".h5"])
def test_missing_file_is_named(tmp_path: Path, suffix: str):
  path = tmp_path / f"nowhere{suffix}"
  with pytest.raises(InputError, match="--encoder_weights") as raised:
    load_encoder_weights(built_encoder(), str(path))
  assert str(path) in str(raised.value)


@pytest.mark.parametrize("key", ["block2_conv1/kernel", "block4_conv3/bias"])
@pytest.mark.parametrize("fault", ["absent", "shape"])
def test_array_that_does_not_fit_is_named(tmp_path: Path, key: str, fault: str):
  arrays = fake_weights()
  array = arrays.pop(key)
  if fault == "shape":
    arrays[key] = np.concatenate([array, array], -1)
  path = tmp_path / "vgg.npz"
  np.savez(path, **arrays)
  with pytest.raises(InputError, match=key) as raised:
    load_encoder_weights(built_encoder(), str(path))
  assert str(path) in str(raised.value)
  assert str(array.shape) in str(raised.value)


def test_weights_of_the_full_network_do_not_fit_a_narrow_one(tmp_path: Path):
  np.savez(tmp_path / "vgg.npz", **fake_weights(2 * WIDTH))
  with pytest.raises(InputError, match=r"block1_conv1/kernel.*--width=1"):
    load_encoder_weights(built_encoder(), str(tmp_path / "vgg.npz"))


def torn(path: Path, keep: float) -> Path:
  """Cuts a file short."""
  content = path.read_bytes()
  path.write_bytes(content[: int(keep * len(content))])
  return path


@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("suffix", [".npz", ".h5"])
def test_torn_file_is_named(tmp_path: Path, suffix: str, keep: float):
  """As an interrupted download leaves it."""
  path = tmp_path / f"vgg{suffix}"
  if suffix == ".npz":
    np.savez(path, **fake_weights())
  else:
    names = {"kernel": "kernel", "bias": "bias"}
    write_h5(path, fake_weights(), "{layer}/{layer}/{variable}:0", names)
  with pytest.raises(InputError) as raised:
    load_encoder_weights(built_encoder(), str(torn(path, keep)))
  assert str(path) in str(raised.value)
  del raised
  gc.collect()  # a file left open is this test's failure, not the next one's


@pytest.mark.parametrize("suffix", [".npz", ".h5", ".weights"])
def test_file_of_another_kind_is_named(tmp_path: Path, suffix: str):
  path = tmp_path / f"vgg{suffix}"
  path.write_text("not weights at all")
  with pytest.raises(InputError) as raised:
    load_encoder_weights(built_encoder(), str(path))
  assert str(path) in str(raised.value)


@pytest.mark.parametrize(
  ("kind", "width", "channels"),
  [("vgg16", 1 / 16, 32), ("compact", 1 / 8, 64), ("compact", 0.01, 8)],
)
@pytest.mark.parametrize("size", [(32, 48), (33, 41), (7, 9)])
def test_features_lie_on_the_stride_8_grid(
  size: tuple[int, int], kind: str, width: float, channels: int
):
  features = build_encoder(kind, width)(noise_picture(*size, 0)[None])
  assert features.shape == (1, -(-size[0] // 8), -(-size[1] // 8), channels)


def test_compact_features_have_one_size_whatever_the_contrast():
  """Or the decoders would start from another size than they are made for."""
  encoder = build_encoder("compact", 0.125)
  picture = np.float32(noise_picture(64, 64, 0))[None]
  sizes = [
    np.sqrt(np.mean(np.square(encoder(contrast * picture))))
    for contrast in (1.0, 0.1)
  ]
  np.testing.assert_allclose(sizes, 16 / np.sqrt(2), rtol=0.1)


def test_unknown_encoder_is_refused():
  with pytest.raises(ValueError, match=r"'vgg'.*vgg16.*compact"):
    build_encoder("vgg")


def test_encoder_is_the_beginning_of_vgg16():
  """Names, shapes and, with the same weights, features."""
  whole = keras.applications.VGG16(weights=None, include_top=False)
  encoder = built_encoder(1.0)
  names = [layer.name for layer in whole.layers]
  wanted = whole.layers[1 : names.index("block4_conv3") + 1]
  assert [layer.name for layer in encoder.layers[1:]] == [
    layer.name for layer in wanted
  ]
  for mine, theirs in zip(encoder.layers[1:], wanted, strict=True):
    assert [w.shape for w in mine.weights] == [w.shape for w in theirs.weights]
    mine.set_weights(theirs.get_weights())
  reference = keras.Model(whole.input, wanted[-1].output)
  picture = np.float32(noise_picture(32, 48, 0))[None]
  expected = reference(
    keras.applications.vgg16.preprocess_input(picture.copy())
  )
  features = encoder(picture)
  assert np.max(expected) > 0
  np.testing.assert_allclose(
    features, expected, rtol=1e-4, atol=1e-4 * np.max(expected)
  )


@pytest.mark.parametrize("kind", ["vgg16", "compact"])
@pytest.mark.parametrize("blocks", [0, 2, 4])
def test_freeze_blocks(kind: str, blocks: int):
  encoder = build_encoder(kind, WIDTH)
  encoder.build((None, None, None, 3))
  freeze_blocks(encoder, kind, blocks)
  weighted = [layer for layer in encoder.layers if layer.weights]
  assert len(weighted) == {"vgg16": 10, "compact": 12}[kind]
  for layer in weighted:
    assert layer.trainable == (int(layer.name[5]) > blocks)


@pytest.mark.parametrize(
  ("channels", "width", "expected"),
  [(512, 1.0, 512), (512, 0.0625, 32), (64, 0.01, 4), (64, 2, 128)],
)
def test_scaled(channels: int, width: float, expected: int):
  assert encoders.scaled(channels, width) == expected
