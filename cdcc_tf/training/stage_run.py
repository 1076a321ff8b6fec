"""StageRun: one stage of one run, with its options, data and files."""

import dataclasses
import functools
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.files import write_json
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.stages import Stage
from cdcc_tf.visualization import overlays


@dataclasses.dataclass(frozen=True)
class StageRun:
  """What every part of training needs to know about the stage it works on.

  Attributes:
    config: the experiment.
    folder: of the run.
    stage: the stage.
    domains: the run's records.
  """

  config: ExperimentConfig
  folder: RunFolder
  stage: Stage
  domains: Domains

  @property
  def name(self) -> str:
    """Name of the stage, e.g. `round1`."""
    return self.stage.name

  @property
  def home(self) -> Path:
    """Folder of what the stage hands to the next one."""
    return self.folder.stage(self.name)

  @property
  def checkpoints(self) -> Path:
    """Folder of the stage's training checkpoints."""
    return self.folder.checkpoints / self.name

  @property
  def pseudo_labels(self) -> Path:
    """Folder of the pseudo-labels that the stage learns from."""
    return self.folder.pseudo_labels(self.name)

  @property
  def last_step(self) -> int:
    """Step of the run at which the stage ends."""
    return self.step(self.stage.steps)

  def step(self, in_stage: int) -> int:
    """Returns the step of the run that is a step of this stage."""
    return self.stage.first_step + in_stage

  def rows(self) -> list[dict[str, Any]]:
    """Returns the stage's rows of the history."""
    return [row for row in self.folder.rows() if row["stage"] == self.name]

  def add_row(self, row: dict[str, Any]) -> None:
    """Appends a row to the run's history."""
    write_json(self.folder.history, [*self.folder.rows(), row])

  @functools.cached_property
  def writer(self) -> tf.summary.SummaryWriter:
    """The stage's TensorBoard writer, opened at its first use."""
    return tf.summary.create_file_writer(str(self.folder.tensorboard))

  def save_panel(
    self, tag: str, image: np.ndarray, step: int, name: str
  ) -> None:
    """Saves a panel to `panels/` and to TensorBoard.

    Args:
      tag: in TensorBoard.
      image: RGB, uint8, of shape [height, width, 3].
      step: of the run.
      name: of the file, without its suffix.
    """
    with self.writer.as_default(step):
      tf.summary.image(tag, image[None])
    self.writer.flush()
    overlays.save(image, self.folder.panels / f"{name}.png")
