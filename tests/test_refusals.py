"""Wrong options and folders are refused before TensorFlow is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from cdcc_tf import config
from cdcc_tf.cli.renamed import RENAMED
from cdcc_tf.runs.opening import open_run
from tests.commands import ROOT
from tests.helpers import RecordsFactory, noise_picture, png

WITHOUT_TENSORFLOW = """
import runpy, sys
class Finder:
  @staticmethod
  def find_spec(name, *_):
    if name.partition(".")[0] in ("tensorflow", "keras"):
      raise AssertionError(f"{name} was imported")
sys.meta_path.insert(0, Finder)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
COMMANDS = (
  *("train", "evaluate", "predict", "export", "pseudo_label"),
  *("convert", "check", "synthesize"),
)


def without_tensorflow(
  name: str, *arguments: object, cwd: Path = ROOT
) -> subprocess.CompletedProcess:
  """Runs a command in a process that cannot import TensorFlow."""
  tools = name in ("convert", "check", "synthesize")
  module = f"{'data_tools' if tools else 'cdcc_tf'}.{name}"
  return subprocess.run(
    [sys.executable, "-c", WITHOUT_TENSORFLOW, module, *map(str, arguments)],
    cwd=cwd,
    env={"PYTHONPATH": str(ROOT), "PATH": ""},
    capture_output=True,
    text=True,
  )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
  """A folder with a run that has a counter, records, a picture and notes."""
  folder = tmp_path_factory.mktemp("refusals")
  run = open_run(
    folder / "run",
    config.ExperimentConfig(
      data=config.DataConfig(source_records="records", target_records="records")
    ),
  )
  (run.path / "best").mkdir()
  (run.path / "best" / "model.keras").touch()
  (folder / "photo.png").write_bytes(png(noise_picture(32, 32, 0)))
  (folder / "mine").mkdir()
  (folder / "mine" / "notes.txt").write_text("mine")
  (folder / "theirs").mkdir()
  for name in ("counts.csv", "metrics.json"):
    (folder / "theirs" / name).write_text("theirs")
  return folder


def test_the_list_of_commands() -> None:
  done = without_tensorflow("__main__")
  assert (done.returncode, done.stderr) == (0, "")
  assert "cdcc_tf.train" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_help_and_missing_flags(name: str) -> None:
  done = without_tensorflow(name, "--help")
  assert (done.returncode, done.stderr) == (0, "")  # absl's own would be 1
  assert f".{name} --" in done.stdout
  if name in ("evaluate", "predict", "export"):
    for flag in ("run", "which", "precision", "[no]fast"):
      assert f"  --{flag}:" in done.stdout
  done = without_tensorflow(name)
  assert done.returncode == 2
  assert done.stderr.startswith(f"{name}.py: --")
  assert "is required (see --help)\n" in done.stderr
  assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
  ("name", "arguments", "expected"),
  [
    *((name, "--no_such=1", "'no_such'") for name in COMMANDS),
    ("train", "--run=r --source_records=s --crop=33", "--crop"),
    ("train", "--run=new --source_records=no --target_records=no", "no/manif"),
    ("train", "--run=run --source_records=records", "--target_records"),
    (
      "train",
      "--run=mine --source_records=records --rounds=0 --orientation_weight=0",
      "mine: not empty",
    ),
    ("evaluate", "--run=no --records=records", "no is not a run folder"),
    ("evaluate", "--run=run --records=no", "no/manifest.json"),
    ("evaluate", "--run=run --records=records --split=no", "no split 'no'"),
    ("evaluate", "--run=run --records=records --which=last", "last/model"),
    ("evaluate", "--run=run --records=records --output=records", "records"),
    ("predict", "--run=run --input=no.jpg --output=o", "no.jpg"),
    ("predict", "--run=no --input=photo.png --output=o", "not a run folder"),
    ("predict", "--run=run --input=photo.png --output=photo.png", "is a file"),
    ("predict", "--run=run --input=photo.png --output=o --max_side=0", "max_s"),
    ("evaluate", "--run=no --records=x --output=photo.png", "is a file"),
    ("export", "--run=no --output=photo.png", "is a file"),
    ("pseudo_label", "--run=no --records=x --output=photo.png", "is a file"),
    ("export", "--run=no --output=o", "no is not a run folder"),
    ("export", "--run=run --output=mine", "--output=mine: not empty"),
    ("pseudo_label", "--run=run --records=no --output=o", "no/manifest.json"),
    ("pseudo_label", "--run=run --records=records --output=mine", "mine"),
    ("evaluate", "--run=run --records=records --together_with=o", "together"),
    (
      "evaluate",
      "--run=run --records=records --together_with=o --protocol=nwpu",
      "o/pictures.csv",
    ),
    ("synthesize", "--output=o --like=no", "no"),
    ("predict", "--run=run --input=photo.png --output=theirs", "counts.csv"),
    ("evaluate", "--run=run --records=records --output=theirs", "metrics.js"),
    ("convert", "--format=no --input=mine --output=o", "--format"),
    ("convert", "--format=shanghaitech --input=no --output=o", "no"),
    ("convert", "--format=shanghaitech --input=mine --output=o", "mine"),
    ("convert", "--format=csv --input=mine --output=records", "--overwrite"),
    ("check", "--records=no", "no/manifest.json"),
    ("check", "--records=records --contact_sheet=a.jpg", "--contact_sheet"),
    ("synthesize", "--output=o --preset=no", "no"),
    ("synthesize", "--output=o --pictures=0", "--pictures"),
    ("synthesize", "--output=records", "--overwrite"),
    ("synthesize", "--output=o --files=mine", "mine"),
  ],
)
def test_refusal(
  folder: Path,
  tiny_records: RecordsFactory,
  name: str,
  arguments: str,
  expected: str,
) -> None:
  if not (folder / "records").exists():
    tiny_records().rename(folder / "records")
  done = without_tensorflow(name, *arguments.split(), cwd=folder)
  assert done.returncode == 2, done.stderr
  assert done.stderr.startswith(f"{name}.py: ")
  assert expected in done.stderr
  assert not (folder / "o").exists()


@pytest.mark.parametrize("old", [*RENAMED, f"no{next(iter(RENAMED))}"])
def test_an_old_option_is_refused_with_its_new_name(
  tmp_path: Path, old: str
) -> None:
  file = tmp_path / "mine.flags"
  file.write_text(f"--{old}\n")
  old = old.removeprefix("no")
  for argument in (f"--{old}=3", f"--flagfile={file}"):
    done = without_tensorflow("train", argument)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    for text in (f"--{old} ", RENAMED[old], str(file) * ("file" in argument)):
      assert text in done.stderr
