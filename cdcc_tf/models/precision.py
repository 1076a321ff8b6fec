"""Which number format to compute in on this machine."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import keras
import tensorflow as tf

_CPU_FLAGS = ("avx512_bf16", "amx_bf16", "avx_ne_convert")
# First NVIDIA generation with bfloat16 units.
_AMPERE = (8, 0)


def policy(precision: str) -> str:
  """Returns the Keras policy of a --precision.

  `auto` is bfloat16 where the processor computes in it, which is 2 to 3 times
  as fast, else float32. Variances, losses and sums are float32 in any case.
  """
  if precision == "auto":
    precision = "bfloat16" if _has_bfloat16() else "float32"
  return "mixed_bfloat16" if precision == "bfloat16" else "float32"


def use(precision: str) -> str:
  """Sets the global policy of a --precision and returns its name."""
  name = policy(precision)
  keras.mixed_precision.set_global_policy(name)
  return name


@contextlib.contextmanager
def scope(precision: str) -> Iterator[None]:
  """Sets the global policy for a while; layers keep what they were made in."""
  before = keras.config.dtype_policy()
  try:
    use(precision)
    yield
  finally:
    keras.config.set_dtype_policy(before)


def _has_bfloat16() -> bool:
  accelerators = tf.config.list_physical_devices("GPU")
  if accelerators:
    details = tf.config.experimental.get_device_details(accelerators[0])
    return details.get("compute_capability", (0, 0)) >= _AMPERE
  information = Path("/proc/cpuinfo")
  if not information.exists():
    return False
  return any(flag in information.read_text() for flag in _CPU_FLAGS)
