"""Learning rates of encoder and decoders."""

import dataclasses

import keras
import numpy as np
import pytest

from cdcc_tf.config import TrainingConfig
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.adaptation.cross_domain_model import CrossDomainModel
from cdcc_tf.training.adaptation.optimizers import build_optimizer
from tests.training.adaptation.test_cross_domain_model import CROP, changed
from tests.training.adaptation.test_cross_domain_model import (
  make_batch as joint_batch,
)


def make_model(optimizer: str, encoder_rate: float) -> CrossDomainModel:
  keras.utils.set_random_seed(1)
  model = CrossDomainModel(
    SFCN(width=0.05, spatial_encoder=False, initializer="he_normal")
  )
  model.build_all(CROP)
  training = TrainingConfig(
    **{"optimizer": optimizer, "encoder_rate": encoder_rate},
    warmup_steps=0,
  )
  encoder = model.counter.encoder.trainable_variables
  model.compile(build_optimizer(training, 10, 1e-3, encoder), jit_compile=False)
  return model


def make_batch() -> dict:
  return joint_batch(target=False)


def test_learning_rate_rises_from_the_first_step_and_decays() -> None:
  training = TrainingConfig(warmup_steps=10)
  rate = build_optimizer(training, 100, 1e-3, [])._learning_rate
  values = [float(rate(step)) for step in (0, 10, 55, 100)]
  assert 0 < values[0] < 2e-4
  np.testing.assert_allclose(values[1:], [1e-3, 0.51e-3, 0.02e-3], rtol=1e-3)
  constant = dataclasses.replace(training, decay="constant")
  rate = build_optimizer(constant, 100, 1e-3, [])._learning_rate
  assert float(rate(90)) == pytest.approx(1e-3)


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_encoder_moves_by_a_fraction(optimizer: str) -> None:
  whole, tenth = (
    changed(make_model(optimizer, rate), make_batch()) for rate in (1.0, 0.1)
  )
  np.testing.assert_allclose(tenth["encoder"], whole["encoder"] / 10, rtol=1e-3)
  np.testing.assert_allclose(tenth["density"], whole["density"], rtol=1e-3)
  assert tenth["encoder"] > 0
