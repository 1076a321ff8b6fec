"""Stage 2 as a whole: label, learn, label again; killed anywhere, the same."""

import dataclasses
import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import pytest

from cdcc_tf.config import ExperimentConfig, load_config
from cdcc_tf.data.pseudo_labels import cache
from cdcc_tf.data.pseudo_labels.cache import PseudoLabelSet
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import load_model
from cdcc_tf.runs import opening
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import experiment
from cdcc_tf.training.import_stage1 import import_stage1
from cdcc_tf.training.rounds import contrast, labelling, round
from cdcc_tf.training.stages import Stage, plan
from cdcc_tf.uncertainty.conformal import Calibration
from tests.training.helpers import (
  stage_run,
  tiny_experiment,
  with_rounds,
  with_training,
)


class Killed(BaseException):
  """Stands for SIGKILL, with which `benchmarks.resume` kills."""


@pytest.fixture(autouse=True, scope="module")
def _small_shards() -> Iterator[None]:
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(labelling, "IMAGES_PER_SHARD", 2)
    yield


@pytest.fixture(scope="module")
def two_rounds(records_folder: Path) -> ExperimentConfig:
  return with_rounds(tiny_experiment(records_folder), rounds=2, round_steps=4)


@pytest.fixture(scope="module")
def undisturbed(
  two_rounds: ExperimentConfig, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
  return train(two_rounds, tmp_path_factory.mktemp("undisturbed") / "run")


def train(config: ExperimentConfig, path: Path) -> RunFolder:
  folder = opening.open_run(path, config)
  experiment.run(config, folder)
  return folder


def contents(folder: Path) -> dict[str, bytes]:
  files = [file for file in folder.rglob("*") if file.is_file()]
  return {str(f.relative_to(folder)): f.read_bytes() for f in files}


def kill_at(
  monkeypatch: pytest.MonkeyPatch,
  owner: object,
  name: str,
  call: int,
  after: bool = False,
) -> None:
  """Makes one call of a method end the run, before or after it worked."""
  original: Callable = getattr(owner, name)
  calls = iter(range(10_000))

  def counted(*arguments: object, **options: object) -> object:
    now = next(calls) == call
    if now and not after:
      raise Killed
    result = original(*arguments, **options)
    if now:
      raise Killed
    return result

  monkeypatch.setattr(owner, name, counted)


def started(
  config: ExperimentConfig, start: RunFolder, **options: object
) -> ExperimentConfig:
  """Returns an experiment that takes its stage 1 from another run."""
  return with_training(config, stage1_from=str(start.path), **options)


@pytest.fixture(scope="module")
def killed(
  two_rounds: ExperimentConfig,
  undisturbed: RunFolder,
  tmp_path_factory: pytest.TempPathFactory,
) -> RunFolder:
  """A run with another's stage 1, killed twice, that ends when labels stand.

  They surely move by less than a hundred times their people. One round is
  enough: the second is no other, and stage 1 dies elsewhere.
  """
  config = started(with_rounds(two_rounds, stop_movement=100.0), undisturbed)
  folder = opening.open_run(tmp_path_factory.mktemp("killed") / "run", config)
  moments = (
    (cache.PseudoLabelWriter, "write", 1, True),
    (keras.callbacks.CallbackList, "on_train_batch_end", 2, False),
  )
  for moment in moments:
    with pytest.MonkeyPatch.context() as patch:
      kill_at(patch, *moment)
      with pytest.raises(Killed):
        experiment.run(config, folder)
  experiment.run(config, folder)
  return folder


@pytest.mark.slow
def test_killed_anywhere_ends_with_the_same_weights_and_labels(
  undisturbed: RunFolder, killed: RunFolder
) -> None:
  one, other = (
    load_model(run.stage("round1") / "model.keras", "float32").get_weights()
    for run in (undisturbed, killed)
  )
  for weights in zip(one, other, strict=True):
    np.testing.assert_array_equal(*weights)
  assert contents(killed.pseudo_labels("round1")) == contents(
    undisturbed.pseudo_labels("round1")
  )
  histories = [
    json.loads(run.history.read_text()) for run in (undisturbed, killed)
  ]
  assert [row["step"] for row in histories[0]] == [2, 4, 6, 8, 10, 12]
  assert [row["step"] for row in histories[1]] == [2, 4, 6, 8]
  for row, again in zip(*histories, strict=False):
    timed = {"pictures_per_second", "seconds"}
    assert {n: v for n, v in row.items() if n not in timed} == {
      n: v for n, v in again.items() if n not in timed
    }


def test_stage_1_of_another_run_is_as_good_as_its_own(
  undisturbed: RunFolder, killed: RunFolder
) -> None:
  assert contents(killed.stage("stage1")) == contents(
    undisturbed.stage("stage1")
  )


def test_rounds_end_when_labels_stand_still(
  killed: RunFolder,
) -> None:
  assert not killed.stage("round2").exists()
  noted = json.loads(killed.rounds.read_text())
  assert [row.get("stopped") for row in noted] == [None, True]
  assert noted[1]["movement"] < 100
  assert Calibration.load(killed.path / "last") is not None
  before = killed.history.read_text()
  experiment.run(load_config(killed.path), killed)
  assert killed.history.read_text() == before


def test_what_rounds_leave_behind(undisturbed: RunFolder) -> None:
  folder = undisturbed
  ends = [
    load_model(folder.stage(name) / "model.keras", "float32")
    for name in ("stage1", "round1", "round2")
  ]
  for before, after in itertools.pairwise(ends):
    moved = [
      np.abs(one - two).max()
      for one, two in zip(
        before.get_weights(), after.get_weights(), strict=True
      )
    ]
    assert max(moved) > 0
  best = json.loads((folder.path / "best" / "record.json").read_text())
  assert best["stage"] == "round2"
  assert best["target_labels_used"] is False
  history = json.loads(folder.history.read_text())
  assert "orientation_loss" in history[0]
  assert "orientation_loss" not in history[-1]
  assert {"pseudo_loss", "pseudo_coverage", "val_orientation_accuracy"} <= set(
    history[-1]
  )
  keys = [
    json.loads((folder.pseudo_labels(name) / "key.json").read_text())
    for name in ("round1", "round2")
  ]
  assert keys[0]["counter"] == labelling.fingerprint(ends[0])
  assert keys[1]["counter"] == labelling.fingerprint(ends[1])


def test_what_rounds_leave_to_look_at(
  undisturbed: RunFolder,
) -> None:
  folder = undisturbed
  noted = json.loads(folder.rounds.read_text())
  assert [row["round"] for row in noted] == [1, 2]
  assert noted[0]["movement"] is None
  assert noted[1]["movement"] > 0
  for name in ("round1", "round2"):
    for picture in ("pseudo_labels", "reliability", "sparsification"):
      file = folder.panels / f"{name}_{picture}.png"
      assert file.stat().st_size > 1000
  figures = json.loads(
    (folder.stage("round2") / "reliability.json").read_text()
  )
  assert 0 <= figures["coverage_50"] <= figures["coverage_95"] <= 1
  assert 0 < figures["width_50"] <= figures["width_95"]
  assert {"ause", "uncertainty_correlation"} < set(figures)
  for which in ("best", "last"):
    kept = Calibration.load(folder.path / which)
    assert kept is not None
    assert len(kept.scores) == 2
  assert (folder.stage("round2") / "calibration.json").read_text() == (
    folder.path / "last" / "calibration.json"
  ).read_text()


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"stage1_steps": 6}, "--stage1_steps: 4 there, 6 here"),
    ({"density_loss": "laplace"}, "finished"),
    ({"density_loss": "faithful"}, "--density_loss: gaussian there, faithful"),
    ({}, "finished"),
  ],
)
def test_a_stage_1_that_does_not_fit_is_refused(
  two_rounds: ExperimentConfig,
  tmp_path: Path,
  options: dict,
  message: str,
) -> None:
  unfinished = opening.open_run(tmp_path / "unfinished", two_rounds)
  config = started(two_rounds, unfinished, **options)
  with pytest.raises(InputError, match=message):
    train(config, tmp_path / "run")


