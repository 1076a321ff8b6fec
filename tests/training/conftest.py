"""Fixtures."""

from pathlib import Path

import pytest

from cdcc_tf.config import (
  ExperimentConfig,
)
from tests.helpers import tiny_record, write_records
from tests.training.helpers import tiny_experiment


@pytest.fixture(scope="session")
def records_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
  """Records of ten tiny pictures, a source and a target at once."""
  pictures = [tiny_record(index, 40, 48) for index in range(10)]
  return write_records(
    tmp_path_factory.mktemp("records") / "tiny",
    {"train": pictures[:8], "val": pictures[8:]},
  )


@pytest.fixture
def config(records_folder: Path) -> ExperimentConfig:
  """An experiment of stage 1 alone that takes seconds."""
  return tiny_experiment(records_folder)
