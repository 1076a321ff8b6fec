"""Summaries against values worked by hand."""

import numpy as np
import pytest

from cdcc_tf.evaluation.metrics import ImageResult, summarise

TRUE, PREDICTED = np.float32([0, 10, 20]), np.float32([1, 13, 16])


def test_summary_agrees_with_the_metrics() -> None:
  results = [
    ImageResult(str(i), int(t), float(p), (5.0, 6.0, 7.0))
    for i, (t, p) in enumerate(zip(TRUE, PREDICTED, strict=True))
  ]
  figures = summarise(results)
  assert figures["mae"] == pytest.approx(8 / 3)
  assert figures["rmse"] == pytest.approx(np.sqrt(26 / 3))
  assert figures["nae"] == pytest.approx(0.25)
  assert figures["bias"] == pytest.approx(0)
  assert figures["game2"] == 6.0
  assert figures["correlation"] == pytest.approx(
    np.corrcoef(TRUE, PREDICTED)[0, 1]
  )
