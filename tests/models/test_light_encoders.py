"""Light encoders: their arithmetic, strides, sizes, freezing and weights."""

import functools
import itertools
from pathlib import Path

import keras
import numpy as np
import pytest

from cdcc_tf.config.model import APPLICATIONS, LITE
from cdcc_tf.errors import InputError
from cdcc_tf.models import light_encoders
from cdcc_tf.models.encoder_weights import load_encoder_weights
from cdcc_tf.models.encoders import (
  ENCODERS,
  build_encoder,
  freeze_blocks,
  pretrained_variables,
)
from cdcc_tf.models.light_encoders import BACKBONES, StrideJoin
from tests.helpers import noise_picture

# As published: block of each change of stride, kernel sizes, features at
# strides 8, 16 and 32, and how many blocks there are.
LAYOUTS = {
  "efficientnet_lite0": ((1, 3, 5, 11), "3335533355555553", (4, 10, 15)),
  "efficientnet_lite2": (
    *((1, 4, 7, 15), "333355533335555555553", (6, 14, 20)),
  ),
}
# One of each of Keras' families; the others differ in size alone.
FAMILIES = ("efficientnetv2_b0", "mobilenetv3_large", "resnet50")
SIZES = [(8, 8), (40, 24), (72, 56), (33, 41), (64, 96)]


@functools.cache
def encoder(kind: str) -> keras.Model:
  """Returns an encoder, of few channels where it can have them."""
  keras.utils.set_random_seed(0)
  return build_encoder(kind, 1.0 if kind in APPLICATIONS else 0.1)


def random_weights(kind: str) -> dict[str, np.ndarray]:
  """Returns arrays in the published layout, of the encoder's real size."""
  draw = np.random.default_rng(0)
  arrays = {}
  for layer in build_encoder(kind).layers:
    if isinstance(layer, StrideJoin) or not layer.weights:
      continue
    part = layer.name.replace("_", "/")
    for weight in layer.weights:
      if weight.name == "kernel":
        arrays[f"{part}_conv/kernel"] = weight.numpy()
        continue
      low = -0.1 if weight.name in ("beta", "mean") else 0.5
      values = draw.uniform(low, low + 0.9, weight.shape)
      arrays[f"{part}_bn/{weight.name}"] = np.float32(values)
  return arrays


