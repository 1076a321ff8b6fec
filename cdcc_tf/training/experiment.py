"""What `train` runs: builds everything, resumes where it was, and fits."""

import logging

import keras
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.pipeline import joint, orientation, stream
from cdcc_tf.data.pipeline.source import source_members
from cdcc_tf.errors import InputError
from cdcc_tf.models import precision
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import start
from cdcc_tf.training.adaptation.orientation_task import OrientationTask
from cdcc_tf.training.builders import build_first_model, build_strategy
from cdcc_tf.training.calibration import calibrate_kept, calibrate_stage
from cdcc_tf.training.loop.fit import Stream, fit
from cdcc_tf.training.rounds import report
from cdcc_tf.training.rounds.round import next_stage
from cdcc_tf.training.stages import Stage, plan

logger = logging.getLogger(__name__)


def run(config: ExperimentConfig, folder: RunFolder) -> None:
  """Trains every stage to its end, from wherever the run folder stands.

  Args:
    config: the experiment.
    folder: from `runs.opening.open_run`.

  Raises:
    InputError: records or encoder weights are missing, damaged, or not those
      that the run began with; batches cannot be divided over the replicas; the
      run to take stage 1 from does not fit; a file of the run is damaged; a
      loss is no number.
  """
  keras.utils.set_random_seed(config.training.seed)
  policy = precision.use(config.training.precision)
  strategy = build_strategy(config.training.replicas)
  _check_batches(config, strategy.num_replicas_in_sync)
  start.check(config, folder)
  logger.info(
    "Run %s: %s, %d replica(s).",
    folder.path,
    policy,
    strategy.num_replicas_in_sync,
  )
  stages = plan(config)
  previous: Stage | None = None
  for stage in stages:
    labels = bool(stage.round and config.rounds.pseudo_weight)
    if _finished(stage, folder, labels):
      logger.info("%s: finished before.", stage.name)
    elif previous is None:
      _first_stage(config, folder, stage, strategy)
    elif not next_stage(config, folder, stage, previous, strategy):
      break
    calibrate_stage(config, folder, stage)
    previous = stage
  if previous is not None:
    calibrate_kept(config, folder, previous)


def _first_stage(
  config: ExperimentConfig,
  folder: RunFolder,
  stage: Stage,
  strategy: tf.distribute.Strategy,
) -> None:
  # What a checkpoint holds needs no file or download of weights. One that was
  # not yet noted when the run was killed is never restored.
  noted = tf.train.get_checkpoint_state(str(folder.checkpoints / stage.name))
  with strategy.scope():
    model = build_first_model(config, stage, fresh=noted is None)

  def batches(first_step: int) -> tf.data.Dataset:
    return joint.stage1_batches(
      config.data, config.training.seed, first_step, config.adapts
    )

  def ids(step: int) -> dict[str, list[str]]:
    data, seed = config.data, config.training.seed
    found = {
      "source": stream.ids_of(
        source_members(data, seed, step), data.source_batch
      )
    }
    if config.adapts:
      target = orientation.target_members(data, seed, step)
      found["target"] = stream.ids_of(target, data.target_batch // 2)
      source = orientation.source_members(data, seed, step)
      found["source"] += stream.ids_of(source, data.orientation_source // 2)
    return found

  task = model.task
  decoder = task.decoder if isinstance(task, OrientationTask) else None
  fit(config, folder, stage, model, Stream(batches, ids), decoder)


def _finished(stage: Stage, folder: RunFolder, labels: bool) -> bool:
  ended = folder.stage(stage.name) / "record.json"
  history = folder.rows()
  # The record is written first: killed in between, the interval is repeated.
  if not (ended.exists() and history):
    return False
  if history[-1]["step"] < stage.first_step + stage.steps:
    return False
  return not labels or report.has(folder, stage)


def _check_batches(config: ExperimentConfig, replicas: int) -> None:
  used = ["source_batch"]
  if config.adapts or config.rounds.rounds:
    used.append("target_batch")
  if config.adapts:
    used.append("orientation_source")
  for name in used:
    size = getattr(config.data, name)
    if size % replicas:
      raise InputError(
        f"--{name}={size} cannot be divided over {replicas} replicas. Give a "
        f"multiple of {replicas}, or --replicas=1."
      )
