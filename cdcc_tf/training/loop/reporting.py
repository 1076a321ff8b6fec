"""Watching a run while it trains: TensorBoard, panels, a progress bar."""

import time

import keras
import tensorflow as tf
from tqdm import tqdm

from cdcc_tf.training.loop.checkpoints import step_of
from cdcc_tf.training.loop.validation import Validation
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.training.stages import Stage


class TensorBoardWriter(keras.callbacks.Callback):
  """Writes every figure, and the panels of a validation, at its step."""

  def __init__(self, run: StageRun, validation: Validation):
    super().__init__()
    self._run, self._validation = run, validation

  def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
    """Starts the clock of the interval."""
    self._start = time.monotonic()

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Notes when training ended and validation began."""
    self._trained, self._steps = time.monotonic(), batch + 1

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Adds speed and learning rate to the logs and writes all of them."""
    logs = {} if logs is None else logs
    step, data = (
      self._run.step(step_of(self.model.optimizer)),
      self._run.config.data,
    )
    logs["learning_rate"] = float(
      keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
    )
    seconds = self._trained - self._start
    pictures = float(data.source_batch)
    if self.model.task is not None and self._run.stage.round:
      pictures += data.target_batch
    elif self.model.task is not None:  # each of these enters twice
      pictures += data.target_batch / 2
      pictures += data.orientation_source / 2
    logs["pictures_per_second"] = self._steps * pictures / seconds
    logs["seconds"] = seconds
    with self._run.writer.as_default(step):
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
    for domain, panel in self._validation.panels.items():
      name = f"step_{step:06d}_{domain}"
      self._run.save_panel(f"panels/{domain}", panel, step, name)
    self._run.writer.flush()


class ProgressBar(keras.callbacks.Callback):
  """One bar over the steps of a stage, with the time left."""

  def __init__(self, stage: Stage, first_step: int):
    super().__init__()
    self._stage, self._first = stage, first_step

  def on_train_begin(self, logs: dict | None = None) -> None:
    """Opens the bar at the step that the run resumes from."""
    self._bar = tqdm(
      total=self._stage.steps,
      initial=self._first,
      unit="step",
      desc=self._stage.name,
      disable=None,  # no bar where the output is a file
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
