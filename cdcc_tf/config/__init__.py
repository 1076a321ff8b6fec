"""Every option of an experiment, once: name, type, default, help, range.

Frozen dataclasses travel through the program; flags exist only in the command,
and become values in `experiment_flags` and nowhere else.
"""

from cdcc_tf.config.data import DataConfig
from cdcc_tf.config.experiment import GROUPS, ExperimentConfig, load_config
from cdcc_tf.config.model import ModelConfig
from cdcc_tf.config.rounds import PseudoLabelConfig, RoundsConfig
from cdcc_tf.config.training import TrainingConfig

__all__ = [
  "GROUPS",
  "DataConfig",
  "ExperimentConfig",
  "ModelConfig",
  "PseudoLabelConfig",
  "RoundsConfig",
  "TrainingConfig",
  "load_config",
]
