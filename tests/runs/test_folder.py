"""The run folder belongs to one experiment, and says so to any other."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from absl import flags

from cdcc_tf.config import (
  DataConfig,
  ExperimentConfig,
  ModelConfig,
  TrainingConfig,
  load_config,
)
from cdcc_tf.config.experiment_flags import define_flags, from_flags
from cdcc_tf.errors import InputError
from cdcc_tf.models import NETWORK_VERSION
from cdcc_tf.runs import provenance
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.runs.opening import open_run
from tests.commands import started

HALF_A_COUNTER = ("unfinished_model.keras", "record.json", "tmp4x_z1")


def experiment(crop: int = 64, masks: int = 3) -> ExperimentConfig:
  """Returns a small experiment."""
  return ExperimentConfig(
    DataConfig(source_records="s", target_records="t", crop=crop),
    ModelConfig(masks=masks),
    TrainingConfig(),
  )


def contents(folder: Path) -> dict[str, bytes]:
  """Returns every file of a folder but the lock, which says nothing."""
  return {
    path.relative_to(folder).as_posix(): path.read_bytes()
    for path in folder.rglob("*")
    if path.is_file() and path.name != ".lock"
  }


def write(folder: Path, names: tuple[str, ...]) -> None:
  """Writes files into a folder, each with its name in it."""
  for name in names:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(name)


def open_and_stay(folder: Path) -> None:
  """Opens a run, in a process of its own, and does not end."""
  open_run(folder, experiment())
  time.sleep(600)


@pytest.mark.parametrize("exists", [True, False])
def test_new_folder(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exists: bool
):
  monkeypatch.setattr(
    sys, "orig_argv", ["python", "-m", "cdcc_tf.train", "--x=a\n--crop=b"]
  )
  folder = tmp_path / "runs" / "mine"
  if exists:
    folder.mkdir(parents=True)
  run = open_run(str(folder), experiment())
  assert run == RunFolder(folder)
  assert set(contents(folder)) == {
    "config.json",
    "environment.json",
    "flags.txt",
  }
  assert load_config(folder) == experiment()
  typed, resume, *options = (folder / "flags.txt").read_text().splitlines()
  assert typed == "# Typed: python -m cdcc_tf.train '--x=a --crop=b'"
  assert resume.startswith("# To resume: ")
  assert resume.endswith(f" --flagfile={folder / 'flags.txt'}")
  assert options[0] == f"--run={folder}"
  environment = json.loads((folder / "environment.json").read_text())
  assert environment["versions"]["keras"].startswith("3.")
  assert environment["versions"]["tensorflow"].startswith("2.")
  assert "git_commit" in environment


def test_a_commit_of_somebody_elses_checkout_is_not_ours(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  """An installation inside another project would give that one's."""
  for command in ("init -q", "add own.py", "commit -qm own"):
    (tmp_path / "own.py").touch()
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run(["git", *who, *command.split()], cwd=tmp_path, check=True)
  for name, known in (("own.py", True), ("installed.py", False)):
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / name))
    assert bool(provenance.environment()["git_commit"]) is known


def test_flags_are_a_flag_file_of_the_same_experiment(tmp_path: Path):
  config = ExperimentConfig(
    DataConfig("a b's,c", target_records="t", sigma=1e-7, crop=64),
    ModelConfig(spatial_encoder=False, initializer="he_normal"),
    TrainingConfig(orientation_weight=0.0, learning_rate=1 / 3),
  )
  folder = tmp_path / "my run"
  open_run(folder, config)
  values = flags.FlagValues()
  flags.DEFINE_string("run", None, "", flag_values=values)
  define_flags(values)
  values(["train", f"--flagfile={folder / 'flags.txt'}"])
  assert from_flags(values) == config
  assert values.run == str(folder)


def test_what_a_killed_start_leaves_is_no_obstacle(tmp_path: Path):
  write(
    tmp_path, (".lock", "environment.json", "flags.txt", ".config.json.77.tmp")
  )
  open_run(tmp_path, experiment())
  assert load_config(tmp_path) == experiment()


