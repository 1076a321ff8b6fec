"""Networks that the other tests leave out resume exactly, too.

Scans, as the real networks have them, take long to trace: here they are traced
once. A light encoder may keep statistics that no gradient moves.
`benchmarks.resume` kills whole runs.
"""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.pipeline import joint
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.training import builders, stages
from cdcc_tf.training.loop.checkpoints import Checkpoints
from tests.training.helpers import stage_run, with_training

LIGHT = {"encoder": "efficientnet_lite0", "width": 0.1}


@pytest.mark.parametrize(
  ("options", "moved"),
  [
    ({"spatial_encoder": True}, ["spatial"]),
    (
      LIGHT | {"batch_norm": "train"},
      ["stem/mean", "block15_project/variance"],
    ),
    (
      {**LIGHT, "encoder": "mobilenetv3_small", "width": 1.0},
      ["conv_bn/beta"],
    ),
  ],
  ids=["scans", "lite", "keras"],
)
def test_steps_after_a_checkpoint_are_repeated_exactly(
  config: ExperimentConfig, tmp_path: Path, options: dict, moved: list[str]
) -> None:
  network = dataclasses.replace(config.model, **options)
  scanning = with_training(
    dataclasses.replace(config, model=network),
    orientation_weight=0.0,
    ema_momentum=0.0,  # which Keras puts into the model when a fit ends
  )
  stage = stages.plan(scanning)[0]
  model = builders.build_first_model(scanning, stage)
  checkpoints = Checkpoints(model, stage_run(tmp_path, stage, scanning))

  def train(epoch: int, *callbacks: Checkpoints) -> list[np.ndarray]:
    """Trains for two steps and returns the weights."""
    domains = Domains.open(scanning.data)
    stream = joint.stage1_stream(scanning.data, domains, 0, with_target=False)
    model.fit(
      stream.batches(2 * epoch),
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
  for part in moved:
    assert any(part in name for name in changed)
