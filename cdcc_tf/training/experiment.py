"""What `train` runs: builds everything, resumes where it was, and fits."""

import json
import logging
import math
from pathlib import Path

import keras
import tensorflow as tf

from cdcc_tf import precision
from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data import manifest, pipeline
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.run_folder import RunFolder
from cdcc_tf.training.builders import build_model, build_strategy
from cdcc_tf.training.callbacks import (
  Checkpoints,
  ProgressBar,
  StopIfNotFinite,
  TensorBoardWriter,
)
from cdcc_tf.training.validation import Validation

logger = logging.getLogger(__name__)


def run(config: ExperimentConfig, folder: RunFolder) -> None:
  """Trains stage 1 to its end, from wherever the run folder stands.

  Args:
    config: the experiment.
    folder: from `run_folder.open_run`.

  Raises:
    InputError: records or encoder weights are missing or damaged.
  """
  training = config.training
  keras.utils.set_random_seed(training.seed)
  name = precision.use(training.precision)
  strategy = build_strategy(training.replicas)
  _check_batches(config, strategy.num_replicas_in_sync)
  with strategy.scope():
    model = build_model(config)
  _check_same_data(config, folder)
  checkpoints = Checkpoints(model, folder)
  first_step = checkpoints.restore()
  _announce(config, folder, strategy, name, first_step)
  if first_step >= training.stage1_steps:
    return
  batches = pipeline.training_batches(
    config.data, training.seed, first_step, config.adapts
  )
  validation = Validation(config, folder)
  model.fit(
    batches,
    steps_per_epoch=training.checkpoint_every,
    initial_epoch=first_step // training.checkpoint_every,
    epochs=training.stage1_steps // training.checkpoint_every,
    verbose=0,
    shuffle=False,
    callbacks=[
      StopIfNotFinite(),
      validation,
      TensorBoardWriter(config, folder, validation),
      ProgressBar(first_step, training.stage1_steps),
      checkpoints,  # last: an interval counts once all else is written
    ],
  )


def _check_batches(config: ExperimentConfig, replicas: int) -> None:
  for name in ("source_batch", "target_batch"):
    size = getattr(config.data, name)
    if size % replicas:
      raise InputError(
        f"--{name}={size} cannot be divided over {replicas} replicas. Give a "
        f"multiple of {replicas}."
      )


def _check_same_data(config: ExperimentConfig, folder: RunFolder) -> None:
  """Notes which records a run learns from, or compares with that note.

  Records made anew under the same name would quietly turn a resumed run into
  another one.
  """
  record_folders = [config.data.source_records]
  if config.adapts:
    record_folders.append(config.data.target_records)
  for name in record_folders:
    manifest.load_manifest(name)  # says so if it is not there
  digests = {
    name: manifest.file_sha256(Path(name) / manifest.FILE_NAME)
    for name in record_folders
  }
  noted = folder.path / "data.json"
  if not noted.exists():
    write_atomically(noted, json.dumps(digests, indent=1) + "\n")
    return
  for name, digest in json.loads(noted.read_text()).items():
    if digests.get(name) != digest:
      raise InputError(
        f"{name}: not the records that {folder.path} began with. Bring those "
        "back to resume, or choose another --run."
      )


def _announce(
  config: ExperimentConfig,
  folder: RunFolder,
  strategy: tf.distribute.Strategy,
  policy: str,
  first_step: int,
) -> None:
  total = config.training.stage1_steps
  what = "source and target" if config.adapts else "source only"
  logger.info(
    "Run %s: stage 1, %s, %d steps, %s, %d replica(s).",
    folder.path,
    what,
    total,
    policy,
    strategy.num_replicas_in_sync,
  )
  if first_step >= total:
    logger.info("Finished before: nothing left to do.")
  elif first_step:
    share = math.floor(100 * first_step / total)
    logger.info("Resuming from step %d (%d %% done).", first_step, share)
