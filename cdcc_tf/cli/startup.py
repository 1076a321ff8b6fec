"""Starting a command: a quiet TensorFlow, and freed memory that is kept."""

import contextlib
import ctypes
import importlib.abc
import importlib.util
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

logger = logging.getLogger(__name__)

# Notes, and the banner before them.
_NOTICES = "I[0-9]{4} |WARNING: All log messages before absl::InitializeLog"
_STDERR = 2
_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_GPU = Path("/dev/nvidiactl")
# Names and values of <malloc.h>.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_NEVER = 2**31 - 1
_PAD = 64 * 2**20  # asked of the kernel at a time


def quiet_tensorflow() -> None:
  """Lets TensorFlow's errors through, and not its notices.

  TensorFlow 2.21 prints its first notices from compiled code, before it reads
  TF_CPP_MIN_LOG_LEVEL, so its standard error has to be filtered. Set that
  variable to see everything. TensorFlow is not imported before it is needed.
  """
  can_filter = _LEVEL not in os.environ and shutil.which("grep") is not None
  if can_filter and _QuietImport not in sys.meta_path:
    sys.meta_path.insert(0, _QuietImport)


class _QuietImport(importlib.abc.MetaPathFinder):
  """Finds TensorFlow where others find it, and filters what it prints."""

  @classmethod
  def find_spec(
    cls,
    fullname: str,
    path: Sequence[str] | None,
    target: ModuleType | None = None,
  ) -> ModuleSpec | None:
    """Returns TensorFlow's specification; None for other modules."""
    if fullname != "tensorflow":
      return None
    sys.meta_path.remove(cls)
    spec = importlib.util.find_spec(fullname)
    if spec is not None and spec.loader is not None:
      execute = spec.loader.exec_module

      def quietly(module: ModuleType) -> None:
        with _filtered():
          execute(module)
          # Looks for GPUs, and complains if there are none.
          found = module.config.list_physical_devices("GPU")
        if _GPU.exists() and not (
          found or "CUDA_VISIBLE_DEVICES" in os.environ
        ):
          logger.warning(
            "TensorFlow cannot use this machine's NVIDIA GPU. To see why, set "
            "%s=0.",
            _LEVEL,
          )

      spec.loader.exec_module = quietly  # type: ignore[method-assign]
    return spec


@contextlib.contextmanager
def _filtered() -> Iterator[None]:
  """Drops TensorFlow's notices from standard error.

  grep passes the other lines on. As it is a separate process, the last words
  of one that aborts are not lost.
  """
  notices = _NOTICES
  if not _GPU.exists():
    notices += "|.*cuInit: UNKNOWN ERROR .303."  # there is no driver either
  sys.stderr.flush()
  real = os.dup(_STDERR)
  # TensorFlow reads it once. At level 1, training would also print tf.data's
  # warnings about its own internals.
  os.environ[_LEVEL] = "2"
  try:
    grep = subprocess.Popen(
      ["grep", "-avE", f"^({notices})"], stdin=subprocess.PIPE, stdout=real
    )
    assert grep.stdin is not None
    os.dup2(grep.stdin.fileno(), _STDERR)
    grep.stdin.close()
    try:
      yield
    finally:
      sys.stderr.flush()
      os.dup2(real, _STDERR)  # closes the pipe, and grep ends
      grep.wait()
  finally:
    os.close(real)
    del os.environ[_LEVEL]  # commands started from here are to be quiet, too


def keep_freed_memory() -> bool:
  """Makes glibc keep freed memory instead of returning it to the kernel.

  Each training step frees and allocates the same gigabytes. If glibc returned
  large blocks, the kernel would have to clear every page again, which takes up
  to a quarter of the processor's time (docs/benchmarks.md). Nothing changes if
  one of glibc's MALLOC_ variables is set.

  Returns:
    Whether it took effect; False where there is no glibc.
  """
  if any(name.startswith("MALLOC_") for name in os.environ):
    return False
  try:
    set_option = ctypes.CDLL(None).mallopt
  except (AttributeError, OSError, TypeError):
    return False
  wanted = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _PAD))
  return all([set_option(name, value) == 1 for name, value in wanted])
