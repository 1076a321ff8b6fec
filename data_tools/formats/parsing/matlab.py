"""MATLAB .mat files of any version: plain values or one line of complaint.

Files are parsed in a separate process: scipy can crash on a damaged file, HDF5
can loop, and a file of a kilobyte can ask for all memory there is. One process
serves all files; if it dies, only the file at hand is lost.
"""

import concurrent.futures
import contextlib
import functools
import multiprocessing
import multiprocessing.util
import os
import signal
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pebble

from cdcc_tf.errors import first_line
from data_tools.formats.parsing.files import read_bytes
from data_tools.formats.parsing.points import checked

# Several times the largest annotation of any set, whose points fill a megabyte.
MAX_BYTES = 256 << 20
MAX_MEMORY = 4 << 30  # bytes of address space of the parsing process
# Processor time for one file: the largest take 0.7, and with a new process
# after it a user waits less than 5 s for a damaged one.
SECONDS = 3.0
PATIENCE = 12  # times as long on the clock: the machine can be busy
_SECONDS_TO_START = 60.0
_TOO_SLOW = "is damaged (takes more than {:g} s to read)"


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
  arguments = read_bytes(path, MAX_BYTES), names, SECONDS
  patience = PATIENCE * SECONDS
  task = _pool().schedule(_parse, arguments, timeout=patience)
  try:
    fields, reason = task.result(_SECONDS_TO_START + patience)
  except concurrent.futures.TimeoutError:
    if not task.done():
      raise RuntimeError(
        "the process that reads .mat files does not start; a script that "
        'converts must do so under: if __name__ == "__main__":'
      ) from None
    raise ValueError(_TOO_SLOW.format(SECONDS)) from None
  except pebble.ProcessExpired as error:
    if error.exitcode == -getattr(signal, "SIGPROF", 0):
      raise ValueError(_TOO_SLOW.format(SECONDS)) from None
    raise ValueError("is damaged (crashes the library that reads it)") from None
  if reason:
    raise ValueError(f"is empty or damaged ({reason})")
  return fields


@functools.cache
def _pool() -> pebble.ProcessPool:
  """Returns the pool of the one parsing process, which ends with this one."""
  pool = pebble.ProcessPool(
    max_workers=1,
    initializer=_prepare_process,
    context=multiprocessing.get_context("spawn"),
  )
  # pebble stops its pools when the interpreter exits, which a child process of
  # multiprocessing never does: it would wait for the pool's process for ever.
  multiprocessing.util.Finalize(None, _stop, (pool,), exitpriority=10)
  return pool


def _stop(pool: pebble.ProcessPool) -> None:
  pool.stop()
  pool.join()


def _prepare_process() -> None:
  """Limits the memory of the parsing process, and silences its libraries."""
  # It computes nothing, and every thread takes of the memory it may have.
  os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
  warnings.simplefilter("ignore")
  with contextlib.suppress(ImportError, ValueError, OSError):
    import resource  # not on Windows

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
  nowhere = os.open(os.devnull, os.O_WRONLY)
  os.dup2(nowhere, 1)
  os.dup2(nowhere, 2)


def _parse(
  content: bytes, names: Sequence[str], seconds: float
) -> tuple[dict[str, Any], str]:
  """Parses a file in the parsing process; returns its fields, or a reason.

  SIGPROF ends the process after these seconds of processor time, whatever a
  library does; seconds on the clock would depend on how busy the machine is.
  """
  from data_tools.formats.parsing import matlab_content

  timed = hasattr(signal, "setitimer")  # not on Windows
  if timed:
    signal.setitimer(signal.ITIMER_PROF, seconds)
  try:
    return matlab_content.parse(content, list(names)), ""
  except MemoryError:
    return {}, "takes more memory than any annotation"
  except Exception as error:  # of any kind, from damaged files
    return {}, first_line(error)
  finally:
    if timed:
      signal.setitimer(signal.ITIMER_PROF, 0)


def read_points(path: Path, names: Sequence[str]) -> np.ndarray:
  """Reads the points of one variable, or of a field in it.

  Args:
    path: of the file.
    names: of the variable, then of the fields in it.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no such field, or not N x 2 finite
      numbers.
  """
  return points(field(read_fields(path, names[0]), *names), names[-1])


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
