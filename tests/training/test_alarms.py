"""Alarms: raised by what they are for, and by nothing else."""

import pytest

from cdcc_tf.training.alarms import Row, alarms


def row(stage: str = "stage1", **figures: float) -> Row:
  return {"stage": stage} | figures


def test_a_run_without_trouble_raises_none():
  history = [
    row(orientation_weight=0.1, orientation_accuracy=0.9, mae=3.0),
    row(val_true_count=100.0, val_bias=20.0, val_target_count=50.0),
    row("round1", val_true_count=100.0, val_bias=-9.0, val_target_count=60.0),
  ]
  for end in range(1, 4):
    assert alarms(history[:end], 0.3) == []


@pytest.mark.parametrize(
  ("bias", "share"), [(-96.0, "4%"), (-100.0, "0%"), (450.0, "550%")]
)
def test_maps_that_say_nothing(bias: float, share: str):
  (sentence,) = alarms([row(val_true_count=100.0, val_bias=bias)], 0.3)
  assert f"sees {share} of the people" in sentence


def test_pictures_without_people_are_no_alarm():
  assert alarms([row(val_true_count=0.0, val_bias=0.1)], 0.3) == []


def test_head_at_chance_for_long():
  chance = row(orientation_weight=0.1, orientation_accuracy=0.52)
  knows = row(orientation_weight=0.1, orientation_accuracy=0.6)
  warming = row(orientation_weight=0.0, orientation_accuracy=0.5)
  assert alarms([warming] * 9, 0.3) == []
  assert alarms([chance] * 3, 0.3) == []
  assert alarms([knows, *[chance] * 3], 0.3) == []
  (sentence,) = alarms([knows, *[chance] * 4], 0.3)
  assert "at chance for 4 intervals" in sentence
  assert alarms([*[chance] * 4, row("round1")], 0.3) == []


@pytest.mark.parametrize("count", [66.0, 34.0])
def test_drift_between_rounds(count: float):
  history = [
    row(val_target_count=50.0),
    row("round1"),
    row("round1", val_target_count=count),
  ]
  (sentence,) = alarms(history, 0.3)
  assert f"{count / 50 - 1:+.0%}" in sentence
  assert alarms(history, 0.4) == []
  assert alarms(history[:1], 0.0) == []  # nothing to compare with
