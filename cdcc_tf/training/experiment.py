"""What `train` runs: builds everything, resumes where it stopped, and fits."""

import logging

import keras
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.pipeline.joint import stage1_stream
from cdcc_tf.errors import InputError
from cdcc_tf.models import precision
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import start
from cdcc_tf.training.adaptation.orientation_task import OrientationTask
from cdcc_tf.training.builders import build_first_model, build_strategy
from cdcc_tf.training.calibration import calibrate_kept, calibrate_stage
from cdcc_tf.training.loop.fit import fit
from cdcc_tf.training.rounds import report
from cdcc_tf.training.rounds.round import run_round
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.training.stages import plan

logger = logging.getLogger(__name__)


def run(config: ExperimentConfig, folder: RunFolder) -> None:
  """Trains every stage to its end, from wherever the run folder stands.

  Args:
    config: the experiment.
    folder: from `runs.opening.open_run`.

  Raises:
    InputError: records or encoder weights are missing, damaged, or not those
      that the run began with; batches cannot be divided over the replicas; the
      run to take stage 1 from does not fit; a file of the run is damaged; the
      loss is not finite.
  """
  keras.utils.set_random_seed(config.training.seed)
  policy = precision.use(config.training.precision)
  strategy = build_strategy(config.training.replicas)
  _check_batches(config, strategy.num_replicas_in_sync)
  domains = start.check(config, folder)
  logger.info(
    "Run %s: %s, %d replica(s).",
    folder.path,
    policy,
    strategy.num_replicas_in_sync,
  )
  previous: StageRun | None = None
  for stage in plan(config):
    current = StageRun(config, folder, stage, domains)
    if _finished(current):
      logger.info("%s: already finished.", stage.name)
    elif previous is None:
      _run_first_stage(current, strategy)
    elif not run_round(current, previous, strategy):
      break
    calibrate_stage(current)
    previous = current
  if previous is not None:
    calibrate_kept(previous)


def _run_first_stage(run: StageRun, strategy: tf.distribute.Strategy) -> None:
  config = run.config
  # A checkpoint holds the weights, so that no file or download is needed. One
  # that was not yet noted when the run was killed is never restored.
  noted = tf.train.get_checkpoint_state(str(run.checkpoints))
  with strategy.scope():
    model = build_first_model(config, run.stage, fresh=noted is None)
  stream = stage1_stream(
    config.data, run.domains, config.training.seed, config.adapts
  )
  task = model.task
  decoder = task.decoder if isinstance(task, OrientationTask) else None
  fit(run, model, stream, decoder)


def _finished(run: StageRun) -> bool:
  history = run.folder.rows()
  # The record is written first: killed in between, the interval is repeated.
  if not ((run.home / "record.json").exists() and history):
    return False
  if history[-1]["step"] < run.last_step:
    return False
  labels = run.stage.round and run.config.rounds.pseudo_weight
  return not labels or report.has(run)


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
