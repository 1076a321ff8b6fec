"""From an experiment's options to a strategy, a model and an optimiser."""

import keras
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig, TrainingConfig
from cdcc_tf.errors import InputError
from cdcc_tf.models.encoders import freeze_blocks, load_encoder_weights
from cdcc_tf.models.sfcn import SFCN, build_orientation_decoder
from cdcc_tf.training.adaptation import CrossDomainModel, OrientationSchedule


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
    # Not 0, which would make the first step idle.
    initial_learning_rate=training.learning_rate / (training.warmup_steps + 1),
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
