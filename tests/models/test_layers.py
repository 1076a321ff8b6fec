"""The network's own layers, against what they are written out by hand."""

import itertools
import math
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from masksembles.common import generation_wrapper

from cdcc_tf.errors import InputError
from cdcc_tf.models.layers import AdaptiveAveragePooling2D, Masksembles2D
from cdcc_tf.models.spatial import SpatialEncoder
from tests.helpers import assert_same, check_layer

CHANNELS = 3


def features(*shape: int, seed: int = 0) -> np.ndarray:
  """Returns float32 features, of either sign."""
  return np.float32(np.random.default_rng(seed).normal(size=shape))


def built_masks(channels: int = 32, **arguments: object) -> Masksembles2D:
  """Returns a built layer of masks."""
  layer = Masksembles2D(**arguments)
  layer.build((None, None, None, channels))
  return layer


# Masksembles


@pytest.mark.parametrize("masks", [1, 3, 4])
def test_masksembles_is_a_sound_layer(tmp_path: Path, masks: int):
  layer = check_layer(
    Masksembles2D,
    {"masks": masks, "scale": 2.0, "seed": 5},
    features(4, 3, 5, 32),
    (4, 3, 5, 32),
    tmp_path,
  )
  assert not layer.trainable_weights


@pytest.mark.parametrize(
  ("channels", "masks", "scale"), [(32, 3, 2.0), (64, 4, 1.7), (512, 3, 2.0)]
)
def test_masks_are_those_of_the_package(
  channels: int, masks: int, scale: float
):
  layer = built_masks(channels, masks=masks, scale=scale, seed=7)
  values = layer.mask_values.numpy()
  assert values.shape == (masks, channels)
  assert set(np.unique(values)) == {0.0, 1.0}
  assert values.any(axis=0).all()  # no channel is always dropped
  assert len(np.unique(values.sum(1))) == 1  # all masks keep as many
  np.random.seed(7)
  np.testing.assert_array_equal(
    values, generation_wrapper(channels, masks, scale)
  )


def test_one_mask_keeps_everything():
  layer, given = built_masks(masks=1), features(3, 2, 2, 32)
  for training in (False, True):
    assert_same(layer(given, training=training).numpy(), given)


@pytest.mark.parametrize("batch", [1, 3, 4, 7])
def test_example_i_passes_mask_i_modulo_n(batch: int):
  layer, given = built_masks(masks=3), features(batch, 2, 5, 32)
  values = layer.mask_values.numpy()
  passed = layer(given, training=True).numpy()
  for index in range(batch):
    np.testing.assert_array_equal(
      passed[index], given[index] * values[index % 3]
    )


@pytest.mark.parametrize("batch", [1, 2, 4, 6])
def test_masks_take_turns_over_the_steps(batch: int):
  layer, given = built_masks(masks=3), features(batch, 2, 2, 32)
  values = layer.mask_values.numpy()
  used = np.zeros(3, int)
  for step in range(6):
    passed = layer(given, training=True, step=tf.constant(step)).numpy()
    for index in range(batch):
      mask = (step * batch + index) % 3
      np.testing.assert_array_equal(passed[index], given[index] * values[mask])
      used[mask] += 1
  assert len(set(used)) == 1


def test_masks_go_on_over_the_replicas(monkeypatch: pytest.MonkeyPatch):
  """Replica 1 of 2 takes up where replica 0 ends: at step 2, 20 to 23."""

  class SecondOfTwo:
    num_replicas_in_sync = 2
    replica_id_in_sync_group = tf.constant(1)

  layer, given = built_masks(masks=3), features(4, 2, 2, 32)
  values = layer.mask_values.numpy()
  monkeypatch.setattr(
    tf.distribute, "get_replica_context", lambda: SecondOfTwo()
  )
  passed = layer(given, training=True, step=2).numpy()
  for index in range(4):
    np.testing.assert_array_equal(
      passed[index], given[index] * values[(20 + index) % 3]
    )


def test_inference_is_the_mean_mask_whatever_the_batch():
  layer, given = built_masks(masks=3), features(5, 2, 3, 32)
  mean = layer.mask_values.numpy().mean(0)
  assert 0 < mean.min() < mean.max() <= 1
  together = layer(given, training=False).numpy()
  np.testing.assert_allclose(together, given * mean, rtol=1e-6)
  assert_same(layer(given).numpy(), together)
  for index in range(5):
    alone = layer(given[index : index + 1]).numpy()
    assert_same(alone[0], together[index])


def test_inference_is_the_mean_over_an_ensemble():
  layer, given = built_masks(masks=3), features(2, 2, 3, 32)
  ensemble = layer(np.repeat(given, 3, axis=0), training=True).numpy()
  mean = ensemble.reshape(2, 3, 2, 3, 32).mean(1)
  np.testing.assert_allclose(layer(given), mean, atol=1e-6)


