"""Fitting one stage: resumes where it was, and goes to its end."""

import dataclasses
import logging
import math
from collections.abc import Callable, Sequence

import keras
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.adaptation.cross_domain_model import CrossDomainModel
from cdcc_tf.training.loop.alarms import Alarms
from cdcc_tf.training.loop.checkpoints import Checkpoints
from cdcc_tf.training.loop.reporting import ProgressBar, TensorBoardWriter
from cdcc_tf.training.loop.terminate_on_nan import StopIfNotFinite
from cdcc_tf.training.loop.validation import Validation
from cdcc_tf.training.stages import Stage

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Stream:
  """A stage's batches, every step of which can be reached directly.

  Attributes:
    batches: makes the endless stream of batches from a step on.
    ids: names the pictures of one step by domain, for the record of what went
      wrong.
  """

  batches: Callable[[int], tf.data.Dataset]
  ids: Callable[[int], dict[str, list[str]]]


def fit(
  config: ExperimentConfig,
  folder: RunFolder,
  stage: Stage,
  model: CrossDomainModel,
  stream: Stream,
  orientation_decoder: keras.Model | None,
  alarms: Sequence[str] = (),
) -> None:
  """Trains a model through a stage, from its last checkpoint.

  Args:
    config: the experiment.
    folder: of the run.
    stage: to train.
    model: compiled.
    stream: the stage's batches.
    orientation_decoder: with which to watch the features, or None.
    alarms: from before it, for its history.

  Raises:
    InputError: damaged records or checkpoints; a loss that is no number.
  """
  checkpoints = Checkpoints(model, folder, stage)
  first_step = checkpoints.restore()
  domains = "source only" if model.task is None else "source and target"
  logger.info("%s: %s, %d steps.", stage.name, domains, stage.steps)
  if first_step:
    share = math.floor(100 * first_step / stage.steps)
    logger.info(
      "Resuming from step %d of %s (%d %% done).", first_step, stage.name, share
    )
  validation = Validation(config, folder, stage, orientation_decoder)
  interval = config.training.checkpoint_every
  model.fit(
    stream.batches(first_step),
    steps_per_epoch=interval,
    initial_epoch=first_step // interval,
    epochs=stage.steps // interval,
    verbose=0,
    shuffle=False,
    callbacks=[
      StopIfNotFinite(folder, stage, stream.ids),
      validation,
      # Those from before the stage are in its first interval, once.
      Alarms(config, folder, stage, () if first_step else alarms),
      TensorBoardWriter(config, folder, stage, validation),
      ProgressBar(stage, first_step),
      checkpoints,  # last: an interval counts once all else is written
    ],
  )