def test_provenance(tmp_path: Path):
  run = open_run(tmp_path / "run", experiment())
  assert run.provenance("best")["step"] is None  # killed before it was written
  path = run.path / "best" / "record.json"
  path.parent.mkdir()
  path.write_text(
    '{"step": 200, "chosen_by": "x", "target_labels_used": false}'
  )
  provenance = run.provenance("best")
  assert (provenance["step"], provenance["chosen_by"]) == (200, "x")
  assert provenance["target_labels_used"] is False
  assert provenance["seed"] == 0
  assert provenance["trained_with"]["versions"]["keras"]
  path.write_text('{"step": ')
  with pytest.raises(InputError, match=r"record\.json: damaged"):
    run.provenance("best")


def test_reopening_changes_nothing(tmp_path: Path):
  folder = tmp_path / "run"
  open_run(folder, experiment())
  (folder / "history.json").write_text("[]")
  before = contents(folder)
  assert open_run(folder, experiment()) == RunFolder(folder)
  assert contents(folder) == before


@pytest.mark.parametrize("version", [1, None])
def test_a_run_of_another_network_is_not_resumed(tmp_path: Path, version):
  """Its checkpoint would load, and count otherwise."""
  run = open_run(tmp_path / "run", experiment())
  run.history.write_text("[]")
  path = run.path / "environment.json"
  environment = json.loads(path.read_text())
  assert environment["versions"].pop("network") == NETWORK_VERSION
  if version:
    environment["versions"]["network"] = version
  path.write_text(json.dumps(environment))
  expected = rf"version 1 of .*version {NETWORK_VERSION}"
  with pytest.raises(InputError, match=expected):
    open_run(run.path, experiment())


def test_other_options_are_refused_with_both_values(tmp_path: Path):
  folder = tmp_path / "run"
  begun = open_run(folder, experiment(crop=64, masks=3))
  begun.history.write_text("[]")
  before = contents(folder)
  with pytest.raises(InputError) as raised:
    open_run(folder, experiment(crop=128, masks=4))
  message = str(raised.value)
  assert str(folder) in message
  assert "another --run" in message
  # "There" is the folder that was found, "here" the command just given.
  assert "--crop: 64 there, 128 here" in message
  assert "--masks: 3 there, 4 here" in message
  assert "--sigma" not in message
  assert contents(folder) == before


def test_run_that_never_came_to_a_checkpoint_takes_other_options(
  tmp_path: Path,
):
  """A missing file of weights must not cost the folder's name."""
  folder = tmp_path / "run"
  run = open_run(folder, experiment(crop=64))
  write(
    folder,
    (
      *("data.json", "not_finite.json", ".history.json.77.tmp"),
      "checkpoints/stage1/ckpt-2_temp/part-00000-of-00001.index",
      *(f"counters/step_000002/{name}" for name in HALF_A_COUNTER),
      "tensorboard/events.out.tfevents.1795887146.vm.26758.0.v2",
      *("panels/step_000002_source.png", "panels/.stage1_a.png.77.tmp"),
    ),
  )
  assert not run.begun
  open_run(folder, experiment(crop=128))
  assert load_config(folder).data.crop == 128
  assert "--crop=128" in (folder / "flags.txt").read_text()
  names = {"config.json", "environment.json", "flags.txt"}
  assert set(contents(folder)) == {*names, ".history.json.77.tmp"}
  write(folder, ("checkpoints/stage1/ckpt-2.index",))
  with pytest.raises(InputError, match="--crop: 128 there, 64 here"):
    open_run(folder, experiment(crop=64))


@pytest.mark.parametrize("which", ["best", "last"])
def test_a_counter_is_never_taken_for_another_experiment_s(
  tmp_path: Path, which: str
):
  """Nor lost: `best` comes before the first checkpoint."""
  folder = tmp_path / "run"
  run = open_run(folder, experiment(crop=64))
  (folder / which).mkdir()
  (folder / which / "unfinished_model.keras").touch()
  assert not run.begun  # what a kill leaves, the next counter replaces
  (folder / which / "model.keras").touch()
  before = contents(folder)
  with pytest.raises(InputError, match="--crop: 64 there, 128 here"):
    open_run(folder, experiment(crop=128))
  assert open_run(folder, experiment(crop=64)) == run
  assert contents(folder) == before


def test_foreign_folder_is_refused(tmp_path: Path):
  (tmp_path / "thesis.tex").write_text("years of work")
  with pytest.raises(InputError, match=r"not empty.*--run") as raised:
    open_run(tmp_path, experiment())
  assert str(tmp_path) in str(raised.value)
  assert set(contents(tmp_path)) == {"thesis.tex"}


