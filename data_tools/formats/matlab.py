"""MATLAB .mat files of any version, however damaged: plain values or one line.

scipy can crash on a damaged file, HDF5 can loop, and a file of a kilobyte can
ask for all memory there is. So a process of its own parses them, one for all
files, and when it dies another takes its place.
"""

import atexit
import contextlib
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_tools.formats.files import read_bytes
from data_tools.formats.points import checked

SECONDS = 5.0  # of computing, for one file
_PATIENCE = 12  # times as long on the clock: the machine can be busy
_WORKER = Path(__file__).with_name("matlab_worker.py")
_SECONDS_TO_START = 120.0
# Several times the largest annotation of any set, whose points fill a megabyte.
MAX_BYTES = 256 << 20


def read_fields(path: Path, *names: str) -> dict[str, Any]:
  """Reads variables of a .mat file.

  Args:
    path: of the file.
    names: of the variables that are wanted.

  Returns:
    Those of them that the file has. A struct is a dictionary, a cell or an
    array of structs a list in MATLAB's order, text a str, everything else an
    array of two or more axes.

  Raises:
    FileNotFoundError: there is no such file.
    OSError: it cannot be opened.
    ValueError: it is damaged or no .mat file; says so in one line.
  """
  return _shared.parse(read_bytes(path, MAX_BYTES), list(names))


def field(fields: Any, *names: str) -> Any:
  """Follows names into structs, through cells that hold one thing.

  Raises:
    ValueError: there is no such field.
  """
  value, where = fields, "the file"
  for name in names:
    value = unwrapped(value)
    if not isinstance(value, dict) or name not in value:
      raise ValueError(f"{where} has no field {name}, so no points")
    value, where = value[name], name
  return unwrapped(value)


def unwrapped(value: Any) -> Any:
  """Takes a value out of cells that hold nothing else."""
  while isinstance(value, list) and len(value) == 1:
    value = value[0]
  return value


def points(value: Any, name: str, columns: Sequence[int] = (2,)) -> np.ndarray:
  """Turns a field's value into points.

  Args:
    value: as `field` returns it.
    name: of the field, for the message.
    columns: how many the field may have; the first two are x and y.

  Returns:
    float64 array of shape [heads, 2]; [0, 2] whatever an empty one's shape.

  Raises:
    ValueError: it is no such array, or a number cannot be a pixel.
  """
  if isinstance(value, list) and not value:
    return np.zeros((0, 2))
  return checked(numbers(value, name), name, columns)


def numbers(value: Any, name: str) -> np.ndarray:
  """Makes sure that a field's value is an array of real numbers.

  Raises:
    ValueError: it is not.
  """
  if not isinstance(value, np.ndarray) or value.dtype.kind not in "buif":
    raise ValueError(f"{name} holds no numbers")
  return value


def mask(value: Any, name: str) -> np.ndarray:
  """Turns a field's value into a mask.

  Returns:
    bool array of shape [height, width].

  Raises:
    ValueError: it is no array of two axes, or nothing is in the mask.
  """
  array = numbers(value, name)
  if array.ndim != 2:
    raise ValueError(f"{name} is {array.shape}, not height x width")
  if not array.any():
    raise ValueError(f"{name} leaves nothing of the picture")
  return array != 0


def read_region(path: Path) -> np.ndarray:
  """Reads `roi.mask`, the region of interest of a data set.

  Returns:
    bool array of shape [height, width].

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or the mask is none or empty.
  """
  return mask(field(read_fields(path, "roi"), "roi", "mask"), "roi.mask")


class _Worker:
  """The process that parses, started when first needed."""

  def __init__(self) -> None:
    self._process: subprocess.Popen[bytes] | None = None
    self._lock = threading.Lock()

  def parse(self, content: bytes, names: list[str]) -> dict[str, Any]:
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
    late = threading.Event()

    def give_up() -> None:
      late.set()
      process.kill()

    timer = threading.Timer(seconds, give_up)
    timer.start()
    try:
      if request is not None:
        pickle.dump(request, process.stdin, pickle.HIGHEST_PROTOCOL)
        process.stdin.flush()
      return pickle.load(process.stdout), late.is_set()
    except (OSError, EOFError, pickle.UnpicklingError):  # it died meanwhile
      return None, late.is_set()
    finally:
      timer.cancel()

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


_shared = _Worker()
atexit.register(_shared.close)
