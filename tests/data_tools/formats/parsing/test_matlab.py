"""MATLAB files of any version and in any state: values, or one line."""

import multiprocessing
import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io

from data_tools.formats.parsing import matlab, matlab_content
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.mutations import mutants, spoil_bytes

VERSIONS = pytest.mark.parametrize("version", ["5", "7.3"])
POINTS = np.array([[5.25, 40.5], [99, 0], [7, 8]])
FRAMES = {
  "frame": [{"loc": POINTS}, {"loc": POINTS[:1]}, {"loc": np.zeros((0, 2))}],
  "count": np.array([[3], [1], [0]]),
}


@VERSIONS
def test_structs_cells_and_text_are_plain_things(tmp_path: Path, version: str):
  path = write_mat(
    tmp_path / "a.mat",
    {
      **FRAMES,
      "info": {"weather": "CLEAR", "roi": POINTS, "deep": {"x": 7.0}},
      "several": ({"loc": POINTS, "n": 3}, {"loc": POINTS[:2], "n": 2}),
      "nothing": [],
    },
    version,
  )
  fields = matlab.read_fields(path, "frame", "info", "several", "nothing")
  assert set(fields) == {"frame", "info", "several", "nothing"}
  assert [len(frame["loc"]) for frame in fields["frame"]] == [3, 1, 0]
  np.testing.assert_array_equal(fields["frame"][0]["loc"], POINTS)
  assert fields["info"]["weather"] == "CLEAR"
  assert matlab.field(fields, "info", "deep", "x").tolist() == [[7]]
  second = fields["several"][1]
  np.testing.assert_array_equal(second["loc"], POINTS[:2])
  assert second["n"].tolist() == [[2]]
  assert fields["nothing"] == []


@VERSIONS
def test_cells_are_in_the_order_of_matlab(tmp_path: Path, version: str):
  """Down the columns, which is not how memory has them here."""
  path = tmp_path / "a.mat"
  if version == "5":
    cell = np.empty((2, 3), object)
    for row in range(2):
      for column in range(3):
        cell[row, column] = np.float64([[10 * row + column]])
    scipy.io.savemat(path, {"c": cell})
  else:
    with h5py.File(path, "w") as file:
      references = [
        [
          file.create_dataset(f"{row} {column}", data=[[10.0 * row + column]])
          for row in range(2)
        ]
        for column in range(3)
      ]
      data = [[item.ref for item in column] for column in references]
      file.create_dataset("c", data=np.array(data, h5py.ref_dtype))
  values = [v.item() for v in matlab.read_fields(path, "c")["c"]]
  assert values == [0, 10, 1, 11, 2, 12]


@VERSIONS
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int32, np.float32])
def test_numbers_of_any_kind_become_floats(
  tmp_path: Path, version: str, kind: type
):
  path = write_mat(tmp_path / "a.mat", {"p": kind([[200, 40]])}, version)
  points = matlab.points(matlab.read_fields(path, "p")["p"], "p")
  assert points.dtype == np.float64
  assert (points - 256).tolist() == [[-56, -216]]


@VERSIONS
@pytest.mark.parametrize("shape", [(0, 0), (0, 2), (1, 0), (0, 3)])
def test_nobody_is_zero_by_two(
  tmp_path: Path, version: str, shape: tuple[int, int]
):
  path = write_mat(tmp_path / "a.mat", {"p": np.zeros(shape)}, version)
  value = matlab.read_fields(path, "p")["p"]
  assert matlab.points(value, "p").shape == (0, 2)
  assert matlab.points([], "p").shape == (0, 2)


@pytest.mark.parametrize(
  ("value", "reason"),
  [
    (np.ones((4, 3)), "p is (4, 3), not N x 2"),
    (np.ones((2, 2, 2)), "not N x 2"),
    (np.array([[1, np.nan]]), "p holds NaN or infinity"),
    (np.array([[1, -np.inf]]), "p holds NaN or infinity"),
    (np.array([[1, 1e308]]), "p holds 1e+308, which is no pixel"),
    (np.array([[1j, 2]]), "p holds no numbers"),
    ("text", "p holds no numbers"),
    ([POINTS, POINTS], "p holds no numbers"),
    ({"x": POINTS}, "p holds no numbers"),
  ],
)
def test_what_cannot_be_points(value: Any, reason: str):
  with pytest.raises(ValueError, match=r"\S") as raised:
    matlab.points(value, "p")
  assert reason in str(raised.value)


def test_missing_fields_are_named(tmp_path: Path):
  path = write_mat(tmp_path / "a.mat", {"a": [{"b": 1}], "c": [1, 2]})
  fields = matlab.read_fields(path, "a", "c", "other")
  assert set(fields) == {"a", "c"}
  for names, reason in {
    ("other",): "the file has no field other",
    ("a", "loc"): "a has no field loc",
    ("a", "b", "c"): "b has no field c",
    ("c", "loc"): "c has no field loc",
  }.items():
    with pytest.raises(ValueError, match=reason):
      matlab.field(fields, *names)


