"""What intervals are fitted to."""

from typing import cast

import numpy as np
import pytest

from cdcc_tf.data import tones
from cdcc_tf.inference.counter import CrowdCounter, Prediction
from cdcc_tf.options import DataConfig
from cdcc_tf.training.calibration import look
from tests.conftest import RecordsFactory


class Recorder:
  """A counter that keeps what it is shown and counts nobody."""

  def __init__(self):
    self.seen: list[np.ndarray] = []

  def count(self, image: np.ndarray, region: object) -> Prediction:
    """Keeps a picture."""
    del region
    self.seen.append(image)
    return Prediction(0.0, np.zeros((1, 1)), np.ones((1, 1)))


@pytest.mark.parametrize("match_tone", [False, True])
def test_the_source_looks_as_in_training_and_the_target_as_it_is(
  tiny_records: RecordsFactory, match_tone: bool
):
  data = DataConfig(
    source_records=str(tiny_records("source", {"val": 2}, colour=(20, 20, 20))),
    target_records=str(
      tiny_records("target", {"train": 3}, colour=(200, 200, 200))
    ),
    match_tone=match_tone,
    target_held_out=1,
  )
  counter = Recorder()
  seen = look(cast(CrowdCounter, counter), data, "test")
  means = [round(float(tones.tone(image)[0])) for image in counter.seen]
  assert means == ([200, 200, 200] if match_tone else [20, 20, 200])
  np.testing.assert_array_equal(np.isfinite(seen.errors), [True, True, False])
