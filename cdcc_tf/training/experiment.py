"""What `train` runs: builds everything, resumes where it was, and fits."""

import logging
import math

import keras
import tensorflow as tf

from cdcc_tf import precision
from cdcc_tf.config import ExperimentConfig, TrainingConfig
from cdcc_tf.data import pipeline
from cdcc_tf.errors import InputError
from cdcc_tf.models.encoders import freeze_blocks, load_encoder_weights
from cdcc_tf.models.sfcn import SFCN, build_orientation_decoder
from cdcc_tf.run_folder import RunFolder
from cdcc_tf.training.adaptation import CrossDomainModel, OrientationSchedule
from cdcc_tf.training.callbacks import (
  Checkpoints,
  ProgressBar,
  TensorBoardWriter,
  Validation,
)

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
      validation,
      TensorBoardWriter(config, folder, validation),
      ProgressBar(first_step, training.stage1_steps),
      checkpoints,  # last: an interval counts once all else is written
    ],
  )


def build_strategy(replicas: int) -> tf.distribute.Strategy:
  """Mirrors over the accelerators, or over logical CPUs if told how many."""
  if replicas > 1 and not tf.config.list_physical_devices("GPU"):
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
      cpu, [tf.config.LogicalDeviceConfiguration()] * replicas
    )
    return tf.distribute.MirroredStrategy(
      [f"CPU:{index}" for index in range(replicas)]
    )
  return tf.distribute.MirroredStrategy()


def build_model(config: ExperimentConfig) -> CrossDomainModel:
  """Builds and compiles the model of an experiment; call it in a scope.

  Raises:
    InputError: the encoder's weights do not fit.
  """
  counter = SFCN(
    width=config.model.width,
    masks=config.model.masks,
    mask_scale=config.model.mask_scale,
    spatial_encoder=config.model.spatial_encoder,
    initializer=config.model.initializer,
    seed=config.training.seed,
  )
  # Built before the orientation decoder exists: with or without one, the same
  # seed must give the same counter, or arms could not be compared.
  counter(tf.zeros((1, config.data.crop, config.data.crop, 3)))
  grid = config.model.orientation_grid
  training = config.training
  model = CrossDomainModel(
    counter,
    build_orientation_decoder(
      config.model.width, (grid, grid), config.model.initializer
    )
    if config.adapts
    else None,
    training.density_loss,
    training.beta,
    OrientationSchedule(
      training.orientation_weight,
      training.orientation_warmup,
      training.orientation_ramp,
    ),
    training.gradient_clip_norm,
  )
  model.build_all(config.data.crop)
  load_encoder_weights(counter.encoder, config.model.encoder_weights)
  freeze_blocks(counter.encoder, training.frozen_blocks)
  # XLA is slower here on CPU and fails under MirroredStrategy.
  model.compile(optimizer=build_optimizer(training), jit_compile=False)
  model.optimizer.build(model.trainable_variables)
  return model


def build_optimizer(training: TrainingConfig) -> keras.optimizers.Optimizer:
  """Returns the optimiser with its schedule: linear warm-up, then decay."""
  rate: object = keras.optimizers.schedules.CosineDecay(
    initial_learning_rate=0.0,
    decay_steps=max(1, training.stage1_steps - training.warmup_steps),
    warmup_target=training.learning_rate,
    warmup_steps=training.warmup_steps,
    # A constant rate is a decay that never gets anywhere.
    alpha=1.0 if training.decay == "constant" else 0.02,
  )
  averaging = {}
  if training.ema_momentum:
    averaging = {"use_ema": True, "ema_momentum": training.ema_momentum}
  if training.optimizer == "sgd":
    return keras.optimizers.SGD(rate, **averaging)
  return keras.optimizers.AdamW(
    rate, weight_decay=training.weight_decay, **averaging
  )


def _check_batches(config: ExperimentConfig, replicas: int) -> None:
  for name in ("source_batch", "target_batch"):
    size = getattr(config.data, name)
    if size % replicas:
      raise InputError(
        f"--{name}={size} cannot be divided over {replicas} replicas. Give a "
        f"multiple of {replicas}."
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
