"""CrowdCounter and the exported model."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.errors import InputError
from cdcc_tf.inference import serving
from cdcc_tf.inference.counter import CrowdCounter, load_model
from cdcc_tf.models.sfcn import SFCN
from tests.conftest import noise_picture


@pytest.fixture
def counter() -> CrowdCounter:
  keras.utils.set_random_seed(0)
  model = SFCN(width=0.05)
  model(np.zeros((1, 16, 16, 3)))
  return CrowdCounter(model)


@pytest.mark.parametrize(("height", "width"), [(48, 64), (45, 61), (8, 8)])
def test_count_is_the_sum_of_the_map(
  counter: CrowdCounter, height: int, width: int
) -> None:
  image = noise_picture(height, width, 1)
  prediction = counter.count(image)
  assert prediction.density.shape == (-(-height // 8), -(-width // 8))
  assert prediction.deviation.shape == prediction.density.shape
  assert prediction.count == pytest.approx(prediction.density.sum(), 1e-5)
  direct = counter.model(image[None])
  np.testing.assert_allclose(
    prediction.density, direct["density"][0, ..., 0], rtol=1e-4
  )
  np.testing.assert_allclose(
    prediction.deviation**2, np.exp(direct["log_variance"][0, ..., 0]), 1e-3
  )


def test_any_size_is_one_trace(counter: CrowdCounter) -> None:
  for size in ((48, 64), (45, 61), (64, 48)):
    counter.count(noise_picture(*size, 1))
  assert counter._predict.experimental_get_tracing_count() == 1


def test_export_agrees_with_the_model(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  serving.export(counter.model, tmp_path / "exported")
  loaded = tf.saved_model.load(str(tmp_path / "exported"))
  assert "serving_default" in loaded.signatures
  for size in ((48, 64), (45, 61)):
    images = np.stack([noise_picture(*size, seed) for seed in range(3)])
    served = loaded.serve(images)
    direct = counter.model(images)["density"]
    np.testing.assert_allclose(served["density"], direct, rtol=1e-4)
    for image, count in zip(images, served["count"], strict=True):
      assert float(count) == pytest.approx(counter.count(image).count, 1e-4)


def test_export_leaves_the_orientation_decoder_out(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  serving.export(counter.model, tmp_path / "exported")
  names = [
    name
    for name, _ in tf.train.list_variables(
      str(tmp_path / "exported" / "variables" / "variables")
    )
  ]
  assert names
  assert not [name for name in names if "orientation" in name]


def test_export_refuses_a_full_folder(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  (tmp_path / "mine.txt").write_text("keep me")
  with pytest.raises(InputError, match="not empty"):
    serving.export(counter.model, tmp_path)
  assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_damaged_counter_is_named(tmp_path: Path) -> None:
  path = tmp_path / "model.keras"
  path.write_bytes(b"not a counter")
  with pytest.raises(InputError, match=r"model\.keras"):
    load_model(path, "float32")
