"""Ending a run whose loss is NaN or infinite."""

import math
from collections.abc import Callable

import keras
import tensorflow as tf

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_json
from cdcc_tf.training.loop.checkpoints import step_of
from cdcc_tf.training.stage_run import StageRun


class TerminateOnNonFinite(keras.callbacks.Callback):
  """Ends a run whose loss is not finite, before that reaches a checkpoint.

  The history, TensorBoard and `not_finite.json` record what happened.

  Args:
    run: the stage that is trained.
    ids: returns the ids of the images in a step of the stage, by domain.
  """

  def __init__(self, run: StageRun, ids: Callable[[int], dict[str, list[str]]]):
    super().__init__()
    self._run, self._ids = run, ids

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Checks the interval's mean loss, which one bad step spoils for good.

    Raises:
      InputError: it is not finite.
    """
    figures = {name: float(value) for name, value in (logs or {}).items()}
    bad = [name for name, value in figures.items() if not math.isfinite(value)]
    if not bad:
      return
    run, step = self._run, step_of(self.model.optimizer)
    path = run.folder.not_finite
    found = {
      "stage": run.name,
      "step": step,
      "figures": {name: str(value) for name, value in figures.items()},
      "pictures": self._ids(step - 1),
    }
    write_json(path, found)
    sentence = f"{bad[0]} is {figures[bad[0]]} at step {step}"
    row = {"step": run.step(step), "stage": run.name, "alarms": [sentence]}
    run.add_row(row)
    with run.writer.as_default(row["step"]):
      tf.summary.text("alarms", row["alarms"])
    run.writer.flush()
    remedy = "Look at them, lower --learning_rate or set --gradient_clip_norm"
    if run.folder.begun:
      remedy += ", with another --run; this run's last checkpoint is older"
    raise InputError(
      f"{sentence} of {run.name}; the step's images are in {path}. {remedy}."
    )
