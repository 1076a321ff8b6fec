"""The run folder: what every command reads and training writes (a seam).

config.json        the experiment, every option
flags.txt          the same as a flag file, and the command that was typed
environment.json   versions, machine, git commit
checkpoints/       by stage, everything needed to go on, the last two
stages/            the counter at each stage's end, where the next begins
pseudo_labels/     the cache of each round of stage 2
best/ last/        model.keras, record.json: how it was chosen, and at the
                   end calibration.json: what makes intervals of its counts
history.json       one line of figures per interval
rounds.json        one of each round of stage 2
not_finite.json    the pictures of a step that ended the run, if one did
data.json          checksums of the records it was begun with
evaluation/        what `evaluate` wrote, a folder for each split of records
tensorboard/       the same to look at, with pictures
panels/            pictures of predictions
.lock              held by the process that trains; empty
"""

import dataclasses
from pathlib import Path
from typing import Any

from cdcc_tf.config import load_config
from cdcc_tf.errors import InputError
from cdcc_tf.files import damaged, read_json


@dataclasses.dataclass(frozen=True)
class RunFolder:
  """Paths of one run."""

  path: Path

  @property
  def checkpoints(self) -> Path:
    """Folder of training checkpoints."""
    return self.path / "checkpoints"

  def stage(self, name: str) -> Path:
    """Folder of what a finished stage leaves to the next one."""
    return self.path / "stages" / name

  def pseudo_labels(self, name: str) -> Path:
    """Folder of the pseudo-labels that a stage learns from."""
    return self.path / "pseudo_labels" / name

  @property
  def tensorboard(self) -> Path:
    """Folder of TensorBoard's event files."""
    return self.path / "tensorboard"

  @property
  def panels(self) -> Path:
    """Folder of prediction pictures."""
    return self.path / "panels"

  @property
  def counters(self) -> Path:
    """Folder of the counters of every validation, with `--keep_counters`."""
    return self.path / "counters"

  @property
  def not_finite(self) -> Path:
    """File of the pictures of a step that ended the run."""
    return self.path / "not_finite.json"

  @property
  def data(self) -> Path:
    """File of the checksums of the records it was begun with."""
    return self.path / "data.json"

  @property
  def history(self) -> Path:
    """File of figures by interval."""
    return self.path / "history.json"

  @property
  def rounds(self) -> Path:
    """File of figures by round of stage 2."""
    return self.path / "rounds.json"

  @property
  def begun(self) -> bool:
    """Whether training has left anything that another start would lose."""
    # A counter alone counts, too: it is validated before the history is
    # written, and it may be all that was copied from another machine.
    return (
      self._has_figures()
      or any(self.checkpoints.glob("*/*.index"))
      or any(self.path.glob("stages/*"))
      or any(self.path.glob("best/model.keras"))
      or any(self.path.glob("last/model.keras"))
    )

  def _has_figures(self) -> bool:
    """Whether the history tells of more than how an attempt ended."""
    if not self.history.exists():
      return False
    try:
      rows = self.rows()
    except InputError:
      return True  # damaged, and not to be lost before somebody has looked
    ends = [set(row) <= {"step", "stage", "alarms"} for row in rows]
    return not ends or not all(ends)

  def model(self, which: str = "best") -> Path:
    """Returns the file of the `best` or `last` counter.

    Raises:
      InputError: the run has none yet.
    """
    path = self.path / which / "model.keras"
    if not path.is_file():
      load_config(self.path)  # refuses what is not a run folder
      raise InputError(
        f"{path}: not written yet. Let the training of {self.path} go on: it "
        "writes 'best' at the first validation and 'last' at the end."
      )
    return path

  def rows(self) -> list[dict[str, Any]]:
    """Returns the figures by interval; none if it has no history yet.

    Raises:
      InputError: `history.json` is damaged.
    """
    return _rows(self.history, {"step": int, "stage": str})

  def round_rows(self) -> list[dict[str, Any]]:
    """Returns the figures by round of stage 2; none before the first.

    Raises:
      InputError: `rounds.json` is damaged.
    """
    return _rows(self.rounds, {"round": int})

  def digests(self) -> dict[str, object]:
    """Returns the checksums of the records it was begun with, by folder.

    Raises:
      InputError: `data.json` is damaged.
    """
    return read_json(self.data)

  def record(self, which: str) -> dict[str, Any]:
    """Returns how the `best` or `last` counter was chosen; empty without one.

    Raises:
      InputError: its `record.json` is damaged.
    """
    return read_json(self.path / which / "record.json")

  def step_of(self, home: Path) -> int | None:
    """Returns the step of the counter in a folder; None if none is noted.

    Raises:
      InputError: its record is damaged.
    """
    step = read_json(home / "record.json").get("step")
    return step if isinstance(step, int) else None

  def provenance(self, which: str = "best") -> dict[str, object]:
    """Describes where a counter comes from, for reports of its figures.

    Returns:
      `run`, `which`, `seed`, `trained_with` (the environment), and of its
      `record.json` the `step`, how it was `chosen_by`, and whether
      `target_labels_used`; None where a killed run has not written it yet.

    Raises:
      InputError: a file is damaged.
    """
    record = self.record(which)
    known = ("step", "chosen_by", "target_labels_used")
    return {
      "run": str(self.path),
      "which": which,
      **{name: record.get(name) for name in known},
      "seed": load_config(self.path).training.seed,
      "trained_with": read_json(self.path / "environment.json"),
    }


def _rows(path: Path, fields: dict[str, type]) -> list[dict[str, Any]]:
  """Reads a list of rows, of which each has some fields."""
  rows = read_json(path, list)
  for number, row in enumerate(rows, start=1):
    for name, kind in fields.items():
      if not isinstance(row, dict) or not isinstance(row.get(name), kind):
        remedy = "Copy it again, or delete it."
        raise damaged(path, f"row {number} has no {name!r}", remedy)
  return rows