def test_numpy_state_is_left_alone():
  np.random.seed(3)
  np.random.normal()  # leaves a cached second normal behind
  before = np.random.get_state()
  built_masks(seed=11)
  after = np.random.get_state()
  for one, other in zip(before, after, strict=True):
    np.testing.assert_array_equal(one, other)


def test_numpy_state_is_left_alone_by_a_failure():
  before = np.random.get_state()
  with pytest.raises(InputError, match=r"of 4 channels.*--masks.*--width"):
    built_masks(channels=4)
  for one, other in zip(before, np.random.get_state(), strict=True):
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
  ("channels", "masks", "scale"),
  [(10, 3, 2.0), (16, 3, 3.0), (26, 8, 6.0), (49, 10, 1.2)],
)
def test_masks_that_the_generator_does_not_find_soon(
  channels: int, masks: int, scale: float
):
  with pytest.raises(InputError, match=rf"--mask_scale={scale:g}: no {masks} "):
    built_masks(channels, masks=masks, scale=scale)


def test_masks_depend_on_the_seed_alone():
  np.random.seed(1)
  first = built_masks(seed=11).mask_values.numpy()
  np.random.seed(2)
  assert_same(built_masks(seed=11).mask_values.numpy(), first)
  assert not np.array_equal(built_masks(seed=12).mask_values, first)


# Spatial encoder


def built_scans(
  channels: int = CHANNELS, kernel_size: int = 9
) -> SpatialEncoder:
  """Returns a spatial encoder whose weights all matter."""
  layer = SpatialEncoder(kernel_size=kernel_size)
  layer.build((None, None, None, channels))
  for index, weight in enumerate(layer.weights):
    weight.assign(0.2 * features(*weight.shape, seed=10 + index))
  return layer


def message(
  line: np.ndarray, kernel: np.ndarray, bias: np.ndarray
) -> np.ndarray:
  """Convolves one line [length, channels], padded with zeros, then ReLU."""
  taps, reach = len(kernel), len(kernel) // 2
  result = np.tile(bias, (len(line), 1)).astype(np.float64)
  for position in range(len(line)):
    for tap in range(taps):
      other = position + tap - reach
      if 0 <= other < len(line):
        result[position] += line[other] @ kernel[tap]
  return np.maximum(result, 0)


def scans_by_hand(layer: SpatialEncoder, pictures: np.ndarray) -> np.ndarray:
  """Writes out the paper's recurrence: down, up, left-right, right-left."""
  down_up, left_right = (
    [weight.numpy().astype(np.float64) for weight in pair]
    for pair in (layer.down_up, layer.left_right)
  )
  result = pictures.astype(np.float64)
  for f in result:
    height, width, _ = f.shape
    for h in range(1, height):
      f[h] += message(f[h - 1], *down_up)
    for h in range(height - 2, -1, -1):
      f[h] += message(f[h + 1], *down_up)
    for w in range(1, width):
      f[:, w] += message(f[:, w - 1], *left_right)
    for w in range(width - 2, -1, -1):
      f[:, w] += message(f[:, w + 1], *left_right)
  return result


def scans_unrolled(pictures: tf.Tensor, kernels: list[tf.Tensor]) -> tf.Tensor:
  """The same, as so many separate operations that TensorFlow differentiates."""
  for axis, (kernel, bias) in ((1, kernels[:2]), (2, kernels[2:])):
    lines = tf.unstack(pictures, axis=axis)
    order = range(len(lines))
    for sequence in (order, order[::-1]):
      for previous, current in itertools.pairwise(sequence):
        lines[current] += tf.nn.relu(
          tf.nn.conv1d(lines[previous], kernel, 1, "SAME") + bias
        )
    pictures = tf.stack(lines, axis=axis)
  return pictures


SIZES = [(1, 1), (1, 7), (7, 1), (2, 2), (4, 6), (12, 3)]


def test_spatial_encoder_is_a_sound_layer(tmp_path: Path):
  check_layer(
    SpatialEncoder,
    {"kernel_size": 5},
    0.1 * features(2, 4, 6, CHANNELS),
    (2, 4, 6, CHANNELS),
    tmp_path,
  )


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("kernel_size", [3, 9])
def test_spatial_encoder_equals_the_loop(
  height: int, width: int, kernel_size: int
):
  layer = built_scans(kernel_size=kernel_size)
  given = features(2, height, width, CHANNELS)
  np.testing.assert_allclose(
    layer(given), scans_by_hand(layer, given), rtol=1e-5, atol=1e-5
  )


