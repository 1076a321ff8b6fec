"""Metrics against values worked by hand."""

import numpy as np
import pytest

from cdcc_tf.training.adaptation import metrics

TRUE, PREDICTED = np.float32([0, 10, 20]), np.float32([1, 13, 16])


@pytest.mark.parametrize(
  ("metric", "expected"),
  [
    (metrics.CountMAE(), (1 + 3 + 4) / 3),
    (metrics.CountBias(), (1 + 3 - 4) / 3),
    (metrics.CountRMSE(), np.sqrt((1 + 9 + 16) / 3)),
  ],
)
def test_count_metrics(metric, expected: float) -> None:
  metric.update_state(TRUE[:1], PREDICTED[:1])
  metric.update_state(TRUE[1:], PREDICTED[1:])
  assert float(metric.result()) == pytest.approx(expected, 1e-6)
  metric.reset_state()
  assert float(metric.result()) == 0
