"""Which counters of a stage are kept, and why."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras

from cdcc_tf.files import write_atomically
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.stages import Stage
from cdcc_tf.uncertainty import conformal

# What `--select_by` compares, the lower the better, and what it is called.
SELECTED_BY = {
  "source": ("val_mae", "lowest MAE on crops of the source's validation"),
  "mirror": ("val_mirror_gap", "closest counts of target pictures and mirrors"),
  "scale": ("val_scale_gap", "closest counts of target pictures at two sizes"),
  "masks": ("val_mask_gap", "closest counts of the masks on the target"),
}


class KeptCounters:
  """Keeps a stage's best counter, chosen without target labels, and its last.

  Args:
    folder: of the run.
    stage: that is trained. By the source's error each chooses its best anew,
      since the source's error says nothing of what the target has taught; by
      figures of the target, the best of all stages stays.
    select_by: a key of `SELECTED_BY`.
    keep_all: whether to keep the others, too.
    orientation_decoder: what is kept beside the last counter; None if there is
      none.

  Attributes:
    figure: name of what the best counter is chosen by, the lower the better.
  """

  def __init__(
    self,
    folder: RunFolder,
    stage: Stage,
    select_by: str,
    keep_all: bool,
    orientation_decoder: keras.Model | None,
  ):
    self._folder, self._stage = folder, stage
    self._decoder = orientation_decoder
    self.figure, self._chosen_by = SELECTED_BY[select_by]
    self._anew, self._keep_all = select_by == "source", keep_all

  def keep(
    self,
    counter: keras.Model,
    step: int,
    measured: dict[str, Any],
    last: bool,
  ) -> bool:
    """Writes a counter wherever it belongs.

    Args:
      counter: with the weights that are to be used.
      step: of the run.
      measured: figures of its validation.
      last: whether its stage ends with it.

    Returns:
      Whether it is the best so far.

    Raises:
      InputError: the best counter's record is damaged.
    """
    models = {"model": counter}
    record = {"step": step, "stage": self._stage.name}
    if self._keep_all:
      home = self._folder.counters / f"step_{step:06d}"
      _write(home, models, record, "nothing: every counter is kept", measured)
    is_best = bool(measured[self.figure] < self._best_so_far())
    if is_best:
      why = self._chosen_by + (", in the last stage" if self._anew else "")
      _write(self._folder.path / "best", models, record, why, measured)
    if last:
      why = "the end of the stage"
      _write(self._folder.path / "last", models, record, why, measured)
      if self._decoder is not None:
        models["orientation"] = self._decoder
      home = self._folder.stage(self._stage.name)
      _write(home, models, record, why, measured)
    return is_best

  def _best_so_far(self) -> float:
    """Returns the figure to beat."""
    noted = self._folder.record("best")
    if self._anew and noted.get("stage") != self._stage.name:
      return float("inf")
    return float(noted.get(self.figure, "inf"))


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


def _write(
  folder: Path,
  models: dict[str, keras.Model],
  record: dict[str, Any],
  chosen_by: str,
  measured: dict[str, Any],
) -> None:
  folder.mkdir(parents=True, exist_ok=True)
  # Its intervals are of the counter that goes.
  (folder / conformal.FILE_NAME).unlink(missing_ok=True)
  # Fixed names: what a killed run leaves behind, the next one replaces.
  for name, model in models.items():
    temporary = folder / f"unfinished_{name}.keras"
    model.save(temporary)
    temporary.replace(folder / f"{name}.keras")
  choice = {"chosen_by": chosen_by, "target_labels_used": False}
  write_atomically(
    folder / "record.json",
    json.dumps(record | choice | measured, indent=1) + "\n",
  )
