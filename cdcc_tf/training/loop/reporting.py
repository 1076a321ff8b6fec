"""Looking at a run while it trains: TensorBoard, panels, a progress bar."""

import time
from pathlib import Path

import keras
import tensorflow as tf
from tqdm import tqdm

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.loop.checkpoints import step_of
from cdcc_tf.training.loop.validation import Validation
from cdcc_tf.training.stages import Stage
from cdcc_tf.visualization import overlays


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
    pictures = float(self._data.source_batch)
    if self.model.task is not None and self._stage.round:
      pictures += self._data.target_batch
    elif self.model.task is not None:  # each of these enters twice
      pictures += self._data.target_batch / 2
      pictures += self._data.orientation_source / 2
    logs["pictures_per_second"] = self._steps * pictures / seconds
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
        overlays.save(
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
      disable=None,  # in a file it would be one long line
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
