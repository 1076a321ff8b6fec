"""Freed memory is kept for what comes next."""

import subprocess
import sys

import pytest

_WORK = """
import resource, sys
from cdcc_tf.cli import startup
print(startup.keep_freed_memory())
for _ in range(20):
  bytearray(64_000_000)  # freed at once
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
print(faults * resource.getpagesize() // 64_000_000)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's alone")
@pytest.mark.parametrize(
  ("variables", "kept"), [({}, True), ({"MALLOC_PERTURB_": "0"}, False)]
)
def test_pages_are_cleared_once(variables: dict, kept: bool) -> None:
  done = subprocess.run(
    [sys.executable, "-c", _WORK],
    env={"PATH": ""} | variables,
    capture_output=True,
    text=True,
    check=True,
  )
  told, blocks = done.stdout.split()
  assert told == str(kept)
  assert (int(blocks) < 5) == kept
