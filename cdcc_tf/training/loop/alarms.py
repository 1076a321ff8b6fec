"""Warnings that a run is going wrong, while it can still be stopped."""

import logging
from collections.abc import Sequence
from typing import Any

import keras

from cdcc_tf.training.loop.checkpoints import step_of
from cdcc_tf.training.stage_run import StageRun

logger = logging.getLogger(__name__)
# Shares of the true count outside which the maps are useless.
_TOO_FEW, _TOO_MANY = 0.05, 5.0
_EMPTY = 0.1  # people in a target image
_CHANCE, _CHANCE_INTERVALS = 0.55, 4

Row = dict[str, Any]


class Alarms(keras.callbacks.Callback):
  """Logs alarms as warnings and adds them to the history.

  Args:
    run: the stage that is trained.
    beforehand: alarms from before it, which go into its first interval.
  """

  def __init__(self, run: StageRun, beforehand: Sequence[str] = ()):
    super().__init__()
    self._run, self._beforehand = run, [*beforehand]

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Looks at the interval that has just ended, and those before it."""
    if logs is None:
      return
    step = self._run.step(step_of(self.model.optimizer))
    # A killed run's history may be ahead of the checkpoint it resumed from.
    before = [row for row in self._run.folder.rows() if row["step"] < step]
    row = {"stage": self._run.name} | logs
    drift = self._run.config.rounds.drift_alarm
    found = self._beforehand + alarms([*before, row], drift)
    self._beforehand = []
    for sentence in found:
      logger.warning("%s: %s", self._run.name, sentence)
    if found:
      logs["alarms"] = found


def alarms(history: Sequence[Row], drift: float) -> list[str]:
  """Looks at a run's history, the newest row last.

  Args:
    history: rows of figures, one per interval.
    drift: share by which the target's mean count may change between two
      validations of stage 2.

  Returns:
    A sentence for each alarm.
  """
  sentences = (
    _map_alarm(history[-1]),
    _target_alarm(history[-1]),
    _orientation_alarm(history),
    _drift_alarm(history, drift),
  )
  return [sentence for sentence in sentences if sentence]


def _map_alarm(row: Row) -> str:
  true = row.get("val_true_count", 0.0)
  if not true:
    return ""
  share = 1 + row["val_bias"] / true
  if _TOO_FEW <= share <= _TOO_MANY:
    return ""
  return (
    f"the counter sees {share:.0%} of the people in the source's validation "
    "images. If that persists, lower --learning_rate."
  )


def pseudo_label_drift_alarm(before: float, now: float, drift: float) -> str:
  """Compares the people in pseudo-labels with those of the round before.

  Args:
    before: people per image, on average, in the previous round.
    now: the same in this round.
    drift: share by which they may change.

  Returns:
    A sentence, or an empty one if there is nothing to warn of.
  """
  change = now / max(before, 1e-6) - 1
  if abs(change) <= drift:
    return ""
  return (
    f"pseudo-labels hold {now:.1f} people per image, {before:.1f} in the round "
    f"before: {change:+.0%}, more than --drift_alarm. Rounds may be feeding on "
    "themselves: lower --pseudo_weight or --round_learning_rate."
  )


def _target_alarm(row: Row) -> str:
  """Warns of target maps that are empty, or far fuller than the source's."""
  count, true = row.get("val_target_count"), row.get("val_true_count", 0.0)
  many = true > 0 and count is not None and count > _TOO_MANY * true
  if count is None or (count >= _EMPTY and not many):
    return ""
  return (
    f"the counter sees {count:.1f} people per target crop on average. Look at "
    "the panels: if that cannot be right, lower --learning_rate, or use a "
    "source that looks more like the target."
  )


def _orientation_alarm(history: Sequence[Row]) -> str:
  """Warns of a head still at chance after λ has reached the encoder."""
  rows = [row for row in history if row.get("orientation_weight", 0) > 0]
  last = rows[-_CHANCE_INTERVALS:]
  if len(last) < _CHANCE_INTERVALS or last[-1] is not history[-1]:
    return ""
  if any(row["orientation_accuracy"] > _CHANCE for row in last):
    return ""
  return (
    f"the orientation head has been at chance for {len(last)} intervals, so "
    "the target teaches nothing. Raise --orientation_warmup, or lower "
    "--learning_rate."
  )


def _drift_alarm(history: Sequence[Row], drift: float) -> str:
  """Compares the target's mean count with that of the validation before."""
  name = "val_target_count"
  row = history[-1]
  before = [past[name] for past in history[:-1] if name in past]
  if row.get("stage") == "stage1" or name not in row or not before:
    return ""
  change = row[name] / max(before[-1], 1e-6) - 1
  if abs(change) <= drift:
    return ""
  return (
    f"the people counted in the target changed by {change:+.0%} since the last "
    "validation, more than --drift_alarm. Lower --round_learning_rate; where "
    "rounds feed on their own pseudo-labels, --pseudo_weight."
  )
