"""The run folder: what every command reads and training writes (a seam).

config.json        the experiment, every option
flags.txt          the command that started it
environment.json   versions, machine, git commit
checkpoints/       everything needed to go on, the last two
best/ last/        model.keras and record.json: how it was chosen
history.json       one line of figures per interval
tensorboard/       the same to look at, with pictures
panels/            pictures of predictions
"""

import dataclasses
import json
import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from cdcc_tf import config as configs
from cdcc_tf.config import ExperimentConfig
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically

# A run killed within its first second has these and no config.json.
_WRITTEN_FIRST = {"environment.json", "flags.txt"}


@dataclasses.dataclass(frozen=True)
class RunFolder:
  """Paths of one run."""

  path: Path

  @property
  def checkpoints(self) -> Path:
    """Folder of training checkpoints."""
    return self.path / "checkpoints"

  @property
  def tensorboard(self) -> Path:
    """Folder of TensorBoard's event files."""
    return self.path / "tensorboard"

  @property
  def panels(self) -> Path:
    """Folder of prediction pictures."""
    return self.path / "panels"

  @property
  def history(self) -> Path:
    """File of figures by interval."""
    return self.path / "history.json"

  def model(self, which: str = "best") -> Path:
    """Returns the file of the `best` or `last` counter.

    Raises:
      InputError: the run has none yet.
    """
    path = self.path / which / "model.keras"
    if not path.is_file():
      configs.load(self.path)  # says so if this is no run at all
      raise InputError(
        f"{path}: not written yet. Let the training of {self.path} go on: it "
        "writes 'best' at the first validation and 'last' at the end."
      )
    return path


def open_run(folder: str | Path, config: ExperimentConfig) -> RunFolder:
  """Starts a run folder, or opens it again for the same experiment.

  Raises:
    InputError: the folder belongs to another experiment, or to something else.
  """
  run = RunFolder(Path(folder))
  if (run.path / "config.json").is_file():
    differences = config.differences(configs.load(run.path))
    if differences:
      raise InputError(
        f"{run.path}: holds a run with other options "
        f"({'; '.join(differences)}). Use the same options to resume it, or "
        "another --run."
      )
    return run
  if run.path.exists() and not run.path.is_dir():
    raise InputError(f"{run.path}: is a file. Choose another --run.")
  if (
    run.path.is_dir() and {p.name for p in run.path.iterdir()} - _WRITTEN_FIRST
  ):
    raise InputError(
      f"{run.path}: not empty, and not a run folder. Choose another --run."
    )
  run.path.mkdir(parents=True, exist_ok=True)
  write_atomically(run.path / "environment.json", _environment())
  write_atomically(run.path / "flags.txt", "\n".join(sys.argv) + "\n")
  # Last, because its presence is what makes the folder a run.
  write_atomically(run.path / "config.json", config.to_json())
  return run


def _environment() -> str:
  packages = ("tensorflow", "keras", "numpy", "opencv-python-headless")
  versions = {}
  for package in packages:
    try:
      versions[package] = metadata.version(package)
    except metadata.PackageNotFoundError:
      versions[package] = "not installed"
  return (
    json.dumps(
      {
        "versions": versions,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "git_commit": _git_commit(),
      },
      indent=1,
    )
    + "\n"
  )


def _git_commit() -> str | None:
  try:
    return subprocess.run(
      ["git", "describe", "--always", "--dirty", "--abbrev=40"],
      cwd=Path(__file__).parent,
      capture_output=True,
      text=True,
      check=True,
    ).stdout.strip()
  except (OSError, subprocess.CalledProcessError):
    return None  # installed from a package, not a checkout
