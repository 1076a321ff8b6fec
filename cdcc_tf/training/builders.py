"""From an experiment's options to a strategy, a model and an optimiser."""

import tensorflow as tf

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.errors import InputError
from cdcc_tf.models.decoders import build_orientation_decoder
from cdcc_tf.models.encoder_weights import load_encoder_weights
from cdcc_tf.models.encoders import freeze_blocks, pretrained_variables
from cdcc_tf.models.layers import generate_masks
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.adaptation import losses
from cdcc_tf.training.adaptation.cross_domain_model import (
  CrossDomainModel,
  TargetTask,
)
from cdcc_tf.training.adaptation.optimizers import build_optimizer
from cdcc_tf.training.adaptation.orientation_task import (
  OrientationSchedule,
  OrientationTask,
)
from cdcc_tf.training.adaptation.pseudo_label_task import PseudoLabelTask
from cdcc_tf.training.stages import Stage


def build_strategy(replicas: int) -> tf.distribute.Strategy:
  """Mirrors over GPUs, or over logical CPUs where there are none.

  Args:
    replicas: how many; 0 takes every GPU, or one CPU.

  Raises:
    InputError: more replicas than GPUs.
  """
  gpus = tf.config.list_physical_devices("GPU")
  kind, available = ("GPU", len(gpus)) if gpus else ("CPU", max(replicas, 1))
  if replicas > available:
    raise InputError(
      f"--replicas={replicas}: this machine has {available} GPUs. Give at most "
      "as many, or 0 for all."
    )
  if not gpus and replicas > 1:
    tf.config.set_logical_device_configuration(
      tf.config.list_physical_devices("CPU")[0],
      [tf.config.LogicalDeviceConfiguration()] * replicas,
    )
  return tf.distribute.MirroredStrategy(
    [f"{kind}:{index}" for index in range(replicas or available)]
  )


def build_counter(config: ExperimentConfig) -> SFCN:
  """Builds a counter, its weights drawn when it first sees a picture.

  Raises:
    InputError: there are no such masks of so many channels.
  """
  counter = SFCN(
    width=config.model.width,
    masks=config.model.masks,
    mask_scale=config.model.mask_scale,
    spatial_encoder=config.model.spatial_encoder,
    initializer=config.model.initializer,
    seed=config.training.seed,
    encoder=config.model.encoder,
    decoder_width=config.model.decoder_width,
    detached_variance=config.training.density_loss == "faithful",
    decoder=config.model.decoder_kind,
    train_statistics=config.model.batch_norm == "train",
  )
  # For the error alone: around one from a model's call Keras wraps its own.
  generate_masks(
    counter.shared_decoder.filters,
    *(config.model.masks, config.model.mask_scale, config.training.seed),
  )
  return counter


def build_first_model(
  config: ExperimentConfig, stage: Stage, fresh: bool = True
) -> CrossDomainModel:
  """Builds and compiles the model of stage 1; call it in a scope.

  Args:
    config: the experiment.
    stage: stage 1.
    fresh: whether to load the encoder's weights; False where a checkpoint
      brings them.

  Raises:
    InputError: the encoder's weights do not fit.
  """
  counter = build_counter(config)
  # Built before the orientation decoder exists: with or without one, the same
  # seed must give the same counter, or arms could not be compared.
  counter(tf.zeros((1, config.data.crop, config.data.crop, 3)))
  task = build_orientation_task(config) if config.adapts else None
  if fresh:
    load_encoder_weights(
      counter.encoder, config.model.encoder_weights, config.model.encoder
    )
  return _compiled(config, stage, counter, task)


def build_next_model(
  config: ExperimentConfig, stage: Stage, counter: SFCN
) -> CrossDomainModel:
  """Builds and compiles the model of a round of stage 2; call it in a scope.

  Args:
    config: the experiment.
    stage: the round.
    counter: as the stage before left it.
  """
  weight, task = config.rounds.pseudo_weight, None
  if weight:
    task = PseudoLabelTask(weight, density_loss(config))
  return _compiled(config, stage, counter, task)


def density_loss(config: ExperimentConfig) -> losses.DensityLoss:
  """Returns the experiment's density loss."""
  training = config.training
  return losses.DensityLoss(
    training.density_loss, training.beta, training.absolute_weight
  )


def _compiled(
  config: ExperimentConfig, stage: Stage, counter: SFCN, task: TargetTask | None
) -> CrossDomainModel:
  training = config.training
  model = CrossDomainModel(
    counter, task, density_loss(config), training.gradient_clip_norm
  )
  model.build_all(config.data.crop)
  freeze_blocks(counter.encoder, config.model.encoder, training.frozen_blocks)
  # XLA is slower here on CPU and fails under MirroredStrategy.
  model.compile(
    optimizer=build_optimizer(
      training,
      stage.steps,
      stage.learning_rate,
      pretrained_variables(counter.encoder),
    ),
    jit_compile=False,
  )
  model.optimizer.build(model.trainable_variables)
  return model


def build_orientation_task(config: ExperimentConfig) -> OrientationTask:
  """Builds what the target teaches in stage 1."""
  grid, training = config.model.orientation_grid, config.training
  return OrientationTask(
    build_orientation_decoder(
      config.model.width * config.model.decoder_width,
      (grid, grid),
      config.model.initializer,
      config.model.decoder_kind,
    ),
    OrientationSchedule(
      training.orientation_weight,
      training.orientation_warmup,
      training.orientation_ramp,
    ),
  )
