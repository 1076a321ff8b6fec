"""The number format that `--precision=auto` takes on each kind of machine."""

from pathlib import Path

import pytest
import tensorflow as tf

from cdcc_tf.models import precision

AUTO = {True: "mixed_bfloat16", False: "float32"}


@pytest.mark.parametrize(
  ("flags", "expected"),
  [
    ("flags : fpu avx2 avx512_bf16 sse2", True),
    ("flags : amx_tile amx_bf16", True),
    ("flags : fpu avx2 avx512f", False),
    (None, False),  # no such file, as on macOS
  ],
)
def test_processors(
  tmp_path: Path,
  monkeypatch: pytest.MonkeyPatch,
  flags: str | None,
  expected: bool,
) -> None:
  information = tmp_path / "cpuinfo"
  if flags is not None:
    information.write_text(f"processor : 0\n{flags}\n")
  monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: [])
  monkeypatch.setattr(precision, "Path", lambda name: information)
  assert precision.policy("auto") == AUTO[expected]
  # What is asked for is taken, wise or not.
  assert precision.policy("bfloat16") == "mixed_bfloat16"
  assert precision.policy("float32") == "float32"


@pytest.mark.parametrize(
  ("details", "expected"),
  [
    ({"compute_capability": (8, 6)}, True),
    ({"compute_capability": (7, 5)}, False),
    ({}, False),  # not NVIDIA's
  ],
)
def test_accelerators(
  monkeypatch: pytest.MonkeyPatch, details: dict, expected: bool
) -> None:
  monkeypatch.setattr(
    tf.config, "list_physical_devices", lambda kind: ["GPU:0"]
  )
  monkeypatch.setattr(
    tf.config.experimental, "get_device_details", lambda device: details
  )
  assert precision.policy("auto") == AUTO[expected]
