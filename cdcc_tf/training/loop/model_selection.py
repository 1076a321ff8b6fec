"""Which checkpoints of a stage are kept as counters, and why."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from cdcc_tf.files import write_json
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.uncertainty import conformal

# The figure that `--select_by` compares, the lower the better, and its name.
SELECTED_BY = {
  "source": ("val_mae", "lowest MAE on crops of the source's validation"),
  "scale": ("val_scale_gap", "closest counts of target images at two sizes"),
}


class CheckpointSelector:
  """Keeps a stage's best counter, chosen without target labels, and its last.

  Args:
    run: the stage that is trained. By the source's error, each stage chooses
      its own best counter, since that error does not show what the target has
      taught; by figures of the target, the best of all stages stays.
    orientation_decoder: saved beside the last counter, if there is one.

  Attributes:
    figure: name of the figure that the best counter has the lowest of.
  """

  def __init__(self, run: StageRun, orientation_decoder: keras.Model | None):
    self._run, self._decoder = run, orientation_decoder
    select_by = run.config.training.select_by
    self.figure, self._chosen_by = SELECTED_BY[select_by]
    self._each_stage = select_by == "source"

  def keep(
    self,
    counter: keras.Model,
    step: int,
    measured: dict[str, Any],
    last: bool,
  ) -> bool:
    """Writes a counter wherever it belongs.

    Args:
      counter: with the weights to keep.
      step: of the run.
      measured: figures of its validation.
      last: whether its stage ends with it.

    Returns:
      Whether it is the best so far.

    Raises:
      InputError: the best counter's record is damaged.
    """
    models = {"model": counter}
    record = {"step": step, "stage": self._run.name}
    folder = self._run.folder
    if self._run.config.training.keep_counters:
      home = folder.counters / f"step_{step:06d}"
      _write(home, models, record, "nothing: every counter is kept", measured)
    is_best = bool(measured[self.figure] < self._best_so_far())
    if is_best:
      why = self._chosen_by + (
        ", in the last stage" if self._each_stage else ""
      )
      _write(folder.path / "best", models, record, why, measured)
    if last:
      why = "the end of the stage"
      _write(folder.path / "last", models, record, why, measured)
      if self._decoder is not None:
        models["orientation"] = self._decoder
      _write(self._run.home, models, record, why, measured)
    return is_best

  def _best_so_far(self) -> float:
    """Returns the figure to beat."""
    noted = self._run.folder.record("best")
    if self._each_stage and noted.get("stage") != self._run.name:
      return float("inf")
    return float(noted.get(self.figure, "inf"))


@contextlib.contextmanager
def ema_weights(model: keras.Model) -> Iterator[None]:
  """Puts the optimiser's moving average into the model temporarily."""
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


def _write(
  folder: Path,
  models: dict[str, keras.Model],
  record: dict[str, Any],
  chosen_by: str,
  measured: dict[str, Any],
) -> None:
  folder.mkdir(parents=True, exist_ok=True)
  # The intervals belong to the counter that is replaced.
  (folder / conformal.FILE_NAME).unlink(missing_ok=True)
  # Fixed names: the next run replaces what a killed run left behind.
  for name, model in models.items():
    temporary = folder / f"unfinished_{name}.keras"
    model.save(temporary)
    temporary.replace(folder / f"{name}.keras")
  choice = {"chosen_by": chosen_by, "target_labels_used": False}
  write_json(folder / "record.json", record | choice | measured)
