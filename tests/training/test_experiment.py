"""What `train` builds."""

import dataclasses

import keras
import numpy as np

from cdcc_tf.config import (
  DataConfig,
  ExperimentConfig,
  ModelConfig,
  TrainingConfig,
)
from cdcc_tf.training import experiment


def test_every_arm_starts_from_the_same_counter() -> None:
  """Source only and stage 1 differ by the target alone, not by their start."""
  joint = ExperimentConfig(
    DataConfig(target_records="t", crop=32),
    ModelConfig(width=0.05, encoder_weights="none"),
    TrainingConfig(orientation_weight=0.1),
  )
  alone = dataclasses.replace(
    joint, training=dataclasses.replace(joint.training, orientation_weight=0.0)
  )
  starts = []
  for config in (joint, alone):
    keras.utils.set_random_seed(3)
    starts.append(experiment.build_model(config).counter.get_weights())
  for one, other in zip(*starts, strict=True):
    np.testing.assert_array_equal(one, other)
