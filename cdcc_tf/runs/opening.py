"""Starting a run folder, or opening the one of a run that was interrupted."""

import re
import shutil
from pathlib import Path

from cdcc_tf.config import ExperimentConfig, load_config
from cdcc_tf.errors import InputError
from cdcc_tf.files import lock, read_json, write_atomically, write_json
from cdcc_tf.models import NETWORK_VERSION
from cdcc_tf.output_folder import OutputFolder
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.runs.provenance import command_typed, environment

# A run killed within its first second has these and no config.json.
_WRITTEN_FIRST = {".lock", "environment.json", "flags.txt"}
_HALF_WRITTEN = re.compile(r"\.(environment|flags|config)\..*\.tmp")
# Files of a run that was stopped before its first checkpoint.
_LEFTOVERS = (
  *("data.json", "history.json", "not_finite.json"),
  *("checkpoints/*/checkpoint", "checkpoints/*/ckpt-[0-9]*"),
  # Keras stores large arrays in files named tmp… while it saves a counter.
  *(f"counters/step_*/{name}" for name in ("*.keras", "*.json", "tmp*")),
  "tensorboard/events.out.tfevents.*",
  *(f"panels/{name}[0-9]*_*.png" for name in ("step_", "stage", "round")),
  *(f"panels/.{name}[0-9]*.png.*.tmp" for name in ("step_", "stage", "round")),
)


def open_run(folder: str | Path, config: ExperimentConfig) -> RunFolder:
  """Starts a run folder, or reopens it for the same experiment.

  A run without a counter or checkpoint starts over, with other options if they
  were wrong, and its leftovers are removed. No other process can open the
  folder until this one ends.

  Raises:
    InputError: the folder belongs to another experiment, to another version of
      the network, or to something else; or another process has it open.
  """
  run = RunFolder(Path(folder))
  if (run.path / "config.json").is_file() and run.begun:
    differences = config.differences(load_config(run.path))
    if differences:
      raise InputError(
        f"{run.path}: holds a run with other options "
        f"({'; '.join(differences)}). Use the same options to resume it, or "
        "another --run."
      )
    _refuse_other_networks(run)
    _hold(run)
    return run
  _refuse_foreign(run.path)
  run.path.mkdir(parents=True, exist_ok=True)
  _hold(run)
  _clear(run.path)
  write_json(run.path / "environment.json", environment())
  write_atomically(run.path / "flags.txt", _flag_file(run.path, config))
  # Last, because its presence is what makes the folder a run.
  write_atomically(run.path / "config.json", config.to_json())
  return run


def _refuse_foreign(folder: Path) -> None:
  """Refuses to start a run in a folder of something else."""
  place = OutputFolder(folder, "--run")
  if not (folder / "config.json").is_file():
    names = {path.name for path in folder.glob("*")} - _WRITTEN_FIRST
    if not all(_HALF_WRITTEN.fullmatch(name) for name in names):
      place.refuse_filled(what="a run folder")
    return
  try:
    load_config(folder)
  except InputError as error:
    raise InputError(
      f"{folder}: its config.json is not that of a run of this version, and "
      "would be replaced. Choose another --run."
    ) from error


def _clear(folder: Path) -> None:
  """Removes the leftovers of a run that has no checkpoint.

  They would be mistaken for files of the run that starts. Other files stay.
  """
  for pattern in _LEFTOVERS:
    for path in folder.glob(pattern):
      if path.is_dir():
        shutil.rmtree(path)
      else:
        path.unlink()


def _hold(run: RunFolder) -> None:
  """Keeps other processes from opening a run until this one ends."""
  if not lock(run.path / ".lock"):
    raise InputError(
      f"{run.path}: another process is training in it. Let it end or stop it, "
      "or choose another --run."
    )


def _flag_file(folder: Path, config: ExperimentConfig) -> str:
  """Lists every option, so that a later change of defaults has no effect."""
  return "\n".join(
    [
      f"# Typed: {command_typed()}",
      f"# To resume: python -m cdcc_tf.train --flagfile={folder / 'flags.txt'}",
      f"--run={folder}",
      *config.to_flags(),
      "",
    ]
  )


def _refuse_other_networks(run: RunFolder) -> None:
  """Refuses checkpoints of another version of the network."""
  versions = read_json(run.path / "environment.json").get("versions")
  began = versions.get("network", 1) if isinstance(versions, dict) else 1
  if began != NETWORK_VERSION:
    raise InputError(
      f"{run.path}: begun with version {began} of the network, and this is "
      f"version {NETWORK_VERSION}. Resume it with the commit in its "
      "environment.json, or choose another --run."
    )