def test_a_stage_1_without_its_history_is_not_finished(
  two_rounds: ExperimentConfig,
  undisturbed: RunFolder,
  tmp_path: Path,
) -> None:
  """Its record is written before the history, and the run may die between."""
  half = opening.open_run(tmp_path / "half", two_rounds)
  shutil.copytree(undisturbed.stage("stage1"), half.stage("stage1"))
  rows = json.loads(undisturbed.history.read_text())
  half.history.write_text(json.dumps(rows[:1]))
  with pytest.raises(InputError, match="not finished"):
    train(started(two_rounds, half), tmp_path / "run")


def test_a_history_that_is_gone_does_not_train_an_adopted_stage_1_anew(
  two_rounds: ExperimentConfig,
  undisturbed: RunFolder,
  tmp_path: Path,
  monkeypatch: pytest.MonkeyPatch,
) -> None:
  def trained_anew(*_: object) -> None:
    raise AssertionError("stage 1 was trained")

  # Of the same seed it would come out the same.
  monkeypatch.setattr(experiment, "_run_first_stage", trained_anew)
  config = started(with_rounds(two_rounds, rounds=1), undisturbed)
  folder = train(config, tmp_path / "run")
  before = contents(folder.path / "stages")
  history = json.loads(folder.history.read_text())
  folder.history.unlink()
  train(config, folder.path)
  assert contents(folder.path / "stages") == before
  steps = [row["step"] for row in json.loads(folder.history.read_text())]
  assert steps[:2] == [row["step"] for row in history][:2]


