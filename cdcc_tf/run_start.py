"""Starting a run folder, or opening the one of a run that was interrupted."""

import json
import re
from pathlib import Path

from cdcc_tf import NETWORK_VERSION
from cdcc_tf import config as configs
from cdcc_tf import provenance as provenances
from cdcc_tf.config import ExperimentConfig
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.run_files import read_json
from cdcc_tf.run_folder import RunFolder

# A run killed within its first second has these and no config.json.
_WRITTEN_FIRST = re.compile(
  r"environment\.json|flags\.txt|\.(environment|flags|config)\..*\.tmp"
)


def open_run(folder: str | Path, config: ExperimentConfig) -> RunFolder:
  """Starts a run folder, or opens it again for the same experiment.

  One that never came to its first counter or checkpoint is started anew, and
  what it left behind is removed: its options may have been what was wrong.

  Raises:
    InputError: the folder belongs to another experiment, to another version of
      the network, or to something else.
  """
  run = RunFolder(Path(folder))
  known = (run.path / "config.json").is_file()
  if known and run.begun:
    differences = config.differences(configs.load(run.path))
    if differences:
      raise InputError(
        f"{run.path}: holds a run with other options "
        f"({'; '.join(differences)}). Use the same options to resume it, or "
        "another --run."
      )
    _refuse_other_networks(run)
    return run
  if run.path.exists() and not run.path.is_dir():
    raise InputError(f"{run.path}: is a file. Choose another --run.")
  if (
    run.path.is_dir()
    and not known
    and not all(
      _WRITTEN_FIRST.fullmatch(file.name) for file in run.path.iterdir()
    )
  ):
    raise InputError(
      f"{run.path}: not empty, and not a run folder. Choose another --run."
    )
  run.path.mkdir(parents=True, exist_ok=True)
  run.clear()
  write_atomically(
    run.path / "environment.json",
    json.dumps(provenances.environment(), indent=1) + "\n",
  )
  write_atomically(run.path / "flags.txt", _flag_file(run.path, config))
  # Last, because its presence is what makes the folder a run.
  write_atomically(run.path / "config.json", config.to_json())
  return run


def _flag_file(folder: Path, config: ExperimentConfig) -> str:
  """Writes every option out, so that other defaults later change nothing."""
  return "\n".join(
    [
      f"# Typed: {provenances.command_typed()}",
      f"# To resume: python -m cdcc_tf.train --flagfile={folder / 'flags.txt'}",
      f"--run={folder}",
      *config.to_flags(),
      "",
    ]
  )


def _refuse_other_networks(run: RunFolder) -> None:
  """Makes sure that a checkpoint's weights mean here what they meant there."""
  versions = read_json(run.path / "environment.json").get("versions")
  began = versions.get("network", 1) if isinstance(versions, dict) else 1
  if began != NETWORK_VERSION:
    raise InputError(
      f"{run.path}: begun with version {began} of the network, and this is "
      f"version {NETWORK_VERSION}. Resume it with the commit in its "
      "environment.json, or choose another --run."
    )
