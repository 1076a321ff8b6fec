"""Taking stage 1 from a finished run instead of training it again."""

import logging
import os
import shutil
from pathlib import Path

from cdcc_tf.config import ExperimentConfig, load_config
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_json
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.stages import Stage

logger = logging.getLogger(__name__)


def import_stage1(
  config: ExperimentConfig, folder: RunFolder, stage: Stage
) -> None:
  """Copies stage 1 from the run that `--stage1_from` names, if it names one.

  Does nothing if that was done before, except to restore a missing history.
  The other run may have learned from other records; its network and its number
  of steps must be the same.

  Args:
    config: the experiment.
    folder: of the run to copy to.
    stage: its stage 1.

  Raises:
    InputError: the other run has not finished its stage 1, or has another
      network or number of steps.
  """
  source = config.training.stage1_from
  home = folder.stage(stage.name)
  if not source or (home.exists() and folder.rows()):
    return
  other = RunFolder(Path(source))
  _compare(config, load_config(other.path), source)
  theirs = other.stage(stage.name)
  rows = []
  if (theirs / "record.json").is_file():
    rows = [row for row in other.rows() if row["stage"] == stage.name]
  # The record is written before the history; see `experiment`.
  if not rows or rows[-1]["step"] < stage.steps:
    raise InputError(
      f"--stage1_from={source}: its stage 1 is not finished. Run its own "
      "command again to finish it."
    )
  write_json(folder.history, rows)
  if home.exists():
    return
  home.parent.mkdir(parents=True, exist_ok=True)
  temporary = home.with_name(f".{home.name}.tmp")
  shutil.rmtree(temporary, ignore_errors=True)
  shutil.copytree(theirs, temporary)
  if config.training.select_by != "source":  # it may stay the best of all
    best = folder.path / "best"
    best.mkdir(parents=True, exist_ok=True)
    chosen = _best(config, other, stage)
    for name in ("model.keras", "record.json"):
      shutil.copy(chosen / name, best / name)
  os.replace(temporary, home)
  logger.info("%s: copied from %s.", stage.name, source)


def _best(config: ExperimentConfig, other: RunFolder, stage: Stage) -> Path:
  """Returns the folder of another run's best counter of stage 1.

  Its last one, if the other run chose by another figure, or in a later stage.
  """
  same = load_config(other.path).training.select_by == config.training.select_by
  if same and other.record("best").get("stage") == stage.name:
    return other.path / "best"
  return other.stage(stage.name)


def _compare(
  mine: ExperimentConfig, theirs: ExperimentConfig, source: str
) -> None:
  wanted, found = (
    {"stage1_steps": each.training.stage1_steps} | vars(each.model)
    for each in (mine, theirs)
  )
  # This loss changes the graph of the network.
  losses = {each.training.density_loss for each in (mine, theirs)}
  if "faithful" in losses:
    wanted["density_loss"] = mine.training.density_loss
    found["density_loss"] = theirs.training.density_loss
  differences = [
    f"--{name}: {found[name]} there, {value} here"
    for name, value in wanted.items()
    if found[name] != value
  ]
  if differences:
    raise InputError(
      f"--stage1_from={source}: does not fit ({'; '.join(differences)}). Use "
      "the same options."
    )
