"""Metrics against values worked by hand."""

import numpy as np
import pytest

from cdcc_tf.training import metrics
from cdcc_tf.training.evaluation import PictureResult, summarise

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


def test_summary_agrees_with_the_metrics() -> None:
  results = [
    PictureResult(str(i), int(t), float(p), (5.0, 6.0, 7.0))
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


def one_person_map(rows: int, columns: int, row: int, column: int):
  density = np.zeros((rows, columns))
  density[row, column] = 1.0
  return density


def test_game_zero_is_the_absolute_error() -> None:
  points = np.array([[5.0, 5.0], [60.0, 40.0]])
  density = one_person_map(6, 8, 0, 0)
  assert metrics.game_errors(points, density, 48, 64, 0) == pytest.approx(1)


def test_game_punishes_people_in_the_wrong_place() -> None:
  points = np.array([[60.0, 4.0]])  # top right
  right = one_person_map(8, 8, 0, 7)
  wrong = one_person_map(8, 8, 7, 0)  # bottom left
  for level in (1, 2, 3):
    assert metrics.game_errors(points, right, 64, 64, level) == 0
    assert metrics.game_errors(points, wrong, 64, 64, level) == 2


def test_game_loses_no_pixel_of_odd_sizes() -> None:
  """Cells are shared where an edge crosses them; nothing is dropped."""
  height, width = 45, 61
  density = np.random.default_rng(0).random((6, 8))
  for level in range(4):
    error = metrics.game_errors(np.zeros((0, 2)), density, height, width, level)
    assert error == pytest.approx(density.sum())


def test_game_never_falls_with_the_level() -> None:
  random = np.random.default_rng(1)
  points = random.random((30, 2)) * (61, 45)
  density = random.random((6, 8))
  errors = [
    metrics.game_errors(points, density, 45, 61, level) for level in range(4)
  ]
  assert errors == sorted(errors)
