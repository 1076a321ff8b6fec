"""CrowdCounter: counting, loading, and refusing what is no counter."""

from pathlib import Path

import keras
import numpy as np
import pytest

from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, load_model
from cdcc_tf.inference.prediction import Prediction
from cdcc_tf.models import NETWORK_VERSION
from cdcc_tf.models.sfcn import SFCN
from tests.helpers import noise_picture
from tests.inference.helpers import tiny_model

MAGIC = b"PK\x03\x04"  # of a zip archive, which a .keras file is


@pytest.mark.parametrize(
  ("height", "width"), [(48, 64), (45, 61), (8, 8), (1, 1)]
)
def test_count_is_the_sum_of_the_map(
  counter: CrowdCounter, height: int, width: int
) -> None:
  counter = CrowdCounter(counter.model, fast=True)
  image = noise_picture(height, width, 1)
  prediction = counter.count(image)
  assert prediction.density.shape == (-(-height // 8), -(-width // 8))
  assert prediction.std.shape == prediction.density.shape
  assert prediction.count == pytest.approx(prediction.density.sum(), 1e-5)
  direct = counter.model(image[None])
  np.testing.assert_allclose(
    prediction.density, direct["density"][0, ..., 0], rtol=1e-4
  )
  np.testing.assert_allclose(
    prediction.std**2, np.exp(direct["log_variance"][0, ..., 0]), 1e-3
  )


def test_the_map_depends_on_the_picture(counter: CrowdCounter) -> None:
  one, other = (counter.count(noise_picture(48, 64, seed)) for seed in (1, 2))
  assert abs(one.count - other.count) > 1e-2 * one.count
  assert np.std(one.density) > 1e-2 * np.mean(one.density)


def test_any_size_is_one_trace(counter: CrowdCounter) -> None:
  for size in ((48, 64), (45, 61), (64, 48)):
    counter.count(noise_picture(*size, 1))
  assert counter._predict.experimental_get_tracing_count() == 1


def test_deviation_of_a_count_lies_between_two_bounds() -> None:
  prediction = Prediction(0.0, np.zeros((1, 2)), np.array([[3.0, 4.0]]))
  assert prediction.count_std == (5.0, 7.0)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_loading_leaves_the_policy_alone(
  tmp_path: Path, precision: str
) -> None:
  model = tiny_model()
  model.save(tmp_path / "model.keras")
  before = keras.config.dtype_policy()
  loaded = CrowdCounter(load_model(tmp_path / "model.keras", precision))
  assert keras.config.dtype_policy() is before
  assert loaded.precision == precision
  assert loaded.model.shared_decoder.compute_dtype == precision
  image = noise_picture(45, 61, 1)
  # bfloat16 keeps 8 bits of a factor: half a percent, over a dozen layers.
  assert loaded.count(image).count == pytest.approx(
    CrowdCounter(model).count(image).count,
    {"float32": 1e-6, "bfloat16": 0.05}[precision],
  )


def test_every_damage_is_named(tmp_path: Path) -> None:
  whole = tmp_path / "whole.keras"
  tiny_model().save(whole)
  content = whole.read_bytes()
  middle = len(content) // 2
  path = tmp_path / "model.keras"
  for bad in (
    b"",
    b"not a counter",
    MAGIC + bytes(100),
    content[:middle],
    content[:-10],
    content[:middle] + bytes(64) + content[middle + 64 :],
  ):
    path.write_bytes(bad)
    with pytest.raises(InputError, match=r"model\.keras: not a counter's file"):
      load_model(path, "float32")


def test_counters_of_another_version_are_refused(tmp_path: Path) -> None:
  """Their weights would load, and count otherwise than they were trained to."""
  model = tiny_model()
  config = model.get_config()
  refusal = f"of version 1, not {NETWORK_VERSION}"
  for other in (config | {"version": 1}, {"name": "before versions"}):
    with pytest.raises(ValueError, match=refusal):
      SFCN.from_config(other)
  model.get_config = lambda: config | {"version": 1}
  model.save(tmp_path / "model.keras")
  with pytest.raises(InputError, match=f"{refusal}.*train again"):
    load_model(tmp_path / "model.keras")


def test_other_models_are_refused(tmp_path: Path) -> None:
  other = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
  other.save(tmp_path / "model.keras")
  with pytest.raises(InputError, match="holds a Sequential, not a counter"):
    load_model(tmp_path / "model.keras")
