"""Every option of an experiment, once: name, type, default, help, range.

Frozen dataclasses travel through the program; flags exist only in the command,
and become values in `config_flags` and nowhere else.
"""

from cdcc_tf.options.data import DataConfig
from cdcc_tf.options.model import ModelConfig
from cdcc_tf.options.rounds import PseudoLabelConfig, RoundsConfig
from cdcc_tf.options.training import TrainingConfig

__all__ = [
  "DataConfig",
  "ModelConfig",
  "PseudoLabelConfig",
  "RoundsConfig",
  "TrainingConfig",
]
