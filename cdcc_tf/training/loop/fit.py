"""Fitting one stage: resumes where it stopped, and runs to its end."""

import logging
import math
from collections.abc import Sequence

import keras

from cdcc_tf.data.pipeline.joint import StageStream
from cdcc_tf.training.adaptation.cross_domain_model import CrossDomainModel
from cdcc_tf.training.loop.alarms import Alarms
from cdcc_tf.training.loop.checkpoints import Checkpoints
from cdcc_tf.training.loop.reporting import ProgressBar, TensorBoardWriter
from cdcc_tf.training.loop.terminate_on_nan import TerminateOnNonFinite
from cdcc_tf.training.loop.validation import Validation
from cdcc_tf.training.stage_run import StageRun

logger = logging.getLogger(__name__)


def fit(
  run: StageRun,
  model: CrossDomainModel,
  stream: StageStream,
  orientation_decoder: keras.Model | None,
  alarms: Sequence[str] = (),
) -> None:
  """Trains a model through a stage, from its last checkpoint.

  Args:
    run: the stage to train.
    model: compiled.
    stream: the stage's batches.
    orientation_decoder: measures how well features tell up from down; None
      leaves that out.
    alarms: raised before the stage, for its history.

  Raises:
    InputError: records or checkpoints are damaged; or the loss is not finite.
  """
  checkpoints = Checkpoints(model, run)
  first_step = checkpoints.restore()
  steps = run.stage.steps
  domains = "source only" if model.task is None else "source and target"
  logger.info("%s: %s, %d steps.", run.name, domains, steps)
  if first_step:
    share = math.floor(100 * first_step / steps)
    logger.info(
      "Resuming from step %d of %s (%d %% done).", first_step, run.name, share
    )
  validation = Validation(run, orientation_decoder)
  interval = run.config.training.checkpoint_every
  model.fit(
    stream.batches(first_step),
    steps_per_epoch=interval,
    initial_epoch=first_step // interval,
    epochs=steps // interval,
    verbose=0,
    shuffle=False,
    callbacks=[
      TerminateOnNonFinite(run, stream.ids),
      validation,
      # Alarms from before the stage go into its first interval, once.
      Alarms(run, () if first_step else alarms),
      TensorBoardWriter(run, validation),
      ProgressBar(run.stage, first_step),
      checkpoints,  # last: an interval counts once all else is written
    ],
  )