def reason_for(path: Path, *names: str) -> str:
  """Returns the one line that says why a file cannot be read."""
  with pytest.raises(ValueError, match=r"\S") as raised:
    matlab.read_fields(path, *(names or ("p",)))
  assert "\n" not in str(raised.value)
  return str(raised.value)


@pytest.mark.parametrize(
  "content",
  [b"", b"x", b"<html>404</html>" * 30, b"\x89HDF\r\n\x1a\n", b"\0" * 900],
)
def test_what_is_no_mat_file(tmp_path: Path, content: bytes):
  path = tmp_path / "a.mat"
  path.write_bytes(content)
  assert reason_for(path).startswith("is empty or damaged (")


def test_no_file_at_all(tmp_path: Path):
  with pytest.raises(FileNotFoundError, match="no annotation file"):
    matlab.read_fields(tmp_path / "a.mat", "p")
  with pytest.raises(FileNotFoundError, match="no annotation file"):
    matlab.read_fields(tmp_path, "p")


def test_file_too_large_is_not_even_opened(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  path = write_mat(tmp_path / "a.mat", {"p": POINTS})
  monkeypatch.setattr(matlab, "MAX_BYTES", 99)
  assert "larger than" in reason_for(path)


@VERSIONS
def test_more_values_than_any_annotation(tmp_path: Path, version: str):
  """A megabyte of nothing, compressed to a kilobyte, asks for a gigabyte."""
  path = tmp_path / "a.mat"
  many = matlab_content.MAX_VALUES + 1
  if version == "7.3":
    with h5py.File(path, "w") as file:
      file.create_dataset("p", (many, 2), np.float64, chunks=(1024, 2))
    assert "more values" in reason_for(path)
  else:
    scipy.io.savemat(path, {"p": POINTS}, do_compression=False)
    content = path.read_bytes()
    sizes = content.index(struct.pack("<ii", 3, 2))
    claimed = struct.pack("<ii", 2**31 - 1, 2)
    path.write_bytes(content[:sizes] + claimed + content[sizes + 8 :])
    assert "damaged" in reason_for(path)


def test_arrays_of_arrays_without_end(tmp_path: Path):
  with h5py.File(tmp_path / "a.mat", "w") as file:
    cell = file.create_dataset("p", (1, 1), h5py.ref_dtype)
    cell[0, 0] = cell.ref
  assert "nested" in reason_for(tmp_path / "a.mat")


def test_arrays_of_the_same_arrays(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  """Ten times ten times ten: what is small in a file need not be in memory."""
  monkeypatch.setattr(matlab_content, "MAX_PLACES", 300)
  path = tmp_path / "a.mat"
  with h5py.File(path, "w") as file:
    inner = file.create_dataset("p0", data=[[1.0]])
    for depth in range(1, 10):
      cell = file.create_dataset(f"p{depth}", (10,), h5py.ref_dtype)
      cell[:] = [inner.ref] * 10
      inner = cell
  assert len(matlab_content.parse(path.read_bytes(), ["p2"])["p2"]) == 10
  with pytest.raises(ValueError, match="more values than any annotation"):
    matlab_content.parse(path.read_bytes(), ["p9"])


def test_values_never_come_from_other_files(tmp_path: Path):
  secret = tmp_path / "secret.bin"
  secret.write_bytes(np.ones((3, 2)).tobytes())
  with h5py.File(tmp_path / "secret.h5", "w") as file:
    file["p"] = POINTS
  with h5py.File(tmp_path / "a.mat", "w") as file:
    file.create_dataset("p", (3, 2), "f8", external=[(str(secret), 0, 48)])
    file["link"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "p")
    layout = h5py.VirtualLayout((3, 2), "f8")
    layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "p", (3, 2))
    file.create_virtual_dataset("virtual", layout)
    file["soft"] = h5py.SoftLink("/link")
    file["group/link"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "p")
  for name in ("p", "link", "virtual", "soft", "group"):
    reason = reason_for(tmp_path / "a.mat", name)
    assert "another file" in reason or "link to elsewhere" in reason


def crashes(*arguments: object) -> None:
  """Stands in for the parser, as do the next three."""
  os.kill(os.getpid(), signal.SIGSEGV)


def ends(*arguments: object) -> None:
  os._exit(1)


def waits(*arguments: object) -> None:
  time.sleep(60)


def reports_itself(*arguments: object) -> tuple[dict[str, Any], str]:
  limit = resource.getrlimit(resource.RLIMIT_AS)[0]
  return {"tensorflow": "tensorflow" in sys.modules, "limit": limit}, ""


@pytest.mark.parametrize("parser", [crashes, ends])
def test_crash_costs_one_file(
  tmp_path: Path,
  monkeypatch: pytest.MonkeyPatch,
  parser: Callable[..., None],
):
  path = write_mat(tmp_path / "a.mat", {"p": POINTS})
  with monkeypatch.context() as patch:
    patch.setattr(matlab, "_parse", parser)
    assert reason_for(path) == "is damaged (crashes the library that reads it)"
  np.testing.assert_array_equal(matlab.read_fields(path, "p")["p"], POINTS)


def test_waiting_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
  path = write_mat(tmp_path / "a.mat", {"p": POINTS})
  with monkeypatch.context() as patch:
    patch.setattr(matlab, "_parse", waits)
    patch.setattr(matlab, "PATIENCE", 5)
    patch.setattr(matlab, "SECONDS", 0.3)
    assert "takes more than 0.3 s" in reason_for(path)
  np.testing.assert_array_equal(matlab.read_fields(path, "p")["p"], POINTS)


def test_process_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
  path = write_mat(tmp_path / "a.mat", {"p": POINTS})
  monkeypatch.setattr(matlab, "_parse", reports_itself)
  expected = {"tensorflow": False, "limit": matlab.MAX_MEMORY}
  assert matlab.read_fields(path, "p") == expected


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="not on Windows")
def test_computing_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
  frames = {"frame": [{"loc": POINTS} for _ in range(150)]}
  path = write_mat(tmp_path / "a.mat", frames, "7.3")
  with monkeypatch.context() as patch:
    patch.setattr(matlab, "SECONDS", 0.01)
    assert "takes more than 0.01 s" in reason_for(path, "frame")
  assert len(matlab.read_fields(path, "frame")["frame"]) == 150