def by_numpy(images: np.ndarray, arrays: dict, kind: str) -> list[np.ndarray]:
  """Computes the features of strides 8, 16 and 32 without TensorFlow."""
  strided, sizes, taken = LAYOUTS[kind]

  def convolve(inputs: np.ndarray, name: str, stride: int) -> np.ndarray:
    kernel = arrays[f"{name}_conv/kernel"].astype(np.float64)
    size = len(kernel)
    # TensorFlow's SAME: what is missing, the odd one at the end.
    missing = max(size - stride, 0)
    before = missing // 2
    padding = (before, missing - before)
    padded = np.pad(inputs, ((0, 0), padding, padding, (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(
      padded, (size, size), (1, 2)
    )[:, ::stride, ::stride]
    sums = "nhwcij,ijcx->nhwc" if "depthwise" in name else "nhwcij,ijcd->nhwd"
    outputs = np.einsum(sums, windows, kernel, optimize=True)
    gamma, beta, mean, variance = (
      arrays[f"{name}_bn/{part}"]
      for part in ("gamma", "beta", "mean", "variance")
    )
    outputs = (outputs - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    return outputs if "project" in name else np.clip(outputs, 0, 6)

  features = convolve((np.float64(images) - 127) / 128, "stem", 2)
  found = []
  for block in itertools.count():
    name = f"block{block}"
    if f"{name}/project_conv/kernel" not in arrays:
      return found
    inputs, stride = features, 2 if block in strided else 1
    if block:
      features = convolve(features, f"{name}/expand", 1)
    size = len(arrays[f"{name}/depthwise_conv/kernel"])
    assert size == int(sizes[block])
    features = convolve(features, f"{name}/depthwise", stride)
    features = convolve(features, f"{name}/project", 1)
    if stride == 1 and features.shape == inputs.shape:
      features = features + inputs
    if block in taken:
      found.append(features)


@pytest.mark.parametrize("kind", LITE)
def test_features_are_those_of_the_published_network(tmp_path: Path, kind: str):
  arrays = random_weights(kind)
  np.savez(tmp_path / "lite.npz", **arrays)
  model = build_encoder(kind)
  load_encoder_weights(model, str(tmp_path / "lite.npz"), kind)
  images = noise_picture(32, 64, 0)[None]
  _, *inner = model.get_layer("stride_join").input
  strides = keras.Model(model.input, inner)(images)
  for features, expected in zip(
    strides, by_numpy(images, arrays, kind), strict=True
  ):
    np.testing.assert_allclose(
      features, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max()
    )


def test_every_option_has_its_encoder():
  assert (*LITE, *APPLICATIONS) == tuple(BACKBONES)
  assert ("vgg16", "compact", *BACKBONES) == ENCODERS


@pytest.mark.parametrize("kind", ["efficientnet_lite0", *FAMILIES])
def test_features_of_any_size(kind: str):
  model = encoder(kind)
  for height, width in SIZES:
    features = model(noise_picture(height, width, 0)[None])
    assert features.shape == (1, -(-height // 8), -(-width // 8), 192)
    assert np.isfinite(features).all()
    assert np.std(features) > 0


def test_what_lies_beyond_the_image_is_grey():
  """Whatever the size, features are those on a whole coarsest grid."""
  image = noise_picture(40, 24, 0)
  larger = np.full((64, 32, 3), 127, np.uint8)
  larger[:40, :24] = image
  model = encoder("efficientnet_lite2")
  np.testing.assert_allclose(
    model(image[None]), model(larger[None])[:, :5, :3], rtol=1e-5, atol=1e-4
  )


def test_a_part_at_multiples_of_32_pixels_has_features_of_the_whole():
  """Far enough inside: what tiles of a large image rest on."""
  images = noise_picture(32, 704, 0)[None]
  model = encoder("efficientnet_lite0")
  whole = model(images).numpy()[:, :, 4:]
  part = model(images[:, :, 32:]).numpy()
  error = np.abs(part - whole).max(axis=(0, 1, 3)) / np.abs(whole).max()
  assert error[0] > 1e-3
  assert error[50:].max() < 1e-5


@pytest.mark.parametrize(
  "kind", ["efficientnet_lite0", "mobilenetv3_small", *FAMILIES]
)
def test_levels_end_at_their_strides_and_freeze_up_to_there(kind: str):
  model = build_encoder(kind, 1.0 if kind in APPLICATIONS else 0.1)
  learnt = len(pretrained_variables(model))
  weighted = [layer for layer in model.layers if layer.trainable_weights]
  for level in range(1, 5):
    freeze_blocks(model, kind, level)
    frozen = [layer for layer in weighted if not layer.trainable]
    assert len(pretrained_variables(model)) < learnt
    learnt = len(pretrained_variables(model))
    # What is frozen last lies at this level's stride, what learns first not
    # below.
    ends = [layer.output for layer in (frozen[-1], *weighted[len(frozen) :])]
    shapes = keras.Model(model.input, ends[:2])(np.zeros((1, 64, 64, 3)))
    assert shapes[0].shape[1] == 64 // 2**level
    assert shapes[1].shape[1] in (64 // 2**level, 64 // 2 ** (level + 1))
    assert weighted[: len(frozen)] == frozen
  assert model.get_layer("stride_join").trainable


def test_only_the_join_is_not_pretrained():
  model = build_encoder("efficientnet_lite0", 0.1)
  learnt = {id(variable) for variable in pretrained_variables(model)}
  others = [v.path for v in model.trainable_variables if id(v) not in learnt]
  assert len(others) == 6
  assert all("stride_join" in path for path in others)
  vgg = build_encoder("compact", 0.1)
  vgg.build((None, None, None, 3))
  assert pretrained_variables(vgg) == vgg.trainable_variables


def test_joining_is_a_sound_layer(tmp_path: Path):
  """Its three grids are enlarged from their cells' centres."""
  layer = StrideJoin(channels=1)
  ramp = np.arange(4, dtype=np.float32)
  grids = [
    np.tile(ramp[: 8 // n], (1, 8 // n, 1))[..., None] for n in (2, 4, 8)
  ]
  joined = layer([np.zeros((1, 31, 25, 3)), *grids])
  assert joined.shape == (1, 4, 4, 3)
  for kernel, _ in layer.projections:
    kernel.assign(np.ones(kernel.shape))
  joined = layer([np.zeros((1, 31, 25, 3)), *grids]).numpy()[0, 1] / 16
  np.testing.assert_allclose(joined[:, 0], ramp)
  np.testing.assert_allclose(joined[:, 1], [0, 0.25, 0.75, 1])
  np.testing.assert_allclose(joined[:, 2], 0)
  config = StrideJoin.from_config(layer.get_config()).get_config()
  assert config == layer.get_config()


@pytest.mark.parametrize(
  "options", [{"width": 0.5}, {"train_statistics": True}], ids=str
)
def test_keras_networks_have_one_width_and_fixed_statistics(options: dict):
  with pytest.raises(ValueError, match="resnet50"):
    build_encoder("resnet50", **options)


@pytest.mark.parametrize("suffix", [".npz", ".weights.h5"])
def test_weights_of_keras_networks(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
):
  kind = "mobilenetv3_small"
  network = light_encoders.build_application(kind)
  for weight in network.weights:
    weight.assign(np.random.default_rng(0).normal(size=weight.shape))
  path = tmp_path / f"mobile{suffix}"
  if suffix == ".npz":
    names = {
      f"{layer.name}/{weight.name}": weight.numpy()
      for layer in network.layers
      for weight in layer.weights
    }
    np.savez(path, **names)
  else:
    network.save_weights(path)
  model = build_encoder(kind)
  load_encoder_weights(model, str(path), kind)
  for layer in model.layers:
    if layer.weights and not isinstance(layer, StrideJoin):
      for one, other in zip(
        layer.weights, network.get_layer(layer.name).weights, strict=True
      ):
        np.testing.assert_array_equal(one, other)


def test_failed_download_of_a_keras_network(monkeypatch: pytest.MonkeyPatch):
  def get_file(*arguments: object, **options: object) -> str:
    raise OSError("no route to host")

  module = "keras.src.applications.mobilenet_v3.file_utils.get_file"
  monkeypatch.setattr(module, get_file)
  with pytest.raises(InputError, match=r"imagenet.*no route to host"):
    load_encoder_weights(
      encoder("mobilenetv3_small"), "imagenet", "mobilenetv3_small"
    )


def test_a_file_of_another_encoder_is_refused(tmp_path: Path):
  np.savez(tmp_path / "lite.npz", **random_weights("efficientnet_lite0"))
  with pytest.raises(InputError, match=r"efficientnet_lite2 needs"):
    load_encoder_weights(
      encoder("efficientnet_lite2"),
      *(str(tmp_path / "lite.npz"), "efficientnet_lite2"),
    )
  (tmp_path / "lite.h5").write_bytes(b"not weights")
  with pytest.raises(InputError, match=r"takes a \.npz"):
    load_encoder_weights(
      encoder("efficientnet_lite0"),
      *(str(tmp_path / "lite.h5"), "efficientnet_lite0"),
    )
