"""What produced a figure: the software, the machine, the command."""

import os
import platform
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import cdcc_tf
from cdcc_tf.models import NETWORK_VERSION


def environment() -> dict[str, object]:
  """Describes the software and the machine that this process runs on."""
  versions: dict[str, object] = {
    "cdcc_tf": cdcc_tf.__version__,
    "network": NETWORK_VERSION,
  }
  for package in ("tensorflow", "keras", "numpy", "opencv-python-headless"):
    try:
      versions[package] = metadata.version(package)
    except metadata.PackageNotFoundError:
      versions[package] = "not installed"
  return {
    "versions": versions,
    "python": platform.python_version(),
    "machine": f"{platform.system()} {platform.machine()}",
    "processors": os.cpu_count(),
    "git_commit": _git_commit(),
  }


def command_typed() -> str:
  """Returns this process' command, on one line."""
  return shlex.join(sys.orig_argv).replace("\n", " ")


def _git_commit() -> str | None:
  try:
    # What is installed inside another project's checkout is not in its commits.
    _git("ls-files", "--error-unmatch", Path(__file__).name)
    return _git("describe", "--always", "--dirty", "--abbrev=40")
  except (OSError, subprocess.CalledProcessError):
    return None  # installed from a package, not a checkout


def _git(*arguments: str) -> str:
  return subprocess.run(
    ["git", *arguments],
    cwd=Path(__file__).parent,
    capture_output=True,
    text=True,
    check=True,
  ).stdout.strip()