def test_process_that_does_not_start_is_no_damaged_file(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  path = write_mat(tmp_path / "a.mat", {"p": POINTS})
  with monkeypatch.context() as patch:
    patch.setattr(matlab, "_parse", waits)
    patch.setattr(matlab, "PATIENCE", 0.5)
    patch.setattr(matlab, "_SECONDS_TO_START", -1.4)
    with pytest.raises(RuntimeError, match="does not start"):
      matlab.read_fields(path, "p")
  np.testing.assert_array_equal(matlab.read_fields(path, "p")["p"], POINTS)


@pytest.mark.parametrize(
  ("error", "reason"),
  [
    (MemoryError(), "takes more memory than any annotation"),
    (UnboundLocalError("local variable\nmore"), "local variable"),
    (ValueError("\n"), "ValueError"),
    (RecursionError("too deep"), "too deep"),
  ],
  ids=repr,
)
def test_whatever_the_libraries_raise(
  error: Exception, reason: str, monkeypatch: pytest.MonkeyPatch
):
  """From damaged bytes nearly anything, with and without words."""

  def fails(content: bytes, names: list[str]) -> dict[str, Any]:
    raise error

  monkeypatch.setattr(matlab_content, "parse", fails)
  assert matlab._parse(b"", ["p"], 5.0) == ({}, reason)


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_nothing_is_left_behind(tmp_path: Path, end: str):
  """The process ends with the program that started it, and silently."""
  path = write_mat(tmp_path / "a.mat", {"p": POINTS})
  program = (
    "import multiprocessing, os, pathlib, signal, sys;"
    "from data_tools.formats.parsing import matlab;"
    f"matlab.read_fields(pathlib.Path({str(path)!r}), 'p');"
    "print(multiprocessing.active_children()[0].pid, 'scipy' in sys.modules,"
    "'h5py' in sys.modules, 'tensorflow' in sys.modules, flush=True);" + end
  )
  run = subprocess.run(
    [sys.executable, "-X", "dev", "-c", program],
    cwd=Path(matlab.__file__).parents[3],
    capture_output=True,
    text=True,
    check=not end,
  )
  assert end or run.stderr == ""
  number, *loaded = run.stdout.split()
  assert loaded == ["False"] * 3
  deadline = time.monotonic() + 10
  while Path(f"/proc/{number}").exists() and time.monotonic() < deadline:
    time.sleep(0.05)
  assert not Path(f"/proc/{number}").exists()


@pytest.mark.parametrize(
  ("version", "options"),
  [("5", {}), ("5", {"do_compression": True}), ("7.3", {})],
  ids=["5", "5 compressed", "7.3"],
)
def test_damaged_files_end_in_one_line(
  tmp_path: Path, version: str, options: dict[str, bool]
):
  whole = write_mat(tmp_path / "whole.mat", FRAMES, version, **options)
  path = tmp_path / "a.mat"
  refused = 0
  for _, content in mutants(whole.read_bytes(), spoil_bytes, 20):
    path.write_bytes(content)
    try:
      fields = matlab.read_fields(path, "frame", "count")
      for frame in matlab.field(fields, "frame"):
        matlab.points(matlab.field(frame, "loc"), "loc")
    except ValueError as error:
      refused += 1
      lines = str(error).splitlines()
    else:
      lines = ["fine"]
    assert len(lines) == 1
  assert refused > 3


def test_a_child_of_multiprocessing_ends_after_reading(tmp_path: Path):
  """It never reaches the interpreter's exit, where pools are stopped."""
  path = write_mat(tmp_path / "a.mat", {"p": POINTS})
  child = multiprocessing.get_context("forkserver").Process(
    target=matlab.read_fields, args=(path, "p")
  )
  child.start()
  child.join(60)
  ended = child.exitcode
  child.kill()
  assert ended == 0
