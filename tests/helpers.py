"""What the tests share: tiny records, and checks that many of them repeat.

Nothing here reads a file or the network: every image is made on the spot.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.data.records.writer import RecordWriter

HEIGHT, WIDTH = 48, 64

POLICIES = ("float32", "mixed_bfloat16")

RecordsFactory = Callable[..., Path]


def noise_picture(height: int, width: int, seed: int) -> np.ndarray:
  """Returns a uint8 picture of shape [height, width, 3], never symmetric."""
  noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3))
  return noise.astype(np.uint8)


def plain_picture(height: int, width: int, colour: Sequence[int]) -> np.ndarray:
  """Returns a uint8 picture of one colour."""
  return np.broadcast_to(np.uint8(colour), (height, width, 3)).copy()


def png(picture: np.ndarray) -> bytes:
  """Encodes a uint8 picture of shape [height, width, channels]."""
  return tf.io.encode_png(picture).numpy()


def jpeg(picture: np.ndarray) -> bytes:
  """Encodes a uint8 picture of shape [height, width, channels]."""
  return tf.io.encode_jpeg(picture, quality=95).numpy()


def lopsided_points(
  count: int, height: int, width: int, seed: int
) -> np.ndarray:
  """Returns float32 points [count, 2], crowded at the top right.

  Swapped axes or a flip nobody asked for put them elsewhere.
  """
  draw = np.random.default_rng(seed).random((count, 2))
  return np.float32(
    np.stack([width * (1 - draw[:, 0] ** 2), height * draw[:, 1] ** 3], 1)
    * 0.999
  )


def tiny_record(
  index: int,
  height: int = HEIGHT,
  width: int = WIDTH,
  seed: int = 0,
  heads: int | None = None,
  labelled: bool = True,
  colour: Sequence[int] | None = None,
) -> CrowdRecord:
  """Makes one record: noise or one colour, with `index % 5` heads."""
  key = 1000 * seed + index
  heads = index % 5 if heads is None else heads
  picture = (
    noise_picture(height, width, key)
    if colour is None
    else plain_picture(height, width, colour)
  )
  return CrowdRecord(
    id=f"tiny/{index}",
    image=png(picture),
    height=height,
    width=width,
    points=lopsided_points(heads if labelled else 0, height, width, key),
    labelled=labelled,
  )


def write_records(
  folder: Path, contents: Mapping[str, Sequence[CrowdRecord]], **options: object
) -> Path:
  """Writes each split's records; returns the folder."""
  with RecordWriter(folder, "tiny", options) as writer:
    for split, members in contents.items():
      for record in members:
        writer.write(record, split)
  return folder


def assert_same(first: object, second: object) -> None:
  """Asserts that two structures of tensors are equal to the last bit."""
  keras.tree.assert_same_structure(first, second)
  for one, other in zip(
    keras.tree.flatten(first), keras.tree.flatten(second), strict=True
  ):
    one, other = np.asarray(one), np.asarray(other)
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    assert one.tobytes() == other.tobytes()


def run_eagerly_and_in_tf_data(
  function: Callable[..., object], *tensors: object
) -> object:
  """Runs a function eagerly and in tf.data, which must agree; returns numpy.

  In tf.data all sizes but the last axis are unknown, as they are when
  pictures are decoded.
  """
  tensors = tuple(tf.convert_to_tensor(tensor) for tensor in tensors)
  signature = tuple(
    tf.TensorSpec(
      tensor.shape
      if tensor.shape.rank < 2
      else [None] * (tensor.shape.rank - 1) + [tensor.shape[-1]],
      tensor.dtype,
    )
    for tensor in tensors
  )
  eager = keras.tree.map_structure(np.asarray, function(*tensors))
  dataset = tf.data.Dataset.from_generator(
    lambda: iter([tensors]), output_signature=signature
  ).map(function)
  inside = next(iter(dataset.as_numpy_iterator()))
  keras.tree.assert_same_structure(eager, inside)
  for one, other in zip(
    keras.tree.flatten(eager), keras.tree.flatten(inside), strict=True
  ):
    assert one.dtype == other.dtype
    # Graphs fuse a multiplication here and there: a last bit may differ.
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)
  return eager


def check_layer(
  layer_class: type[keras.layers.Layer],
  arguments: Mapping[str, object],
  inputs: np.ndarray,
  expected_shape: tuple[int, ...],
  folder: Path,
) -> keras.layers.Layer:
  """Checks what every layer owes: shape, config, saving, mixed precision.

  Args:
    layer_class: the layer.
    arguments: of its constructor; each must come back from `get_config`.
    inputs: float32 array [batch, height, width, channels].
    expected_shape: of the output.
    folder: where to save.

  Returns:
    The built float32 layer.
  """
  layer = layer_class(**arguments)
  output = layer(inputs)
  assert tuple(output.shape) == expected_shape
  assert output.dtype == "float32"

  config = layer.get_config()
  assert {name: config[name] for name in arguments} == dict(arguments)
  assert layer_class.from_config(config).get_config() == config

  model = keras.Sequential([keras.Input((None, None, inputs.shape[-1])), layer])
  for weight in layer.trainable_weights:  # zeros would hide what is not saved
    weight.assign_add(0.01 + 0.1 * keras.random.uniform(weight.shape, seed=1))
  model.save(folder / "layer.keras")
  restored = keras.models.load_model(folder / "layer.keras")
  assert_same(
    restored.predict(inputs, verbose=0), model.predict(inputs, verbose=0)
  )

  mixed = layer_class(**arguments, dtype="mixed_bfloat16")
  mixed.build(inputs.shape)
  mixed.set_weights(layer.get_weights())
  half = mixed(inputs)
  assert half.dtype == "bfloat16"
  assert all(weight.dtype == "float32" for weight in mixed.weights)
  np.testing.assert_allclose(
    np.asarray(half, np.float32), layer(inputs), rtol=0.05, atol=0.05
  )
  return layer
