"""A network that has scans, as the real ones do, resumes exactly, too.

Other tests leave the spatial encoder out, which takes long to trace. Here it is
traced once; `benchmarks.resume` kills whole runs.
"""

import dataclasses
from pathlib import Path

import numpy as np

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.pipeline import joint
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import builders, stages
from cdcc_tf.training.loop.checkpoints import Checkpoints
from tests.training.conftest import with_training


def test_steps_after_a_checkpoint_are_repeated_exactly(
  config: ExperimentConfig, tmp_path: Path
) -> None:
  scanning = with_training(
    dataclasses.replace(
      config, model=dataclasses.replace(config.model, spatial_encoder=True)
    ),
    orientation_weight=0.0,
    ema_momentum=0.0,  # which Keras puts into the model when a fit ends
  )
  stage = stages.plan(scanning)[0]
  model = builders.build_first_model(scanning, stage)
  checkpoints = Checkpoints(model, RunFolder(tmp_path), stage)

  def train(epoch: int, *callbacks: Checkpoints) -> list[np.ndarray]:
    """Trains for two steps and returns the weights."""
    batches = joint.stage1_batches(scanning.data, 0, 2 * epoch, False)
    model.fit(
      batches,
      steps_per_epoch=2,
      initial_epoch=epoch,
      epochs=epoch + 1,
      verbose=0,
      shuffle=False,
      callbacks=list(callbacks),
    )
    return model.get_weights()

  saved = train(0, checkpoints)
  undisturbed = train(1)
  assert checkpoints.restore() == 2
  for pair in zip(model.get_weights(), saved, strict=True):
    np.testing.assert_array_equal(*pair)
  names = [weight.path for weight in model.weights]
  resumed = train(1)
  changed = set()
  for name, before, one, other in zip(
    names, saved, undisturbed, resumed, strict=True
  ):
    np.testing.assert_array_equal(one, other)
    if not np.array_equal(before, one):
      changed.add(name)
  assert any("spatial" in name for name in changed)
