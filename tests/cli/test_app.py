"""Every command starts quietly and ends in one line, whatever goes wrong."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import ROOT

PROGRAM = """
import os, sys
from absl import flags
from cdcc_tf.cli import app
from cdcc_tf.errors import InputError
flags.DEFINE_string("input", None, "What comes in.")
flags.DEFINE_string("size", None, "How large.")
def main():
  {body}
app.require("input", "size")
app.run(main)
"""
GIVEN = ("--input=a", "--size=3")
FAKE = """
import os, sys
from importlib.machinery import ModuleSpec
class Fake:
  @classmethod
  def find_spec(cls, name, *_):
    return ModuleSpec(name, cls) if name == "tensorflow" else None
  @staticmethod
  def create_module(spec): return None
  @staticmethod
  def exec_module(module):
    os.write(2, b"I0000 a note\\nW0000 no cuDNN\\nF0000 no AVX\\n")
    {end}
    module.config = module
    module.list_physical_devices = lambda kind: []
sys.meta_path.insert(0, Fake)
"""
# Of a user, not of these tests.
OURS = ("TF_CPP_MIN_LOG_LEVEL", "CUDA_VISIBLE_DEVICES")
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in OURS}


def run_program(
  body: str, *arguments: str, before: str = "", **variables: str
) -> subprocess.CompletedProcess:
  return subprocess.run(
    [sys.executable, "-c", before + PROGRAM.format(body=body), *arguments],
    env=ENVIRONMENT | variables,
    capture_output=True,
    text=True,
  )


@pytest.mark.parametrize(
  ("body", "status", "expected"),
  [
    ("raise InputError('photo.jpg: bad')", 2, "-c: photo.jpg: bad\n"),
    ("raise KeyboardInterrupt", 130, "-c: interrupted\n"),
    (
      "raise OSError(28, 'No space left on device', 'out/counts.csv')",
      2,
      "-c: out/counts.csv: No space left on device.\n",
    ),
    (
      "from tqdm import tqdm; bar = tqdm(total=9, disable=None); "
      "bars = tqdm._instances; bars.add(bar); raise KeyboardInterrupt",
      130,
      "\n-c: interrupted\n",
    ),
    ("raise OSError('truncated')", 2, "-c: truncated\n"),
    ("raise OSError", 2, "-c: OSError\n"),
    ("open('/nowhere/x')", 2, "-c: /nowhere/x: No such file or directory.\n"),
  ],
)
def test_ends_in_one_line(body: str, status: int, expected: str) -> None:
  done = run_program(body, *GIVEN)
  assert (done.returncode, done.stderr) == (status, expected)


def test_a_fault_of_ours_shows_where() -> None:
  done = run_program("{}['x']", *GIVEN)
  assert done.returncode == 1
  assert "Traceback" in done.stderr


@pytest.mark.parametrize(
  ("arguments", "expected"),
  [
    ((), "--input is required; --size is required (see --help)"),
    (("--input=a", "--size="), "--size is required (see --help)"),
    ((*GIVEN, "--inputt=3"), "Did you mean: input"),
    ((*GIVEN, "photo.jpg"), "unexpected argument 'photo.jpg'"),
    ((*GIVEN, "--flagfile=no.flags"), "-c: no.flags: cannot be opened as a fl"),
    ((*GIVEN, "--flagfile", "no.flags"), "-c: no.flags: cannot be opened as"),
    ((*GIVEN, "--flagfile=/"), "/: cannot be opened as a flag file (Is a dir"),
  ],
)
def test_wrong_flags_end_in_one_line(
  arguments: tuple[str, ...], expected: str
) -> None:
  done = run_program("pass", *arguments)
  assert done.returncode == 2
  assert expected in done.stderr
  assert done.stderr.count("\n") == 1


def test_a_wrong_flag_in_a_file_names_the_file(tmp_path: Path) -> None:
  file = tmp_path / "mine.flags"
  file.write_text("--szie=3\n")
  done = run_program("pass", *GIVEN, f"--flagfile={file}")
  assert done.returncode == 2
  assert "szie" in done.stderr
  assert f"--flagfile={file}" in done.stderr


def test_a_flag_file_that_is_named_in_another_and_missing(
  tmp_path: Path,
) -> None:
  file = tmp_path / "mine.flags"
  file.write_text("--flagfile=no/base.flags\n")
  done = run_program("pass", *GIVEN, f"--flagfile={file}")
  assert done.returncode == 2
  assert "-c: no/base.flags: cannot be opened as a flag file" in done.stderr
  assert "in which the command is typed" in done.stderr


def test_starts_without_tensorflow_s_notices() -> None:
  """And says what a full disk had no room for, in one line."""
  done = run_program(
    "import tensorflow as tf; print(tf.constant(1.0).numpy()); "
    "print(os.environ.get('TF_CPP_MIN_LOG_LEVEL')); "
    "raise tf.errors.ResourceExhaustedError(None, None, "
    "'{{{{function_node x}}}} out/data; No space left on device [Op:SaveV2]')",
    *GIVEN,
  )
  assert done.stderr == "-c: out/data; No space left on device\n"
  assert done.stdout == "1.0\nNone\n"  # what it starts is to be quiet too
  assert done.returncode == 2


@pytest.mark.parametrize(
  ("end", "expected"),
  [("raise ImportError('broken')", "ImportError: broken"), ("os.abort()", "")],
)
@pytest.mark.parametrize("chosen", [False, True])
def test_warnings_of_the_start_get_through(
  end: str, expected: str, chosen: bool
) -> None:
  """Even the last words of a TensorFlow that cannot run on this processor."""
  variables = {"TF_CPP_MIN_LOG_LEVEL": "0"} if chosen else {}
  done = run_program(
    "import tensorflow", *GIVEN, before=FAKE.format(end=end), **variables
  )
  note = "I0000 a note\n" * chosen
  assert done.stderr.startswith(f"{note}W0000 no cuDNN\nF0000 no AVX\n")
  assert expected in done.stderr


def test_a_gpu_that_cannot_be_used_is_told_of(tmp_path: Path) -> None:
  before = FAKE.format(end="") + (
    "from pathlib import Path\nfrom cdcc_tf.cli import startup\n"
    f"startup._GPU = Path({str(tmp_path)!r})\n"
  )
  for chosen in (False, True):
    variables = {"CUDA_VISIBLE_DEVICES": "-1"} if chosen else {}
    done = run_program("import tensorflow", *GIVEN, before=before, **variables)
    assert ("cannot use this machine's NVIDIA GPU" in done.stderr) != chosen


def test_a_reader_who_leaves_is_no_fault() -> None:
  process = subprocess.Popen(
    [
      *(sys.executable, "-c"),
      PROGRAM.format(body="[print('x' * 9999) for _ in range(999)]"),
      *GIVEN,
    ],
    env=ENVIRONMENT,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
  )
  assert process.stdout is not None
  process.stdout.readline()
  process.stdout.close()
  assert process.stderr is not None
  assert process.stderr.read() == b""
  process.stderr.close()
  process.wait()


@pytest.mark.parametrize("locale", ["utf-8", "ascii"])
def test_prints_any_name_on_any_terminal(locale: str) -> None:
  done = run_program(
    "print(os.fsdecode(b'b\\xe9b'), '\\u03c3')",
    *GIVEN,
    PYTHONIOENCODING=locale,
  )
  assert done.returncode == 0, done.stderr
  assert done.stdout.startswith("b\\udce9b")


def test_progress_bars_keep_out_of_logs() -> None:
  """tqdm shows them everywhere unless it is told to look first."""
  bars = 0
  for package in ("cdcc_tf", "data_tools"):
    for path in (ROOT / package).rglob("*.py"):
      for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "tqdm":
          bars += 1
          given = {each.arg: ast.unparse(each.value) for each in node.keywords}
          assert given.get("disable") == "None", f"{path}:{node.lineno}"
  assert bars > 5
