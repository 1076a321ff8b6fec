"""Ending a run whose loss is no number."""

import json
import math
from collections.abc import Callable

import keras
import tensorflow as tf

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.loop.checkpoints import step_of
from cdcc_tf.training.stages import Stage


class StopIfNotFinite(keras.callbacks.Callback):
  """Ends a run whose loss is no number, before that reaches a checkpoint.

  What happened stays in the history, in TensorBoard and in `not_finite.json`.

  Args:
    folder: of the run; `not_finite.json` in it names the step's pictures.
    stage: that is trained.
    ids: names the pictures of a step of the stage.
  """

  def __init__(
    self,
    folder: RunFolder,
    stage: Stage,
    ids: Callable[[int], dict[str, list[str]]],
  ):
    super().__init__()
    self._folder = folder
    self._stage, self._ids = stage, ids

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Looks at the interval's mean loss, which one bad step spoils for good.

    Raises:
      InputError: it is not finite.
    """
    figures = {name: float(value) for name, value in (logs or {}).items()}
    bad = [name for name, value in figures.items() if not math.isfinite(value)]
    if not bad:
      return
    step = step_of(self.model.optimizer)
    found = {
      "stage": self._stage.name,
      "step": step,
      "figures": {name: str(value) for name, value in figures.items()},
      "pictures": self._ids(step - 1),
    }
    path = self._folder.not_finite
    write_atomically(path, json.dumps(found, indent=1) + "\n")
    sentence = f"{bad[0]} is {figures[bad[0]]} at step {step}"
    self._note(self._stage.first_step + step, sentence)
    remedy = "Look at them, lower --learning_rate or set --gradient_clip_norm"
    if self._folder.begun:
      remedy += (
        ", with another --run; this run's last checkpoint is from before"
      )
    raise InputError(
      f"{sentence} of {self._stage.name}; the step's pictures are in {path}. "
      f"{remedy}."
    )

  def _note(self, step: int, sentence: str) -> None:
    row = {"step": step, "stage": self._stage.name, "alarms": [sentence]}
    rows = json.dumps([*self._folder.rows(), row], indent=1)
    write_atomically(self._folder.history, rows)
    writer = tf.summary.create_file_writer(str(self._folder.tensorboard))
    with writer.as_default(step):
      tf.summary.text("alarms", row["alarms"])
    writer.close()
