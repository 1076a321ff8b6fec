"""Starting a run folder, or opening the one of a run that was interrupted."""

import json
import os
import re
import sys
from pathlib import Path

from cdcc_tf.config import ExperimentConfig, load_config
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.models import NETWORK_VERSION
from cdcc_tf.runs.files import read_json
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.runs.provenance import command_typed, environment

# A run killed within its first second has these and no config.json.
_WRITTEN_FIRST = re.compile(
  r"\.lock|environment\.json|flags\.txt|\.(environment|flags|config)\..*\.tmp"
)
# Every file of a run, by its path; closely where `RunFolder.clear` removes.
_OWN = re.compile(
  r"\.lock|flags\.txt"
  r"|(config|environment|data|not_finite|history|rounds)\.json"
  r"|(best|last|stages|pseudo_labels|evaluation)/.*"
  r"|checkpoints/(stage|round)\d+/(checkpoint(\.tmp\w*)?|ckpt-\d.*)"
  # Keras names what it has no memory for tmp…, beside the counter.
  r"|counters/step_\d+/([\w.]+\.(keras|json)|tmp\w+)"
  r"|tensorboard/events\.out\.tfevents\..*"
  r"|panels/(step_|stage|round)\d+_\w+\.png"
)
_HALF_WRITTEN = re.compile(r"(?<![^/])\.([^/]+)\.\d+\.tmp$")


def open_run(folder: str | Path, config: ExperimentConfig) -> RunFolder:
  """Starts a run folder, or opens it again for the same experiment.

  One that never came to its first counter or checkpoint is started anew, and
  what it left behind is removed: its options may have been what was wrong. No
  other process can open the folder until this one ends.

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
  run.clear()
  write_atomically(
    run.path / "environment.json",
    json.dumps(environment(), indent=1) + "\n",
  )
  write_atomically(run.path / "flags.txt", _flag_file(run.path, config))
  # Last, because its presence is what makes the folder a run.
  write_atomically(run.path / "config.json", config.to_json())
  return run


def _refuse_foreign(folder: Path) -> None:
  """Makes sure that a folder to be started in holds nothing but a run's own."""
  if folder.exists() and not folder.is_dir():
    raise InputError(f"{folder}: is a file. Choose another --run.")
  if not (folder / "config.json").is_file():
    if folder.is_dir() and not all(
      _WRITTEN_FIRST.fullmatch(file.name) for file in folder.iterdir()
    ):
      raise InputError(
        f"{folder}: not empty, and not a run folder. Choose another --run."
      )
    return
  try:
    load_config(folder)
  except InputError as error:
    raise InputError(
      f"{folder}: its config.json is not that of a run of this version, and a "
      "start would remove files beside it. Choose another --run."
    ) from error
  files = sorted(path for path in folder.rglob("*") if not path.is_dir())
  names = [file.relative_to(folder).as_posix() for file in files]
  foreign = [
    name for name in names if not _OWN.fullmatch(_HALF_WRITTEN.sub(r"\1", name))
  ]
  if foreign:
    shown = ", ".join(foreign[:3]) + ", …" * (len(foreign) > 3)
    raise InputError(
      f"{folder}: holds a run without a checkpoint, to be started anew, and "
      f"what no run writes ({shown}). Move that away, or choose another --run."
    )


def _hold(run: RunFolder) -> None:
  """Keeps other processes from opening a run until this one ends.

  The kernel lets go of the lock however that happens, by SIGKILL too. A record
  lock is not handed to children, which may live longer.
  """
  if sys.platform == "win32":
    return
  import fcntl  # not on Windows

  # Stays open: whoever closes the file lets go of the lock.
  file = os.open(run.path / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
  try:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
  except (BlockingIOError, PermissionError) as error:
    os.close(file)
    raise InputError(
      f"{run.path}: another process is training in it. Let it end or stop it, "
      "or choose another --run."
    ) from error
  except OSError:
    return  # a network's file system without locks: as good as it gets


def _flag_file(folder: Path, config: ExperimentConfig) -> str:
  """Writes every option out, so that other defaults later change nothing."""
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
  """Makes sure that a checkpoint's weights mean here what they meant there."""
  versions = read_json(run.path / "environment.json").get("versions")
  began = versions.get("network", 1) if isinstance(versions, dict) else 1
  if began != NETWORK_VERSION:
    raise InputError(
      f"{run.path}: begun with version {began} of the network, and this is "
      f"version {NETWORK_VERSION}. Resume it with the commit in its "
      "environment.json, or choose another --run."
    )
