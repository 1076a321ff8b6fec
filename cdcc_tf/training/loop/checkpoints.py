"""Saving the whole state of a run, and resuming from it.

An "epoch" of Keras is an interval of `checkpoint_every` steps here. Everything
a callback records is written before the checkpoint that ends the interval, so
a run that is killed at any moment repeats at most one interval, exactly.
"""

import logging
from typing import Any

import keras
import tensorflow as tf

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_json
from cdcc_tf.training.stage_run import StageRun

logger = logging.getLogger(__name__)
# What TensorFlow raises if bytes, files or variables are missing.
_TORN = (AssertionError, IndexError, ValueError, tf.errors.OpError)


class Checkpoints(keras.callbacks.Callback):
  """Saves all state after every interval and restores the last.

  All model variables, the optimiser's and its step are saved; data order and
  augmentation are functions of the step. Together that is the whole state.
  Checkpoints are numbered by the step of their stage, history by that of the
  run.
  """

  def __init__(self, model: keras.Model, run: StageRun):
    super().__init__()
    self._saved = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    self._manager = tf.train.CheckpointManager(
      self._saved, str(run.checkpoints), max_to_keep=2
    )
    self._optimizer, self._run = model.optimizer, run
    self._history: list[dict[str, Any]] = []

  def restore(self) -> int:
    """Loads the stage's newest whole checkpoint and returns its step, or 0.

    A kill or a full disk may leave the newest one torn; the one before it is
    kept for that.

    Raises:
      InputError: there are checkpoints, and none can be used; the history is
        damaged.
    """
    torn = []
    for path in reversed(self._manager.checkpoints):
      try:
        self._saved.restore(path).assert_existing_objects_matched()
      except _TORN as error:
        reason = str(error).partition("\n")[0]
        torn.append(f"{path}: cannot be resumed from ({reason})")
        continue
      for problem in torn:
        logger.warning("%s; resuming from the one before.", problem)
      break
    else:
      if torn:
        raise InputError(
          f"{'; '.join(torn)}. Delete {self._manager.directory} to start "
          f"{self._run.name} again, or choose another --run."
        )
    step = step_of(self._optimizer)
    until, recorded = self._run.step(step), self._run.folder.rows()
    self._history = [row for row in recorded if row["step"] <= until]
    return step

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Appends to the history and saves."""
    step = step_of(self._optimizer)
    row = {"step": self._run.step(step), "stage": self._run.name}
    self._history.append(row | (logs or {}))
    write_json(self._run.folder.history, self._history)
    self._manager.save(checkpoint_number=step)


def step_of(optimizer: keras.optimizers.Optimizer) -> int:
  """Returns the number of steps an optimiser has taken."""
  return int(keras.ops.convert_to_numpy(optimizer.iterations))
