"""The dilated convolution against Keras' own."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.models.convolutions import DilatedConv2D
from tests.helpers import check_layer

OPTIONS = {
  "filters": 4,
  "kernel_size": 3,
  "padding": "same",
  "activation": "relu",
  # So that a bias is there to be forgotten.
  "bias_initializer": "normal",
}


def both(rate: int) -> tuple[DilatedConv2D, keras.layers.Conv2D]:
  """Returns ours and Keras' layer, of the same weights, for 3 channels."""
  ours, keras_own = (
    layer(**OPTIONS, dilation_rate=rate)
    for layer in (DilatedConv2D, keras.layers.Conv2D)
  )
  for layer in (ours, keras_own):
    layer.build((None, None, None, 3))
  keras_own.set_weights(ours.get_weights())
  return ours, keras_own


def features(*shape: int) -> np.ndarray:
  """Returns float32 features, of either sign."""
  return np.float32(np.random.default_rng(0).normal(size=shape))


def test_is_a_sound_layer(tmp_path: Path):
  arguments = {
    "filters": 4,
    "kernel_size": (3, 3),
    "dilation_rate": (2, 2),
    "padding": "same",
    "activation": "relu",
  }
  inputs = features(2, 7, 6, 3)
  check_layer(DilatedConv2D, arguments, inputs, (2, 7, 6, 4), tmp_path)


@pytest.mark.parametrize("rate", [1, 2, 3])
@pytest.mark.parametrize("size", [(8, 6), (7, 9), (6, 5), (1, 1), (1, 4)])
def test_is_keras_own_and_so_are_its_gradients(
  rate: int, size: tuple[int, int]
):
  inputs = tf.constant(features(2, *size, 3))
  weights = tf.constant(features(2, *size, 4))
  found = []
  for layer in both(rate):
    with tf.GradientTape() as tape:
      tape.watch(inputs)
      outputs = layer(inputs)
      score = tf.reduce_sum(outputs * weights)
    sources = [inputs, *(v.value for v in layer.trainable_variables)]
    found.append([outputs, *tape.gradient(score, sources)])
  for ours, theirs in zip(*found, strict=True):
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


def test_takes_any_size_without_retracing():
  ours, keras_own = both(2)
  traces = []

  @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3))])
  def run(inputs: tf.Tensor) -> tf.Tensor:
    traces.append(1)
    return ours(inputs)

  for size in ((8, 6), (7, 9), (1, 2)):
    inputs = features(1, *size, 3)
    np.testing.assert_allclose(run(inputs), keras_own(inputs), atol=1e-5)
  assert len(traces) == 1


def test_computes_in_the_inputs_precision():
  layer = DilatedConv2D(**OPTIONS, dilation_rate=2, dtype="mixed_bfloat16")
  outputs = layer(features(1, 5, 4, 3))
  assert outputs.dtype == tf.bfloat16
  assert layer.kernel.dtype == "float32"


def test_convolves_with_another_kernel_of_fewer_channels():
  ours, keras_own = both(2)
  inputs = features(2, 7, 6, 3)
  keep = [0, 2]
  masked = np.zeros_like(inputs)
  masked[..., keep] = inputs[..., keep]
  kernel = ours.kernel.numpy()[:, :, keep]
  np.testing.assert_allclose(
    ours.convolve(inputs[..., keep], kernel),
    keras_own(masked),
    rtol=1e-5,
    atol=1e-5,
  )


@pytest.mark.parametrize(
  "other",
  [
    {"padding": "valid"},
    {"dilation_rate": (1, 2)},
    {"strides": 2, "dilation_rate": 1},
    {"use_bias": False},
  ],
)
def test_refuses_what_it_does_not_compute(other: dict):
  with pytest.raises(ValueError, match="needs padding 'same'"):
    DilatedConv2D(**OPTIONS | other).build((None, None, None, 3))