def test_an_adopted_stage_1_brings_the_best_of_its_counters(
  two_rounds: ExperimentConfig, undisturbed: RunFolder, tmp_path: Path
) -> None:
  by_scale = with_training(two_rounds, select_by="scale")
  first = train(with_rounds(by_scale, rounds=0), tmp_path / "first")
  record = json.loads((first.path / "best" / "record.json").read_text())
  adopted = opening.open_run(tmp_path / "run", started(by_scale, first))
  import_stage1(started(by_scale, first), adopted, plan(by_scale)[0])
  assert adopted.record("best") == record
  by_source = started(by_scale, undisturbed)  # which chose by another figure
  last = opening.open_run(tmp_path / "other", by_source)
  import_stage1(by_source, last, plan(by_source)[0])
  ended = last.stage("stage1") / "record.json"
  assert last.record("best") == json.loads(ended.read_text())


@pytest.mark.slow
def test_rounds_on_the_source_alone(
  two_rounds: ExperimentConfig,
  undisturbed: RunFolder,
  tmp_path: Path,
) -> None:
  """What pseudo-labels are compared with: as many steps without any."""
  config = with_rounds(two_rounds, rounds=1, pseudo_weight=0.0)
  folder = train(started(config, undisturbed), tmp_path / "run")
  assert not (folder.path / "pseudo_labels").exists()
  history = json.loads(folder.history.read_text())
  assert [row["step"] for row in history] == [2, 4, 6, 8]
  assert "pseudo_loss" not in history[-1]
  before = contents(folder.path / "stages")
  assert (
    contents(train(started(config, undisturbed), folder.path).path / "stages")
    == before
  )


@pytest.mark.slow
def test_source_only_with_pseudo_labels(
  two_rounds: ExperimentConfig, tmp_path: Path
) -> None:
  """The arm without stage 1's task: no orientation decoder anywhere."""
  alone = with_training(two_rounds, orientation_weight=0.0)
  folder = train(with_rounds(alone, rounds=1), tmp_path / "run")
  assert not (folder.stage("stage1") / "orientation.keras").exists()
  history = json.loads(folder.history.read_text())
  assert "pseudo_loss" in history[-1]


def test_a_round_goes_on_when_the_last_one_s_labels_are_gone(
  undisturbed: RunFolder,
  tmp_path: Path,
  caplog: pytest.LogCaptureFixture,
) -> None:
  run = stage_run(tmp_path, Stage("round2", 2, 8, 4, 1e-4))
  summary = PseudoLabelSet([], 0, [], *[np.zeros(1)] * 4)
  assert round._movement(run, summary) is None
  assert "missing or damaged" in caplog.text


@pytest.mark.slow
def test_contrast_is_matched_in_the_first_round_alone(
  two_rounds: ExperimentConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
  measured = iter([0.6])  # once: a resumed run finds it in its labels
  monkeypatch.setattr(contrast, "contrast_ratio", lambda *_: next(measured))
  pseudo = dataclasses.replace(two_rounds.pseudo, pseudo_match_contrast=True)
  matching = dataclasses.replace(two_rounds, pseudo=pseudo)
  folder = train(matching, tmp_path / "run")
  made = [
    json.loads((folder.pseudo_labels(name) / "manifest.json").read_text())
    for name in ("round1", "round2")
  ]
  assert [each["made_by"]["contrast"] for each in made] == [0.6, 1.0]
  rows = folder.round_rows()
  assert [row["contrast"] for row in rows] == [0.6, 1.0]
  assert rows[1]["movement"] is None  # it would be the contrast's, too
  stage1, round1, _ = (
    stage_run(folder.path, stage, matching) for stage in plan(matching)
  )
  assert round._contrast(round1, stage1) == 0.6
