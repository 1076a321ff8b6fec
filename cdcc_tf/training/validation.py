"""Validation: measuring both domains without target labels, keeping the best.

Nothing here is distributed: pictures of any size go through the counter one by
one, so that the figures are the same on any number of replicas.
"""

import contextlib
import json
import logging
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data import pipeline
from cdcc_tf.files import write_atomically
from cdcc_tf.inference import overlay
from cdcc_tf.run_folder import RunFolder
from cdcc_tf.training import losses, trackers

logger = logging.getLogger(__name__)
_PANELS = 3
_PICTURES = tf.TensorSpec([None, None, None, 3], tf.float32)


class Validation(keras.callbacks.Callback):
  """Measures both domains without target labels, and keeps the best counter.

  Best means: lowest mean absolute error on the *source's* validation pictures.

  Attributes:
    panels: domain to picture | truth | prediction | uncertainty of the last
      validation; empty after an interval without one.
  """

  def __init__(self, config: ExperimentConfig, folder: RunFolder):
    """Opens the validation pictures of both domains.

    Raises:
      InputError: there are none, or their records are damaged.
    """
    super().__init__()
    self._training, self._folder = config.training, folder
    self._source = pipeline.source_validation(config.data)
    self._target = (
      pipeline.target_validation(config.data) if config.adapts else None
    )
    self._source_tracker = trackers.SourceTracker()
    self._target_tracker = trackers.TargetTracker()
    self.panels: dict[str, tf.Tensor] = {}

  def set_model(self, model: keras.Model) -> None:
    """Prepares one trace for pictures of every size."""
    super().set_model(model)
    self._predict = tf.function(model.counter, input_signature=[_PICTURES])
    if self._target is not None:
      self._classify = tf.function(
        lambda image: model.orientation_decoder(model.counter.encoder(image)),
        input_signature=[_PICTURES],
      )

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Validates every `validate_every` steps; adds `val_…` to the logs."""
    step = (epoch + 1) * self._training.checkpoint_every
    last = step >= self._training.stage1_steps
    self.panels = {}
    if step % self._training.validate_every and not last:
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
    for batch in self._source:
      source = batch["source"]
      maps = self._predict(source["image"])
      loss = losses.density_loss(
        source["density"],
        maps["density"],
        maps["log_variance"],
        self._training.density_loss,
        self._training.beta,
      )
      self._source_tracker.update(source["density"], maps["density"], loss)
    measured = trackers.results(self._source_tracker)
    if self._target is not None:
      for batch in self._target:
        labels = batch["target"]["orientation"]
        logits = self._classify(batch["target"]["image"])
        loss = losses.orientation_loss(labels, logits)
        self._target_tracker.update(labels, logits, loss)
      measured |= trackers.results(self._target_tracker)
    return {f"val_{name}": value for name, value in measured.items()}

  def _draw(self) -> dict[str, tf.Tensor]:
    """Draws picture | truth | prediction | uncertainty for both domains."""
    panels = {}
    for domain, dataset in (("source", self._source), ("target", self._target)):
      if dataset is None:
        continue
      rows = []
      for batch in dataset.take(_PANELS):
        image = batch[domain]["image"][:1]  # the upright one of the target
        maps = self._predict(image)
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

  def _keep(self, which: str, step: int, measured: dict[str, Any]) -> None:
    folder = self._folder.path / which
    folder.mkdir(exist_ok=True)
    # A fixed name: what a killed run leaves behind, the next one replaces.
    temporary = folder / "unfinished.keras"
    self.model.counter.save(temporary)
    temporary.replace(folder / "model.keras")
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
