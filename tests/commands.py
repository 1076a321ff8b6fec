"""Fresh processes for commands, without importing TensorFlow in each."""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

ROOT = Path(__file__).parent.parent
# A process that has imported TensorFlow and done nothing with it: what is
# forked from it is fresh, and spared the seconds.
_FRESH = multiprocessing.get_context("forkserver")
_FRESH.set_forkserver_preload(["tensorflow", "keras"])


def command(module: str, *arguments: object) -> subprocess.CompletedProcess:
  """Runs `python -m MODULE ARGUMENTS` from the checkout and waits for it."""
  return in_fresh_process(run_module, module, [str(a) for a in arguments])


def started(function: Callable, *arguments: object) -> BaseProcess:
  """Starts a call of a function of some module, which may be killed."""
  process = _FRESH.Process(
    target=_redirected, args=([os.devnull] * 2, function, arguments)
  )
  process.start()
  return process


def killed_when(
  ready: Callable[[], bool], function: Callable, *arguments: object
) -> None:
  """Calls a function in a process of its own, and kills it by SIGKILL.

  Args:
    ready: when to; it must become true while the process is alive.
    function: of some module.
    *arguments: of the function.
  """
  process = started(function, *arguments)
  deadline = time.monotonic() + 300
  while not ready():
    assert process.is_alive()
    assert time.monotonic() < deadline
    time.sleep(0.01)
  process.kill()
  process.join()


def in_fresh_process(
  function: Callable, *arguments: object
) -> subprocess.CompletedProcess:
  """Calls a function of some module in a process of its own.

  Returns:
    Status, standard output and standard error of the process.
  """
  with tempfile.TemporaryDirectory() as folder:
    streams = [os.path.join(folder, name) for name in ("stdout", "stderr")]
    process = _FRESH.Process(
      target=_redirected, args=(streams, function, arguments)
    )
    process.start()
    process.join()
    stdout, stderr = (Path(stream).read_text() for stream in streams)
  return subprocess.CompletedProcess(
    [function, *arguments], process.exitcode, stdout, stderr
  )


def _redirected(
  streams: list[str], function: Callable, arguments: list
) -> None:
  for descriptor, path in enumerate(streams, start=1):
    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), descriptor)
  # pytest's own streams may stand in for these.
  sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
  os.chdir(ROOT)
  function(*arguments)


def run_module(module: str, arguments: list[str]) -> None:
  sys.argv = [module, *arguments]
  sys.orig_argv = [sys.executable, "-m", *sys.argv]
  runpy.run_module(module, run_name="__main__", alter_sys=True)