@pytest.mark.parametrize("sizes", [SIZES[3:], SIZES[:3]], ids=["2d", "1d"])
def test_one_trace_serves_every_size(sizes: list[tuple[int, int]]):
  layer, traces = built_scans(), []

  @tf.function(
    input_signature=[tf.TensorSpec([None, None, None, CHANNELS], tf.float32)]
  )
  def encode(given: tf.Tensor) -> tf.Tensor:
    traces.append(given)
    return layer(given)

  for height, width in sizes:
    given = features(1, height, width, CHANNELS, seed=height)
    np.testing.assert_allclose(
      encode(given), scans_by_hand(layer, given), rtol=1e-5, atol=1e-5
    )
  assert len(traces) == 1


@pytest.mark.parametrize("graph", [False, True])
def test_gradient_equals_that_of_the_unrolled_loop(graph: bool):
  layer = built_scans()
  given = tf.constant(features(2, 5, 4, CHANNELS))
  weight_of_each = features(2, 5, 4, CHANNELS, seed=1)

  def gradients(encode, pictures: tf.Tensor) -> list[tf.Tensor]:
    with tf.GradientTape() as tape:
      tape.watch(pictures)
      loss = tf.reduce_sum(encode(pictures) * weight_of_each)
    variables = [weight.value for weight in layer.weights]
    return tape.gradient(loss, [pictures, *variables])

  scan = tf.function(gradients) if graph else gradients
  kernels = [weight.value for weight in layer.weights]
  expected = gradients(lambda p: scans_unrolled(p, kernels), given)
  for got, wanted in zip(scan(layer, given), expected, strict=True):
    assert np.isfinite(got).all()
    assert np.abs(wanted).max() > 0.1
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-4)


def test_context_reaches_from_corner_to_corner():
  """Down and left-right alone would leave the top left untouched."""
  layer = built_scans()
  for weight in layer.weights:
    weight.assign(tf.abs(weight))
  given = np.ones((1, 6, 7, CHANNELS), np.float32)
  changed = given.copy()
  changed[0, -1, -1] += 1
  difference = np.abs(np.subtract(layer(changed), layer(given)))
  assert difference[0].min() > 0


# Adaptive pooling


def pooled_by_hand(given: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
  """Averages as torch.nn.AdaptiveAvgPool2d documents."""
  batch, height, width, channels = given.shape
  result = np.zeros((batch, *grid, channels))
  for i in range(grid[0]):
    rows = slice(
      math.floor(i * height / grid[0]), math.ceil((i + 1) * height / grid[0])
    )
    for j in range(grid[1]):
      columns = slice(
        math.floor(j * width / grid[1]), math.ceil((j + 1) * width / grid[1])
      )
      result[:, i, j] = given[:, rows, columns].mean((1, 2))
  return result


def test_pooling_is_a_sound_layer(tmp_path: Path):
  check_layer(
    AdaptiveAveragePooling2D,
    {"grid": (2, 5)},
    features(2, 7, 3, 4),
    (2, 2, 5, 4),
    tmp_path,
  )


@pytest.mark.parametrize(
  ("size", "grid"),
  [
    ((8, 8), (8, 8)),
    ((8, 12), (4, 3)),
    ((7, 5), (3, 2)),
    ((3, 4), (8, 8)),
    ((1, 1), (4, 6)),
    ((5, 32), (8, 8)),
    ((10, 3), (1, 1)),
  ],
)
def test_pooling_equals_the_definition(
  size: tuple[int, int], grid: tuple[int, int]
):
  given = features(2, *size, 3)
  np.testing.assert_allclose(
    AdaptiveAveragePooling2D(grid)(given),
    pooled_by_hand(given, grid),
    rtol=1e-5,
    atol=1e-6,
  )


def test_pooling_worked_out_by_hand():
  """Three values onto two cells share the middle one, as in torch."""
  given = np.float32([[[[1.0], [2.0], [6.0]]]])
  pooled = keras.ops.squeeze(AdaptiveAveragePooling2D((1, 2))(given))
  assert pooled.numpy().tolist() == [1.5, 4.0]
  finer = keras.ops.squeeze(AdaptiveAveragePooling2D((1, 4))(given))
  np.testing.assert_allclose(finer, [1, 1.5, 4, 6])


def test_pooling_of_sizes_unknown():
  layer = AdaptiveAveragePooling2D((2, 2))
  pool = tf.function(
    layer, input_signature=[tf.TensorSpec([None, None, None, 3])]
  )
  for size in ((3, 4), (9, 2)):
    given = features(1, *size, 3)
    np.testing.assert_allclose(
      pool(given), pooled_by_hand(given, (2, 2)), rtol=1e-5, atol=1e-6
    )
