"""What a stage's intervals and its sense of the familiar are fitted to."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.config import (
  DataConfig,
  ExperimentConfig,
  RoundsConfig,
  TrainingConfig,
)
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.errors import InputError
from cdcc_tf.inference.prediction import Prediction
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import calibration
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.training.stages import plan
from tests.helpers import RecordsFactory, png, tiny_record


class Counter:
  """Sees 0.1 people, give or take 0.05, in every cell of the region."""

  def count(self, image: np.ndarray, region: np.ndarray | None) -> Prediction:
    cells = np.ones(image[::8, ::8, 0].shape, np.float32)
    if region is not None:
      cells *= region[::8, ::8]
    return Prediction(float(cells.sum()) / 10, cells / 10, cells / 20)


def run_of(source: Path) -> StageRun:
  """Makes a stage that learns from a source alone."""
  config = ExperimentConfig(
    DataConfig(source_records=str(source)),
    training=TrainingConfig(orientation_weight=0.0),
    rounds=RoundsConfig(rounds=0),
  )
  domains = Domains.open(config.data)
  return StageRun(config, RunFolder(source), plan(config)[0], domains)


def test_a_picture_of_an_empty_region_teaches_no_interval(
  tiny_records: RecordsFactory,
) -> None:
  nowhere = np.zeros((64, 64, 1), np.uint8)
  members = [
    tiny_record(1, 64, 64),
    dataclasses.replace(tiny_record(2, 64, 64), roi=png(nowhere)),
    tiny_record(3, 64, 64),
  ]
  source = tiny_records("source", {"train": 1, "val": members})
  seen = calibration.look(Counter(), run_of(source), "")
  assert seen.errors == pytest.approx([6.4 - 1, 6.4 - 3], abs=1e-4)
  assert seen.calibration().scores == pytest.approx([3.4 / 3.2, 5.4 / 3.2])


def test_regions_that_are_all_empty_are_named(
  tiny_records: RecordsFactory,
) -> None:
  nowhere = png(np.zeros((64, 64, 1), np.uint8))
  member = dataclasses.replace(tiny_record(2, 64, 64), roi=nowhere)
  source = tiny_records("source", {"train": 1, "val": [member]})
  with pytest.raises(InputError, match="source: the region of interest of"):
    calibration.look(Counter(), run_of(source), "")


def test_held_out_pictures_of_the_target_say_what_is_familiar() -> None:
  counts = np.array([10.0, 10.0, 10.0, 10.0])
  seen = calibration.Seen(
    counts, np.array([2.0, 6.0, 2.0, 3.0]), np.array([1, 1, np.nan, np.nan])
  )
  found = seen.calibration()
  assert found.scores == pytest.approx([1 / 6, 1 / 2])
  assert found.is_familiar(10.0, 3.0)
  assert not found.is_familiar(10.0, 6.0)
  alone = dataclasses.replace(seen, errors=np.ones(4)).calibration()
  assert alone.is_familiar(10.0, 6.0)  # without a target, the source says it
