"""Cross-domain crowd counting in Keras 3 / TensorFlow.

    import cdcc_tf
    counter = cdcc_tf.load("runs/mine")
    print(counter.count("photo.jpg"))

Importing this package is quick: TensorFlow is imported when a name below is
first used.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
  from cdcc_tf.config import ExperimentConfig
  from cdcc_tf.data.density import density_map
  from cdcc_tf.data.records.dataset import RecordDataset
  from cdcc_tf.data.records.record import CrowdRecord
  from cdcc_tf.data.records.writer import RecordWriter
  from cdcc_tf.inference.counter import CrowdCounter, load
  from cdcc_tf.inference.prediction import Prediction
  from cdcc_tf.models.sfcn import SFCN

__version__ = "0.1.0"
__all__ = [
  "SFCN",
  "CrowdCounter",
  "CrowdRecord",
  "ExperimentConfig",
  "Prediction",
  "RecordDataset",
  "RecordWriter",
  "density_map",
  "load",
]
_MODULES = {
  "CrowdCounter": "inference.counter",
  "CrowdRecord": "data.records.record",
  "ExperimentConfig": "config",
  "Prediction": "inference.prediction",
  "RecordDataset": "data.records.dataset",
  "RecordWriter": "data.records.writer",
  "SFCN": "models.sfcn",
  "density_map": "data.density",
  "load": "inference.counter",
}


def __getattr__(name: str) -> object:
  """Imports a public name when it is first used (PEP 562)."""
  if name not in _MODULES:
    raise AttributeError(f"module 'cdcc_tf' has no attribute {name!r}")
  from cdcc_tf.cli import startup

  startup.quiet_tensorflow()
  value = getattr(importlib.import_module(f"cdcc_tf.{_MODULES[name]}"), name)
  globals()[name] = value
  return value


def __dir__() -> list[str]:
  return sorted([*globals(), *__all__])
