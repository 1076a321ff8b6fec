"""Optimisers whose learning rate is lower in the encoder."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from cdcc_tf.config import TrainingConfig


class _EncoderRate(keras.optimizers.Optimizer):
  """Mixin: some variables learn at a fraction of the rate.

  Adam moves every weight by about the rate, however small its gradient: at a
  rate that suits fresh decoders it wears down what ImageNet taught the encoder,
  which is what carries over to a domain without labels.

  Args:
    slow: these variables.
    fraction: of the learning rate.
    **options: the optimiser's.
  """

  def __init__(
    self, slow: Sequence[keras.Variable], fraction: float, **options: Any
  ):
    super().__init__(**options)
    self._slow_ids = frozenset(id(variable) for variable in slow)
    self._fraction = fraction

  def build(self, variables: list[keras.Variable]) -> None:
    """Creates the optimiser's state."""
    super().build(variables)
    self._rates = tuple(
      self._fraction if id(variable) in self._slow_ids else 1.0
      for variable in variables
    )

  def update_step(
    self, gradient: tf.Tensor, variable: keras.Variable, learning_rate: Any
  ) -> None:
    """Updates one variable."""
    rate = self._rates[self._get_variable_index(variable)]
    super().update_step(gradient, variable, learning_rate * rate)


class AdamW(_EncoderRate, keras.optimizers.Adam):
  """AdamW with another rate in the encoder.

  Keras' Adam is its AdamW where it is given a decay, and without one it spares
  the operations that would multiply every weight by one.
  """


class SGD(_EncoderRate, keras.optimizers.SGD):
  """SGD with another rate in the encoder."""


def build_optimizer(
  training: TrainingConfig,
  steps: int,
  peak: float,
  encoder: Sequence[keras.Variable],
) -> keras.optimizers.Optimizer:
  """Returns the optimiser of a stage: linear warm-up, then decay.

  Args:
    training: kind of optimiser and of schedule.
    steps: of the stage.
    peak: highest learning rate.
    encoder: variables that learn at `training.encoder_rate` times the rate.
  """
  rate: object = keras.optimizers.schedules.CosineDecay(
    # Not 0, which would make the first step idle.
    initial_learning_rate=peak / (training.warmup_steps + 1),
    decay_steps=max(1, steps - training.warmup_steps),
    warmup_target=peak,
    warmup_steps=training.warmup_steps,
    # A constant rate is a decay that never gets anywhere.
    alpha=1.0 if training.decay == "constant" else 0.02,
  )
  options: dict[str, Any] = {
    **{"slow": encoder, "fraction": training.encoder_rate},
    "learning_rate": rate,
  }
  if training.ema_momentum:
    options |= {"use_ema": True, "ema_momentum": training.ema_momentum}
  if training.optimizer == "sgd":
    return SGD(**options)
  return AdamW(weight_decay=training.weight_decay or None, **options)
