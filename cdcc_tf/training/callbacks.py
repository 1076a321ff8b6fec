"""What happens beside the steps: checkpoints, validation, looking.

An "epoch" of Keras is an interval of `checkpoint_every` steps here. Everything
a callback records is written before the checkpoint that ends the interval, so
a run that is killed at any moment repeats at most one interval, exactly.
"""

import contextlib
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import keras
import tensorflow as tf
from tqdm import tqdm

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data import pipeline
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.inference import overlay
from cdcc_tf.run_folder import RunFolder

logger = logging.getLogger(__name__)
_PANELS = 3


class Checkpoints(keras.callbacks.Callback):
  """Saves all state after every interval and restores the last.

  All model variables, the optimiser's and its step are saved; data order and
  augmentation are functions of the step. Together that is the whole state.
  """

  def __init__(self, model: keras.Model, folder: RunFolder):
    super().__init__()
    self._saved = tf.train.Checkpoint(model=model, optimizer=model.optimizer)
    self._manager = tf.train.CheckpointManager(
      self._saved, str(folder.checkpoints), max_to_keep=2
    )
    self._optimizer = model.optimizer
    self._history_path = folder.history
    self._history: list[dict[str, float]] = []

  def restore(self) -> int:
    """Loads the last checkpoint, if any, and returns its step.

    Raises:
      InputError: the checkpoint does not fit or is damaged.
    """
    path = self._manager.latest_checkpoint
    if path is None:
      return 0
    try:
      self._saved.restore(path).assert_existing_objects_matched()
    except (AssertionError, ValueError, tf.errors.OpError) as error:
      raise InputError(
        f"{path}: cannot be resumed from ({str(error).splitlines()[0]}). "
        "Delete that checkpoint to go on from the one before."
      ) from error
    step = step_of(self._optimizer)
    if self._history_path.exists():
      recorded = json.loads(self._history_path.read_text())
      self._history = [row for row in recorded if row["step"] <= step]
    return step

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Appends to the history and saves."""
    step = step_of(self._optimizer)
    self._history.append({"step": step} | (logs or {}))
    write_atomically(self._history_path, json.dumps(self._history, indent=1))
    self._manager.save(checkpoint_number=step)


class Validation(keras.callbacks.Callback):
  """Measures both domains without target labels, and keeps the best counter.

  Best means: lowest mean absolute error on the *source's* validation pictures.
  """

  def __init__(self, config: ExperimentConfig, folder: RunFolder):
    super().__init__()
    self._config, self._folder = config, folder
    self._source = pipeline.source_validation(config.data)
    self._target = (
      pipeline.target_validation(config.data) if config.adapts else None
    )
    self.panels: dict[str, tf.Tensor] = {}

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Validates every `validate_every` steps; adds `val_…` to the logs."""
    training = self._config.training
    step = (epoch + 1) * training.checkpoint_every
    last = step >= training.stage1_steps
    self.panels = {}
    if step % training.validate_every and not last:
      return
    with averaged_weights(self.model):
      measured = self._measure()
      self.panels = self._draw()
      if last:
        self._keep("last", step, measured)
      if measured["val_mae"] < self._best_so_far():
        self._keep("best", step, measured)
    logger.info(
      "Step %d: %s",
      step,
      "  ".join(f"{name} {value:.3g}" for name, value in measured.items()),
    )
    if logs is not None:
      logs.update(measured)

  def _measure(self) -> dict[str, float]:
    source = self.model.evaluate(self._source, verbose=0, return_dict=True)
    names = ["density_loss", "mae", "rmse", "bias"]
    measured = {f"val_{name}": source[name] for name in names}
    if self._target is not None:
      target = self.model.evaluate(self._target, verbose=0, return_dict=True)
      for name in ("orientation_loss", "orientation_accuracy"):
        measured[f"val_{name}"] = target[name]
    return {name: float(value) for name, value in measured.items()}

  def _draw(self) -> dict[str, tf.Tensor]:
    """Draws picture | truth | prediction | uncertainty for both domains."""
    panels = {}
    for domain, dataset in (("source", self._source), ("target", self._target)):
      if dataset is None:
        continue
      rows = []
      for batch in dataset.take(_PANELS):
        image = batch[domain]["image"][:1]  # the upright one of the target
        maps = self.model.counter(image)
        truth = batch[domain].get("density")
        rows.append(
          overlay.panel(
            image[0].numpy(),
            maps["density"][0, ..., 0].numpy(),
            tf.exp(0.5 * maps["log_variance"])[0, ..., 0].numpy(),
            None if truth is None else truth[0, ..., 0].numpy(),
          )
        )
      panels[domain] = overlay.stack(rows)
    return panels

  def _best_so_far(self) -> float:
    record = self._folder.path / "best" / "record.json"
    if not record.exists():
      return float("inf")
    return json.loads(record.read_text())["val_mae"]

  def _keep(self, which: str, step: int, measured: dict[str, float]) -> None:
    folder = self._folder.path / which
    folder.mkdir(exist_ok=True)
    temporary = folder / f".{os.getpid()}.keras"
    self.model.counter.save(temporary)
    os.replace(temporary, folder / "model.keras")
    chosen = {
      "best": "lowest MAE on the source's validation split",
      "last": "the end of training",
    }
    record = {
      "step": step,
      "chosen_by": chosen[which],
      "target_labels_used": False,
    }
    write_atomically(
      folder / "record.json", json.dumps(record | measured, indent=1) + "\n"
    )


class TensorBoardWriter(keras.callbacks.Callback):
  """Writes every figure, and the pictures of a validation, at its step."""

  def __init__(
    self, config: ExperimentConfig, folder: RunFolder, validation: Validation
  ):
    super().__init__()
    self._folder, self._validation = folder, validation
    self._crops = config.data.source_batch
    if config.adapts:
      self._crops += config.data.target_batch
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
    step = step_of(self.model.optimizer)
    logs["learning_rate"] = float(
      keras.ops.convert_to_numpy(self.model.optimizer.learning_rate)
    )
    seconds = self._trained - self._start
    logs["pictures_per_second"] = self._steps * self._crops / seconds
    with self._writer.as_default(step):
      for name, value in logs.items():
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
  """One bar over all steps, with the time left."""

  def __init__(self, first_step: int, total_steps: int):
    super().__init__()
    self._first, self._total = first_step, total_steps

  def on_train_begin(self, logs: dict | None = None) -> None:
    """Opens the bar where the run stands."""
    self._bar = tqdm(
      total=self._total, initial=self._first, unit="step", desc="stage 1"
    )

  def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
    """Moves the bar and shows the main figures."""
    logs = logs or {}
    shown = ("density_loss", "mae", "orientation_accuracy")
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


@contextlib.contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
  """Puts the optimiser's moving average into the model for a while."""
  if not model.optimizer.use_ema:
    yield
    return
  variables = model.trainable_variables
  kept = [variable.numpy() for variable in variables]
  model.optimizer.finalize_variable_values(variables)
  try:
    yield
  finally:
    for variable, value in zip(variables, kept, strict=True):
      variable.assign(value)
