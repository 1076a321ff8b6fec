"""Predictive moments over the masks."""

import keras
import numpy as np
import pytest

from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.models.sfcn import SFCN
from tests.helpers import noise_picture

MASKS = 3


@pytest.fixture(params=["listing", "separable"])
def counter(request: pytest.FixtureRequest) -> SFCN:
  keras.utils.set_random_seed(2)
  counter = SFCN(*(0.1, MASKS), initializer="he_normal", decoder=request.param)
  counter(np.zeros((1, 16, 16, 3), np.float32))
  # Biases start at nought, and would hide that one of them is forgotten.
  for weight in counter.trainable_weights:
    if weight.name == "bias":
      weight.assign_add(0.1 * keras.random.uniform(weight.shape, seed=3))
  return counter


def pictures() -> np.ndarray:
  return np.stack([noise_picture(41, 64, seed) for seed in range(2)])


def naive_passes(
  counter: SFCN, images: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
  """Sends every picture through every mask by the layer's own rule."""
  repeated = np.repeat(images, MASKS, axis=0)
  maps = counter.decode(counter.encoder(repeated), training=True)
  shape = (len(images), MASKS, *maps["density"].shape[1:])
  return (
    np.reshape(maps["density"], shape),
    np.exp(np.reshape(maps["log_variance"], shape)),
  )


def test_equals_one_naive_pass_for_each_mask(counter: SFCN) -> None:
  images = pictures()
  means, variances = naive_passes(counter, images)
  moments = MaskEnsemble(counter)(images)
  np.testing.assert_allclose(moments.mean, means.mean(1), rtol=1e-5, atol=1e-7)
  np.testing.assert_allclose(moments.aleatoric, variances.mean(1), rtol=1e-4)
  np.testing.assert_allclose(
    moments.epistemic, means.var(1), rtol=1e-3, atol=1e-9
  )
  np.testing.assert_allclose(moments.counts, means.sum((2, 3, 4)), rtol=1e-5)
  np.testing.assert_allclose(
    moments.total, variances.mean(1) + means.var(1), rtol=1e-4
  )
  assert moments.mean.shape == (2, 6, 8, 1)
  assert moments.counts.shape == (2, MASKS)


def test_masks_disagree_and_one_mask_does_not(counter: SFCN) -> None:
  assert np.asarray(MaskEnsemble(counter)(pictures()).epistemic).max() > 0
  single = SFCN(width=0.1, masks=1, initializer="he_normal")
  single(np.zeros((1, 16, 16, 3), np.float32))
  moments = MaskEnsemble(single)(pictures())
  assert np.asarray(moments.epistemic).max() == 0
  np.testing.assert_allclose(
    moments.mean, single(pictures())["density"], rtol=1e-5
  )


def test_reads_the_weights_of_the_moment(counter: SFCN) -> None:
  ensemble = MaskEnsemble(counter)
  before = np.asarray(ensemble(pictures()).mean)
  for weight in counter.trainable_weights:
    weight.assign(weight * 1.1)
  assert np.abs(np.asarray(ensemble(pictures()).mean) - before).max() > 1e-6
