"""Freed memory stays with the process, for the next step to use."""

import ctypes
import os

# Names and values of <malloc.h>.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_NEVER = 2**31 - 1
_PAD = 64 * 2**20  # asked of the kernel at a time


def keep_freed() -> bool:
  """Tells glibc not to hand freed memory back to the kernel.

  A training step frees and asks for the same gigabytes again. glibc would give
  large blocks back, and the kernel clear every page anew: up to a fourth of
  the processor's time (docs/benchmarks.md). Whoever sets one of glibc's MALLOC_
  variables is left alone.

  Returns:
    Whether it took effect; not where there is no glibc.
  """
  if any(name.startswith("MALLOC_") for name in os.environ):
    return False
  try:
    set_option = ctypes.CDLL(None).mallopt
  except (AttributeError, OSError, TypeError):
    return False
  wanted = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, _PAD))
  return all([set_option(name, value) == 1 for name, value in wanted])
