"""The process of its own in which .mat files are parsed, seen from outside.

scipy can crash on a damaged file, HDF5 can loop, and a file of a kilobyte can
ask for all memory there is. There is one such process for all files, and when
it dies another takes its place.
"""

import atexit
import contextlib
import math
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

# Of computing, for one file: the largest take 0.7, and with a new process
# after it a user waits less than 5 s for a damaged one.
SECONDS = 3.0
_PATIENCE = 12  # times as long on the clock: the machine can be busy
_WORKER = Path(__file__).with_name("matlab_worker.py")
_SECONDS_TO_START = 120.0
_SECONDS_BETWEEN_LOOKS = 0.2


class Worker:
  """The process that parses, started when first needed."""

  def __init__(self) -> None:
    self._process: subprocess.Popen[bytes] | None = None
    self._watch: _Watch | None = None
    self._lock = threading.Lock()

  def parse(self, content: bytes, names: list[str]) -> dict[str, Any]:
    """Parses a file's content; returns those of the variables that it has.

    Raises:
      ValueError: it is damaged or no .mat file; says so in one line.
    """
    with self._lock:
      fields, reason = self._ask((content, names, SECONDS))
    if reason is not None:
      raise ValueError(reason)
    return fields

  def _ask(self, request: Any) -> tuple[Any, str | None]:
    if self._process is None or self._process.poll() is not None:
      self._start()
    assert self._process is not None
    process = self._process
    patience = _PATIENCE * SECONDS
    answer, late = self._exchange(process, request, patience)
    if answer is not None:
      fields, reason = answer
      return fields, reason and f"is empty or damaged ({reason})"
    self.close()
    if late or -process.returncode == getattr(signal, "SIGPROF", None):
      return None, f"is damaged (takes more than {SECONDS:g} s to read)"
    return None, "is damaged (crashes the library that reads it)"

  def _start(self) -> None:
    self.close()
    environment = os.environ | {
      "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
      # It computes nothing, and every thread takes of the memory it may have.
      "OPENBLAS_NUM_THREADS": "1",
      "OMP_NUM_THREADS": "1",
    }
    self._process = subprocess.Popen(
      # -P: its neighbours must not stand in for modules of the library.
      [sys.executable, "-P", str(_WORKER)],
      stdin=subprocess.PIPE,
      stdout=subprocess.PIPE,
      stderr=subprocess.DEVNULL,
      env=environment,
    )
    self._watch = _Watch(self._process)
    ready, _ = self._exchange(self._process, None, _SECONDS_TO_START)
    if ready is None:
      self.close()
      raise RuntimeError("the process that reads .mat files does not start")

  def _exchange(
    self, process: subprocess.Popen[bytes], request: Any, seconds: float
  ) -> tuple[Any, bool]:
    """Sends a request unless None; returns the answer, and whether too late."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert self._watch is not None
    self._watch.deadline = time.monotonic() + seconds
    try:
      if request is not None:
        pickle.dump(request, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
      return pickle.load(process.stdout), self._watch.late
    except (OSError, EOFError, pickle.UnpicklingError):  # it died meanwhile
      return None, self._watch.late
    finally:
      self._watch.deadline = math.inf

  def close(self) -> None:
    """Ends the process, if there is one."""
    process, self._process = self._process, None
    if process is None:
      return
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
      if stream is not None:
        # What was left to send has nowhere to go.
        with contextlib.suppress(OSError):
          stream.close()


class _Watch(threading.Thread):
  """Kills a process that does not answer in time.

  One for all of its answers: to start a thread takes longer than to parse.

  Attributes:
    deadline: by `time.monotonic`; infinite while nothing is asked.
    late: whether it had to.
  """

  def __init__(self, process: "subprocess.Popen[bytes]"):
    super().__init__(daemon=True)
    self.deadline, self.late = math.inf, False
    self._process = process
    self.start()

  def run(self) -> None:
    """Looks now and then, until the process has ended."""
    while self._process.poll() is None:
      if time.monotonic() > self.deadline:
        self.late = True
        self._process.kill()
        return
      time.sleep(_SECONDS_BETWEEN_LOOKS)


shared = Worker()
atexit.register(shared.close)
