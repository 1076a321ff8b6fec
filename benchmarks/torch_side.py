"""Reaching the PyTorch side, which only benchmarks need, if it is there."""

import importlib
from types import ModuleType

from cdcc_tf.errors import InputError


def load() -> ModuleType:
  """Imports `benchmarks.torch_sfcn`.

  Raises:
    InputError: PyTorch is not installed.
  """
  try:
    return importlib.import_module("benchmarks.torch_sfcn")
  except ModuleNotFoundError as error:
    raise InputError(
      "PyTorch is not installed. pip install -e '.[benchmark]', or leave it "
      "out with --notorch."
    ) from error
