"""What happens beside the steps: checkpoints, validation, looking.

An "epoch" of Keras is an interval of `checkpoint_every` steps here. Everything
a callback records is written before the checkpoint that ends the interval, so
a run that is killed at any moment repeats at most one interval, exactly.
"""

import json
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from tqdm import tqdm

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.inference import overlay
from cdcc_tf.run_folder import RunFolder
from cdcc_tf.training.stages import Stage
from cdcc_tf.training.validation import Validation

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
    self._history_path = folder.history
    self._history: list[dict[str, Any]] = []

  def restore(self) -> int:
    """Loads the stage's newest whole checkpoint and returns its step, or 0.

    A kill or a full disk may leave the newest one torn; the one before it is
    kept for that.

    Raises:
      InputError: there are checkpoints, and none can be used.
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
    if self._history_path.exists():
      recorded = json.loads(self._history_path.read_text())
      until = self._stage.first_step + step
      self._history = [row for row in recorded if row["step"] <= until]
    return step

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Appends to the history and saves."""
    step = step_of(self._optimizer)
    row = {"step": self._stage.first_step + step, "stage": self._stage.name}
    self._history.append(row | (logs or {}))
    write_atomically(self._history_path, json.dumps(self._history, indent=1))
    self._manager.save(checkpoint_number=step)


class StopIfNotFinite(keras.callbacks.Callback):
  """Ends a run whose loss is no number, before that reaches a checkpoint.

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
    self._path = folder.path / "not_finite.json"
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
    write_atomically(self._path, json.dumps(found, indent=1) + "\n")
    raise InputError(
      f"{bad[0]} is {figures[bad[0]]} at step {step} of {self._stage.name}; "
      f"the step's pictures are in {self._path}. Look at them, lower "
      "--learning_rate or set --gradient_clip_norm, with another --run; this "
      "run's last checkpoint is from before."
    )


class TensorBoardWriter(keras.callbacks.Callback):
  """Writes every figure, and the pictures of a validation, at its step."""

  def __init__(
    self,
    config: ExperimentConfig,
    folder: RunFolder,
    stage: Stage,
    validation: Validation,
  ):
    super().__init__()
    self._folder, self._stage, self._validation = folder, stage, validation
    self._data = config.data
    self._writer = tf.summary.create_file_writer(str(folder.tensorboard))

  def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
    """Starts the clock of the interval."""
    self._start = time.monotonic()

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Notes when training, as against validation, ended."""
    self._trained, self._steps = time.monotonic(), batch + 1

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Adds speed and learning rate to the logs and writes all of them."""
    logs = {} if logs is None else logs
    step = self._stage.first_step + step_of(self.model.optimizer)
    logs["learning_rate"] = float(
      keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
    )
    seconds = self._trained - self._start
    crops = self._data.source_batch
    if self.model.task is not None:
      crops += self._data.target_batch
      if not self._stage.round:
        crops += self._data.orientation_source
    logs["pictures_per_second"] = self._steps * crops / seconds
    logs["seconds"] = seconds
    with self._writer.as_default(step):
      for name, value in logs.items():
        if name == "alarms":
          tf.summary.text("alarms", value)
          continue
        group, short = (
          ("validation", name[4:])
          if name.startswith("val_")
          else ("training", name)
        )
        tf.summary.scalar(f"{group}/{short}", value)
      for domain, picture in self._validation.panels.items():
        tf.summary.image(f"panels/{domain}", picture[None])
        overlay.save(
          picture, Path(self._folder.panels) / f"step_{step:06d}_{domain}.png"
        )
    self._writer.flush()


class ProgressBar(keras.callbacks.Callback):
  """One bar over the steps of a stage, with the time left."""

  def __init__(self, stage: Stage, first_step: int):
    super().__init__()
    self._stage, self._first = stage, first_step

  def on_train_begin(self, logs: dict | None = None) -> None:
    """Opens the bar where the run stands."""
    self._bar = tqdm(
      total=self._stage.steps,
      initial=self._first,
      unit="step",
      desc=self._stage.name,
    )

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Moves the bar and shows the main figures."""
    logs = logs or {}
    shown = ("density_loss", "mae", "orientation_accuracy", "pseudo_loss")
    self._bar.set_postfix(
      {name: f"{float(logs[name]):.3g}" for name in shown if name in logs},
      refresh=False,
    )
    self._bar.update()

  def on_train_end(self, logs: dict | None = None) -> None:
    """Closes the bar."""
    self._bar.close()


def step_of(optimizer: keras.optimizers.Optimizer) -> int:
  """Returns the number of steps an optimiser has taken."""
  return int(keras.ops.convert_to_numpy(optimizer.iterations))
