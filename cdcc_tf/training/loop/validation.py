"""Validation: measuring both domains without target labels.

Nothing here is distributed: images of any size go through the counter one by
one, so that the figures are the same on any number of replicas.
"""

import logging
from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from cdcc_tf.data.pipeline import validation
from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.training.adaptation import losses, trackers
from cdcc_tf.training.builders import density_loss
from cdcc_tf.training.loop.label_free import LabelFreeSignals
from cdcc_tf.training.loop.model_selection import (
  CheckpointSelector,
  ema_weights,
)
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.visualization import overlays

logger = logging.getLogger(__name__)
_PANELS = 3
_IMAGES = tf.TensorSpec([None, None, None, 3], tf.float32)


class Validation(keras.callbacks.Callback):
  """Measures both domains without target labels, and keeps the best counter.

  `--select_by` decides which is best: by default the lowest mean absolute error
  on the *source's* validation images; see `CheckpointSelector`.

  Attributes:
    panels: domain to image | truth | prediction | uncertainty of the last
      validation; empty after an interval without one.
  """

  def __init__(
    self,
    run: StageRun,
    orientation_decoder: keras.Model | None,
  ):
    """Opens the validation images of both domains.

    Args:
      run: the stage during which to validate.
      orientation_decoder: measures how well features tell up from down; None
        leaves that out.

    Raises:
      InputError: there are none, or their records are damaged.
    """
    super().__init__()
    data, domains = run.config.data, run.domains
    self._run, self._decoder = run, orientation_decoder
    self._source = validation.source_validation(data, domains)
    self._target = None
    if domains.target is not None:
      self._target = validation.target_validation(data, domains)
    self._density_loss = density_loss(run.config)
    self._selector = CheckpointSelector(run, orientation_decoder)
    self._source_tracker = trackers.SourceTracker()
    self._target_tracker = trackers.OrientationTracker()
    self.panels: dict[str, tf.Tensor] = {}

  def set_model(self, model: keras.Model) -> None:
    """Prepares one trace for images of every size."""
    super().set_model(model)
    ensemble = MaskEnsemble(model.counter)

    # With every mask, as the counter will be used.
    self._moments = tf.function(ensemble, input_signature=[_IMAGES])
    self._signals = LabelFreeSignals(self._moments)
    if self._decoder is not None:
      self._classify = tf.function(
        lambda image: self._decoder(model.counter.encoder(image)),
        input_signature=[_IMAGES],
      )

  def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
    """Validates every `validate_every` steps; adds `val_…` to the logs."""
    training = self._run.config.training
    in_stage = (epoch + 1) * training.checkpoint_every
    last = in_stage >= self._run.stage.steps
    self.panels = {}
    if in_stage % training.validate_every and not last:
      return
    step = self._run.step(in_stage)
    with ema_weights(self.model):
      measured = self._measure()
      self.panels = self._draw()
      is_best = self._selector.keep(self.model.counter, step, measured, last)
    figure = self._selector.figure
    logger.info("Step %d: %s", step, sentence(measured, figure, is_best))
    if logs is not None:
      logs.update(measured)

  def _predict(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
    moments = self._moments(images)
    return {
      "density": moments.mean,
      "log_variance": tf.math.log(moments.total),
    }

  def _measure(self) -> dict[str, float]:
    for batch in self._source:
      source = batch["source"]
      maps = self._predict(source["image"])
      loss = self._density_loss(source["density"], maps)
      self._source_tracker.update(source, maps["density"], loss)
    measured = self._source_tracker.results()
    if self._target is not None and self._decoder is not None:
      for batch in self._target:
        labels = batch["target"]["orientation"]
        logits = self._classify(batch["target"]["image"])
        loss = losses.orientation_loss(labels, logits)
        self._target_tracker.update(labels, logits, loss, 0.0)
      measured |= self._target_tracker.results()
      del measured["orientation_weight"]  # plays no part here
    if self._target is not None:
      # The upright one of each pair.
      upright = self._target.map(lambda batch: batch["target"]["image"][:1])
      measured |= self._signals.measure(upright)
    return {f"val_{name}": value for name, value in measured.items()}

  def _draw(self) -> dict[str, tf.Tensor]:
    """Draws image | truth | prediction | uncertainty for both domains."""
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
          overlays.panel(
            image[0].numpy(),
            maps["density"][0, ..., 0].numpy(),
            tf.exp(0.5 * maps["log_variance"])[0, ..., 0].numpy(),
            None if truth is None else truth[0, ..., 0].numpy(),
          )
        )
      panels[domain] = np.vstack(rows)
    return panels


def sentence(
  measured: Mapping[str, float], chosen_by: str, is_best: bool
) -> str:
  """Returns a validation's main figures as a line of the log.

  `history.json` has all figures.

  Args:
    measured: figures of the validation.
    chosen_by: the figure that decides which counter is best.
    is_best: whether this counter was kept as the best so far.
  """
  parts = [
    f"source MAE {measured['val_mae']:.1f} of {measured['val_true_count']:.1f} "
    f"people (bias {measured['val_bias']:+.1f})"
  ]
  if "val_orientation_accuracy" in measured:
    parts.append(
      f"orientation {100 * measured['val_orientation_accuracy']:.0f} % right "
      "on held-out target pictures"
    )
  if "val_target_count" in measured:
    parts.append(f"{measured['val_target_count']:.1f} people per target crop")
  if chosen_by != "val_mae":
    name = chosen_by.removeprefix("val_").replace("_", " ")
    parts.append(f"{name} {measured[chosen_by]:.3f}")
  if is_best:
    parts.append("kept as best")
  return "; ".join(parts)