OF_ANOTHER_PROJECT = (
  *("checkpoints/epoch1.pt", "tensorboard/events.out", "data.json"),
)


@pytest.mark.parametrize("content", ['{"model_type": "bert"}', "[]", "{"])
def test_another_project_with_a_config_json_loses_nothing(
  tmp_path: Path, content: str
):
  (tmp_path / "config.json").write_text(content)
  write(tmp_path, OF_ANOTHER_PROJECT)
  before = contents(tmp_path)
  with pytest.raises(InputError, match=r"config\.json is not.*--run") as raised:
    open_run(tmp_path, experiment())
  assert str(tmp_path) in str(raised.value)
  assert contents(tmp_path) == before
  assert not (tmp_path / ".lock").exists()


@pytest.mark.parametrize(
  "name",
  [
    *OF_ANOTHER_PROJECT[:2],
    *("thesis.tex", "panels/holiday.png", "checkpoints/stage1/epoch1.pt"),
    *("counters/step_000002/notes.txt", "counters/mine.keras", "best"),
  ],
)
def test_a_start_removes_no_file_of_something_else(tmp_path: Path, name: str):
  open_run(tmp_path, experiment(crop=64))
  write(tmp_path, (name, "panels/step_000002_target.png"))
  open_run(tmp_path, experiment(crop=128))
  assert load_config(tmp_path).data.crop == 128
  names = {"config.json", "environment.json", "flags.txt"}
  assert set(contents(tmp_path)) == names | {name}


def test_no_second_start_while_the_first_lives(tmp_path: Path):
  """Nor after its first checkpoint; a killed one is in nobody's way."""
  folder = tmp_path / "run"
  first = started(open_and_stay, folder)
  deadline = time.monotonic() + 120
  while not (folder / "config.json").exists():
    assert first.is_alive()
    assert time.monotonic() < deadline
    time.sleep(0.01)
  try:
    for begun in (False, True):
      if begun:
        (folder / "history.json").write_text("[]")
      before = contents(folder)
      with pytest.raises(InputError, match="another process is training") as e:
        open_run(folder, experiment())
      assert str(folder) in str(e.value)
      assert contents(folder) == before
  finally:
    first.kill()
    first.join()
  assert open_run(folder, experiment()) == RunFolder(folder)


def test_file_is_refused(tmp_path: Path):
  (tmp_path / "file").write_text("not a folder")
  with pytest.raises(InputError, match="file"):
    open_run(tmp_path / "file", experiment())


@pytest.mark.parametrize("content", ['[{"step": 2', "[3]", "\xff"])
@pytest.mark.parametrize(
  ("name", "read"),
  [
    ("history.json", RunFolder.rows),
    ("rounds.json", RunFolder.round_rows),
    ("data.json", RunFolder.digests),
    ("best/record.json", lambda run: run.record("best")),
  ],
)
def test_damaged_files_are_named(
  tmp_path: Path, name: str, read: Callable, content: str
):
  run = RunFolder(tmp_path)
  assert not read(run)  # not written yet
  (tmp_path / name).parent.mkdir(exist_ok=True)
  (tmp_path / name).write_text(content, encoding="latin1")
  with pytest.raises(InputError, match=rf"{name}: damaged.*or delete it"):
    read(run)


def test_damaged_configuration_is_named(tmp_path: Path):
  open_run(tmp_path / "run", experiment()).history.write_text("[]")
  for content in (b'{"data": {', b"\xff"):
    (tmp_path / "run" / "config.json").write_bytes(content)
    with pytest.raises(InputError, match=r"config\.json"):
      open_run(tmp_path / "run", experiment())


def test_models(tmp_path: Path):
  run = open_run(tmp_path / "run", experiment())
  for which in ("best", "last"):
    with pytest.raises(InputError, match="not written yet"):
      run.model(which)
    path = run.path / which / "model.keras"
    path.parent.mkdir()
    path.write_bytes(b"")
    assert run.model(which) == path
  assert run.model() == run.path / "best" / "model.keras"


def test_models_of_what_is_no_run(tmp_path: Path):
  with pytest.raises(InputError, match="not a run folder"):
    RunFolder(tmp_path).model()


def test_paths_lie_inside(tmp_path: Path):
  run = RunFolder(tmp_path)
  names = {"checkpoints", "tensorboard", "panels", "history.json"}
  paths = {run.checkpoints, run.tensorboard, run.panels, run.history}
  assert paths == {tmp_path / name for name in names}
