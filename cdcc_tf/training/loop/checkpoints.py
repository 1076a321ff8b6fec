"""Saving all state of a run, and going on from it.

An "epoch" of Keras is an interval of `checkpoint_every` steps here. Everything
a callback records is written before the checkpoint that ends the interval, so
a run that is killed at any moment repeats at most one interval, exactly.
"""

import json
import logging
from typing import Any

import keras
import tensorflow as tf

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.stages import Stage

logger = logging.getLogger(__name__)
# What TensorFlow raises for checkpoints that miss bytes, files or variables.
_TORN = (AssertionError, IndexError, ValueError, tf.errors.OpError)


class Checkpoints(keras.callbacks.Callback):
  """Saves all state after every interval and restores the last.

  All model variables, the optimiser's and its step are saved; data order and
  augmentation are functions of the step. Together that is the whole state.
  Checkpoints are numbered by the step of their stage, history by that of the
  run.
  """

  def __init__(self, model: keras.Model, folder: RunFolder, stage: Stage):
    super().__init__()
    self._saved = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    self._manager = tf.train.CheckpointManager(
      self._saved, str(folder.checkpoints / stage.name), max_to_keep=2
    )
    self._optimizer, self._stage = model.optimizer, stage
    self._folder = folder
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
        logger.warning("%s; going on from the one before.", problem)
      break
    else:
      if torn:
        raise InputError(
          f"{'; '.join(torn)}. Delete {self._manager.directory} to begin "
          f"{self._stage.name} again, or choose another --run."
        )
    step = step_of(self._optimizer)
    until = self._stage.first_step + step
    recorded = self._folder.rows()
    self._history = [row for row in recorded if row["step"] <= until]
    return step

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Appends to the history and saves."""
    step = step_of(self._optimizer)
    row = {"step": self._stage.first_step + step, "stage": self._stage.name}
    self._history.append(row | (logs or {}))
    write_atomically(self._folder.history, json.dumps(self._history, indent=1))
    self._manager.save(checkpoint_number=step)


def step_of(optimizer: keras.optimizers.Optimizer) -> int:
  """Returns the number of steps an optimiser has taken."""
  return int(keras.ops.convert_to_numpy(optimizer.iterations))
