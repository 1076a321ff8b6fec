"""Alarms: raised by what they are for, and by nothing else."""

import json
import logging
import types
from pathlib import Path

import pytest

from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.loop.alarms import (
  Alarms,
  Row,
  alarms,
  pseudo_label_drift_alarm,
)
from cdcc_tf.training.stages import Stage
from tests.training.helpers import stage_run


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


@pytest.mark.parametrize(("now", "change"), [(66.0, "+32%"), (34.0, "-32%")])
def test_pseudo_labels_that_grow_or_shrink(now: float, change: str):
  sentence = pseudo_label_drift_alarm(50.0, now, 0.3)
  assert change in sentence
  assert "feeding on themselves" in sentence
  assert pseudo_label_drift_alarm(50.0, now, 0.4) == ""


@pytest.mark.parametrize("count", [0.0, 501.0])
def test_target_maps_that_say_nothing(count: float):
  healthy = {"val_true_count": 100.0, "val_bias": 0.0}
  (sentence,) = alarms([row(val_target_count=count, **healthy)], 0.3)
  assert f"sees {count:.1f} people per target crop" in sentence
  assert alarms([row(val_target_count=499.0, **healthy)], 0.3) == []


def test_callback_warns_and_writes_history(
  tmp_path: Path, caplog: pytest.LogCaptureFixture
):
  """Against what was noted before the step it stands at, not after it."""
  folder = RunFolder(tmp_path)
  known = [
    {"stage": "stage1", "step": 4, "val_target_count": 50.0},
    {"stage": "round1", "step": 8, "val_target_count": 500.0},
  ]
  folder.history.write_text(json.dumps(known))
  stage = Stage("round1", 1, 4, 4, 1e-4)
  callback = Alarms(stage_run(tmp_path, stage), ["from before"])
  callback.set_model(types.SimpleNamespace(optimizer=_optimizer(4)))
  logs = {"val_target_count": 80.0}
  with caplog.at_level(logging.WARNING):
    callback.on_epoch_end(0, logs)
  assert logs["alarms"][0] == "from before"
  assert "+60%" in logs["alarms"][1]
  assert "round1: from before" in caplog.text
  again: dict = {"val_target_count": 80.0}
  callback.on_epoch_end(1, again)
  assert again["alarms"] == logs["alarms"][1:]


def test_callback_says_nothing_of_a_sound_run(tmp_path: Path):
  stage = Stage("stage1", 0, 0, 4, 1e-4)
  callback = Alarms(stage_run(tmp_path, stage))
  callback.set_model(types.SimpleNamespace(optimizer=_optimizer(2)))
  logs = {"val_target_count": 80.0, "val_true_count": 90.0, "val_bias": 1.0}
  callback.on_epoch_end(0, logs)
  assert "alarms" not in logs


def _optimizer(steps: int) -> types.SimpleNamespace:
  return types.SimpleNamespace(iterations=steps)
