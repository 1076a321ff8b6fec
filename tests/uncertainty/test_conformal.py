"""Calibrated intervals: conformal ranks, coverage, and what is unfamiliar."""

from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from cdcc_tf.uncertainty import conformal
from cdcc_tf.uncertainty.conformal import Calibration
from cdcc_tf.uncertainty.familiarity import Familiarity

USUAL = Familiarity(level=1.0, slope=0.5, largest=0.25)
NINE = Calibration(tuple(float(score) for score in range(1, 10)), USUAL)


@pytest.mark.parametrize(
  ("level", "reach"), [(0.5, 5), (0.8, 8), (0.9, 9), (0.95, 9)]
)
def test_ranks_are_those_of_conformal_prediction(level: float, reach: int):
  """Of n scores, the ceil((n+1)·level)-th; the last beyond n/(n+1)."""
  assert NINE.reach(level) == reach


def test_interval_by_hand():
  assert NINE.interval(100.0, 4.0, 0.5) == (80, 120)
  assert NINE.interval(10.0, 4.0, 0.5) == (0, 30)  # nobody is below nobody


def test_coverage_is_what_was_asked_for():
  """Calibrated on some pictures, it holds on others of the same kind."""
  random = np.random.default_rng(0)
  covered = {level: [] for level in conformal.LEVELS}
  for _ in range(400):
    spread = random.uniform(1, 50, 40)
    errors = random.normal(0, 3 * spread)
    calibration = conformal.fit(errors[:39], spread[:39], USUAL)
    for level, holds in covered.items():
      low, high = calibration.interval(1e6, spread[39], level)
      holds.append(low <= 1e6 - errors[39] <= high)
  for level, holds in covered.items():
    assert np.mean(holds) == pytest.approx(level, abs=0.05)


def test_order_of_pictures_does_not_matter():
  errors, spread = np.array([3.0, -8.0, 1.0]), np.array([1.0, 2.0, 4.0])
  one = conformal.fit(errors, spread, USUAL)
  other = conformal.fit(errors[::-1], spread[::-1], USUAL)
  assert one == other == Calibration((0.25, 3.0, 4.0), USUAL)


def test_what_is_saved_comes_back(tmp_path: Path):
  assert Calibration.load(tmp_path) is None
  NINE.save(tmp_path)
  assert Calibration.load(tmp_path) == NINE


@pytest.mark.parametrize(
  "text",
  [
    *("", "[]", "{}", "{", "null"),
    '{"scores": ["a"], "familiar": {"level": 1, "slope": 1, "largest": 1}}',
    '{"scores": [1], "familiar": 1}',
    '{"scores": [1], "familiar": {"level": 1, "slope": 1}}',
  ],
)
def test_damaged_file_is_named(tmp_path: Path, text: str):
  (tmp_path / conformal.FILE_NAME).write_text(text)
  with pytest.raises(InputError, match=r"calibration\.json: damaged"):
    Calibration.load(tmp_path)


def test_no_scores_are_refused(tmp_path: Path):
  Calibration((), USUAL).save(tmp_path)
  with pytest.raises(InputError, match="no scores"):
    Calibration.load(tmp_path)
  with pytest.raises(ValueError, match="no finite"):
    conformal.fit(np.zeros(0), np.zeros(0), USUAL)
  with pytest.raises(ValueError, match="no finite"):
    conformal.fit(np.array([np.nan]), np.ones(1), USUAL)
