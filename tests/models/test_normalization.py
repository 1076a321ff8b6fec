"""Normalisation of images, and batch normalisation folded into a kernel."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.models.normalization import InputNormalization, NormalizedConv2D
from tests.helpers import check_layer, noise_picture

KINDS = {"plain": (5, 3, 2), "depthwise": (None, 5, 1), "linear": (5, 1, 1)}


def test_normalization_is_a_sound_layer(tmp_path: Path):
  given = np.float32(noise_picture(16, 24, 0))[None]
  layer = InputNormalization()
  assert layer(given).shape == given.shape
  check_layer(InputNormalization, {}, given / 255, given.shape, tmp_path)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_normalization_is_that_of_the_weights(dtype: str):
  picture = noise_picture(16, 24, 0)[None]
  expected = keras.applications.vgg16.preprocess_input(np.float32(picture))
  normalised = InputNormalization()(picture.astype(dtype))
  assert normalised.dtype == "float32"
  np.testing.assert_allclose(normalised, expected, atol=1e-4)


@pytest.mark.parametrize(
  ("size", "padded"),
  [((8, 16), (8, 16)), ((9, 15), (16, 16)), ((1, 17), (8, 24))],
)
def test_padding_is_right_and_bottom_with_zeros(
  size: tuple[int, int], padded: tuple[int, int]
):
  picture = noise_picture(*size, 0)[None]
  result = InputNormalization()(picture).numpy()
  assert result.shape == (1, *padded, 3)
  inner = InputNormalization()(picture).numpy()[:, : size[0], : size[1]]
  expected = keras.applications.vgg16.preprocess_input(np.float32(picture))
  np.testing.assert_allclose(inner, expected, atol=1e-4)
  result[:, : size[0], : size[1]] = 0
  assert not result.any()


def both(kind: str, train: bool) -> tuple[NormalizedConv2D, keras.Sequential]:
  """Returns ours and Keras' layers, of the same weights, for 4 channels."""
  filters, size, stride = KINDS[kind]
  options = {"strides": stride, "padding": "same", "use_bias": False}
  layers = [
    keras.layers.DepthwiseConv2D(size, **options)
    if filters is None
    else keras.layers.Conv2D(filters, size, **options),
    keras.layers.BatchNormalization(),
  ]
  relu = kind != "linear"
  if relu:
    layers.append(keras.layers.ReLU(6.0))
  ours = NormalizedConv2D(filters, size, stride, relu, train)
  theirs = keras.Sequential([keras.Input((None, None, 4)), *layers])
  ours.build((None, None, None, 4))
  draw = np.random.default_rng(0)
  for weight in ours.weights:
    weight.assign(draw.uniform(0.3, 1.5, weight.shape))
  # The kernel's sign varies, so that both ends of ReLU6 are met.
  ours.kernel.assign(draw.normal(size=ours.kernel.shape))
  named = {weight.name: weight for weight in ours.weights}
  theirs.set_weights(
    [named[name] for name in ("kernel", "gamma", "beta", "mean", "variance")]
  )
  return ours, theirs


def features() -> tf.Tensor:
  """Returns float32 features [2, 7, 6, 4]."""
  return tf.constant(
    np.random.default_rng(1).normal(size=(2, 7, 6, 4)), "float32"
  )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("train", [False, True])
def test_folded_normalization_is_keras_own(kind: str, train: bool):
  """Outputs, gradients and, in training, moving statistics."""
  found = []
  for layer in both(kind, train):
    inputs = features()
    with tf.GradientTape() as tape:
      tape.watch(inputs)
      outputs = layer(inputs, training=train)
      loss = tf.reduce_sum(outputs * tf.cos(outputs))
    variables = sorted(layer.trainable_weights, key=lambda w: w.name[-4:])
    found.append((outputs, tape.gradient(loss, [inputs, *variables])))
    found[-1] += ([w.numpy() for w in layer.non_trainable_weights],)
  for one, other in zip(*map(keras.tree.flatten, found), strict=True):
    np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("options", [{}, {"trainable": False}, {"call": False}])
def test_statistics_stay_unless_the_layer_trains_them(options: dict):
  layer, _ = both("plain", True)
  layer.trainable = options.get("trainable", True)
  before = layer.mean.numpy()
  layer(features(), training=options.get("call", True))
  assert np.array_equal(before, layer.mean) == bool(options)


@pytest.mark.parametrize("kind", KINDS)
def test_normalized_convolution_is_a_sound_layer(tmp_path: Path, kind: str):
  filters, size, stride = KINDS[kind]
  arguments = {
    **{"filters": filters, "kernel_size": size, "strides": stride},
    **{"relu": kind != "linear", "train_statistics": True},
  }
  shape = (2, -(-7 // stride), -(-6 // stride), filters or 4)
  check_layer(NormalizedConv2D, arguments, features().numpy(), shape, tmp_path)
