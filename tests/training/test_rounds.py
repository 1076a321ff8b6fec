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
import tensorflow as tf

from cdcc_tf import run_folder
from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data import pseudo_cache, pseudo_records
from cdcc_tf.data.images import decode_picture
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, load_model
from cdcc_tf.inference.intervals import Calibration
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.models.uncertainty import MaskEnsemble
from cdcc_tf.options import PseudoLabelConfig
from cdcc_tf.training import (
  calibration,
  experiment,
  pseudo_labels,
  pseudo_summary,
  rounds,
)
from cdcc_tf.training.stages import Stage
from tests.conftest import png, tiny_record
from tests.training.conftest import (
  tiny_experiment,
  with_rounds,
  with_training,
)


class Killed(BaseException):
  """Stands for SIGKILL, with which `benchmarks.resume` kills."""


@pytest.fixture(autouse=True, scope="module")
def _small_shards() -> Iterator[None]:
  with pytest.MonkeyPatch.context() as patch:
    patch.setattr(pseudo_cache, "PICTURES_PER_SHARD", 2)
    yield


@pytest.fixture(scope="module")
def two_rounds(records_folder: Path) -> ExperimentConfig:
  return with_rounds(tiny_experiment(records_folder), rounds=2, round_steps=4)


@pytest.fixture(scope="module")
def undisturbed(
  two_rounds: ExperimentConfig, tmp_path_factory: pytest.TempPathFactory
) -> run_folder.RunFolder:
  return train(two_rounds, tmp_path_factory.mktemp("undisturbed") / "run")


@pytest.fixture(scope="module")
def counter(undisturbed: run_folder.RunFolder) -> SFCN:
  return load_model(undisturbed.model("last"), "float32")


def train(config: ExperimentConfig, path: Path) -> run_folder.RunFolder:
  folder = run_folder.open_run(path, config)
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


def test_killed_anywhere_ends_with_the_same_weights_and_labels(
  two_rounds: ExperimentConfig,
  undisturbed: run_folder.RunFolder,
  tmp_path: Path,
  monkeypatch: pytest.MonkeyPatch,
) -> None:
  """One round is enough: the second is no other, and stage 1 dies elsewhere."""
  one_round = started(with_rounds(two_rounds, rounds=1), undisturbed)
  folder = run_folder.open_run(tmp_path / "killed", one_round)
  moments = (
    (pseudo_cache.PseudoLabelCache, "write", 1, True),
    (keras.callbacks.CallbackList, "on_train_batch_end", 2, False),
    (keras.callbacks.CallbackList, "on_epoch_end", 0, False),
  )
  for moment in moments:
    with monkeypatch.context() as patch:
      kill_at(patch, *moment)
      with pytest.raises(Killed):
        experiment.run(one_round, folder)
  experiment.run(one_round, folder)

  one, other = (
    load_model(run.stage("round1") / "model.keras", "float32").get_weights()
    for run in (undisturbed, folder)
  )
  for weights in zip(one, other, strict=True):
    np.testing.assert_array_equal(*weights)
  assert contents(folder.pseudo_labels("round1")) == contents(
    undisturbed.pseudo_labels("round1")
  )
  histories = [
    json.loads(run.history.read_text()) for run in (undisturbed, folder)
  ]
  assert [row["step"] for row in histories[0]] == [2, 4, 6, 8, 10, 12]
  assert [row["step"] for row in histories[1]] == [2, 4, 6, 8]
  for row, again in zip(*histories, strict=False):
    timed = {"pictures_per_second", "seconds"}
    assert {n: v for n, v in row.items() if n not in timed} == {
      n: v for n, v in again.items() if n not in timed
    }


def test_what_rounds_leave_behind(undisturbed: run_folder.RunFolder) -> None:
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
  assert keys[0]["counter"] == pseudo_labels.fingerprint(ends[0])
  assert keys[1]["counter"] == pseudo_labels.fingerprint(ends[1])


def test_what_rounds_leave_to_look_at(
  undisturbed: run_folder.RunFolder,
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
  for which in ("best", "last"):
    kept = Calibration.load(folder.path / which)
    assert kept is not None
    assert len(kept.scores) == 2
  assert (folder.stage("round2") / "calibration.json").read_text() == (
    folder.path / "last" / "calibration.json"
  ).read_text()


def started(
  config: ExperimentConfig, start: run_folder.RunFolder, **options: object
) -> ExperimentConfig:
  """Returns an experiment that takes its stage 1 from another run."""
  return with_training(config, stage1_from=str(start.path), **options)


def test_stage_1_of_another_run_is_as_good_as_its_own(
  two_rounds: ExperimentConfig,
  undisturbed: run_folder.RunFolder,
  tmp_path: Path,
) -> None:
  """And the rounds end when labels stand still.

  They surely move by less than a hundred times their people.
  """
  config = with_rounds(two_rounds, stop_movement=100.0)
  folder = train(started(config, undisturbed), tmp_path / "run")
  assert contents(folder.stage("stage1")) == contents(
    undisturbed.stage("stage1")
  )
  for one, other in zip(
    load_model(folder.stage("round1") / "model.keras").get_weights(),
    load_model(undisturbed.stage("round1") / "model.keras").get_weights(),
    strict=True,
  ):
    np.testing.assert_array_equal(one, other)
  assert not folder.stage("round2").exists()
  noted = json.loads(folder.rounds.read_text())
  assert [row.get("stopped") for row in noted] == [None, True]
  assert noted[1]["movement"] < 100
  assert Calibration.load(folder.path / "last") is not None
  before = folder.history.read_text()
  again = train(started(config, undisturbed), tmp_path / "run")
  assert again.history.read_text() == before


@pytest.mark.parametrize(
  ("options", "message"),
  [({"stage1_steps": 6}, "--stage1_steps: 4 there, 6 here"), ({}, "finished")],
)
def test_a_stage_1_that_does_not_fit_is_refused(
  two_rounds: ExperimentConfig,
  tmp_path: Path,
  options: dict,
  message: str,
) -> None:
  unfinished = run_folder.open_run(tmp_path / "unfinished", two_rounds)
  config = started(two_rounds, unfinished, **options)
  with pytest.raises(InputError, match=message):
    train(config, tmp_path / "run")


def test_a_stage_1_without_its_history_is_not_finished(
  two_rounds: ExperimentConfig,
  undisturbed: run_folder.RunFolder,
  tmp_path: Path,
) -> None:
  """Its record is written before the history, and the run may die between."""
  half = run_folder.open_run(tmp_path / "half", two_rounds)
  shutil.copytree(undisturbed.stage("stage1"), half.stage("stage1"))
  rows = json.loads(undisturbed.history.read_text())
  half.history.write_text(json.dumps(rows[:1]))
  with pytest.raises(InputError, match="not finished"):
    train(started(two_rounds, half), tmp_path / "run")


def test_rounds_on_the_source_alone(
  two_rounds: ExperimentConfig,
  undisturbed: run_folder.RunFolder,
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


def test_source_only_with_pseudo_labels(
  two_rounds: ExperimentConfig, tmp_path: Path
) -> None:
  """The arm without stage 1's task: no orientation decoder anywhere."""
  alone = with_training(two_rounds, orientation_weight=0.0)
  folder = train(with_rounds(alone, rounds=1), tmp_path / "run")
  assert not (folder.stage("stage1") / "orientation.keras").exists()
  history = json.loads(folder.history.read_text())
  assert "pseudo_loss" in history[-1]


def test_poisoned_target_labels_change_no_pseudo_label_and_no_threshold(
  two_rounds: ExperimentConfig,
  counter: SFCN,
  tmp_path: Path,
  tiny_records: Callable,
) -> None:
  """Other points in the same pictures: the same cache, but for their hashes."""
  honest = [tiny_record(index, 40, 48, heads=3) for index in range(8)]
  poisoned = [
    dataclasses.replace(record, points=np.float32([[1, 1]] * 40))
    for record in honest
  ]
  shards, seen = [], []
  for name, members in (("honest", honest), ("poisoned", poisoned)):
    target = tiny_records(name, {"train": members})
    output = tmp_path / f"{name}_labels"
    pseudo_labels.label(counter, target, "train", 2, output, two_rounds.pseudo)
    shards.append([f.read_bytes() for f in sorted(output.glob("*.tfrecord"))])
    data = dataclasses.replace(two_rounds.data, target_records=str(target))
    seen.append(calibration.look(CrowdCounter(counter), data, name))
  assert shards[0] == shards[1]
  for one, other in zip(*map(dataclasses.astuple, seen), strict=True):
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("mirror", [False, True])
def test_labels_are_the_counters_own_estimates(
  two_rounds: ExperimentConfig,
  counter: SFCN,
  tmp_path: Path,
  tiny_records: Callable,
  monkeypatch: pytest.MonkeyPatch,
  mirror: bool,
) -> None:
  """Whatever the batches: of three and two, one size not of whole cells."""
  monkeypatch.setattr(pseudo_cache, "PICTURES_PER_SHARD", 5)
  widths = (48, 48, 43, 43, 48, 43)  # the first is held out
  members = [tiny_record(n, 40, width) for n, width in enumerate(widths)]
  batches = []
  grouped = pseudo_labels._batches_of_one_size

  def noting(pictures: Iterator[tuple]) -> Iterator[list[tuple]]:
    for batch in grouped(pictures):
      batches.append(len(batch))
      yield batch

  monkeypatch.setattr(pseudo_labels, "_batches_of_one_size", noting)
  summary = pseudo_labels.label(
    counter,
    tiny_records("target", {"train": members}),
    "train",
    1,
    tmp_path / "labels",
    PseudoLabelConfig(pseudo_mirror=mirror, pseudo_variances=True),
  )
  assert sorted(batches) == [2, 3]
  assert (summary.pictures, len(summary.accepted)) == (5, 5)
  assert "on 5 of 5 pictures" in pseudo_summary.table(summary)
  dataset = tf.data.TFRecordDataset([str(f) for f in summary.files])
  labels = list(dataset.map(pseudo_records.parse))
  assert [fields["id"].numpy().decode() for fields in labels] == [
    record.id for record in members[1:]
  ]
  ensemble = MaskEnsemble(counter)
  for fields in labels:
    image = decode_picture(fields["image"])[tf.newaxis].numpy()
    one = ensemble(image)
    mean, variance = one.mean.numpy(), one.total.numpy()
    if mirror:
      rest = -image.shape[2] % 8
      whole = np.pad(image, [(0, 0), (0, 0), (0, rest), (0, 0)], "symmetric")
      other = ensemble(whole[:, :, ::-1])
      looks = np.stack([mean, other.mean.numpy()[:, :, ::-1]])
      within = (variance + other.total.numpy()[:, :, ::-1]) / 2
      mean, variance = looks.mean(axis=0), within + looks.var(axis=0)
    np.testing.assert_allclose(fields["density"], mean[0], rtol=1e-4)
    np.testing.assert_allclose(fields["variance"], variance[0], rtol=1e-3)
  total = sum(float(tf.reduce_sum(fields["density"])) for fields in labels)
  assert summary.people.sum() == pytest.approx(total, rel=1e-3)
  assert summary.cells.sum() == 5 * 5 * 6
  manifest = json.loads((tmp_path / "labels" / "manifest.json").read_text())
  assert manifest["made_by"]["counter"] == pseudo_labels.fingerprint(counter)
  assert manifest["totals"]["people"] == pytest.approx(total, rel=1e-3)


def test_pictures_of_unusual_uncertainty_are_left_out(
  counter: SFCN, tmp_path: Path, tiny_records: Callable
) -> None:
  members = [tiny_record(index, 40, 48) for index in range(8)]
  target = tiny_records("target", {"train": members})
  summaries = [
    pseudo_labels.label(
      counter,
      target,
      "train",
      0,
      tmp_path / f"{keep}",
      PseudoLabelConfig(pseudo_keep_pictures=keep),
    )
    for keep in (1.0, 0.5)
  ]
  assert len(summaries[0].accepted) == 8
  half = summaries[1]
  assert (half.pictures, len(half.accepted)) == (8, 4)
  assert half.cells.sum() == 4 * 5 * 6
  assert half.people.sum() < summaries[0].people.sum()


def test_nothing_is_learned_outside_the_region_of_interest(
  two_rounds: ExperimentConfig,
  counter: SFCN,
  tmp_path: Path,
  tiny_records: Callable,
) -> None:
  region = np.zeros((40, 48, 1), np.uint8)
  region[:, :21] = 255  # two and a half of six columns of cells, and more
  members = [
    dataclasses.replace(tiny_record(index, 40, 48), roi=png(region))
    for index in range(2)
  ]
  summary = pseudo_labels.label(
    counter,
    tiny_records("target", {"train": members}),
    "train",
    0,
    tmp_path / "labels",
    PseudoLabelConfig(pseudo_keep=1.0),
  )
  dataset = tf.data.TFRecordDataset([str(f) for f in summary.files])
  ensemble, people = MaskEnsemble(counter), 0.0
  for fields in dataset.map(pseudo_records.parse):
    confidence = fields["confidence"].numpy()[..., 0]
    assert confidence[:, :3].all()
    assert not confidence[:, 3:].any()
    mean = ensemble(decode_picture(fields["image"])[tf.newaxis]).mean
    people += float(tf.reduce_sum(mean[0, :, :3]))
  # Nobody is counted there either.
  assert summary.cells.sum() == summary.kept.sum() == 2 * 5 * 3
  assert summary.people.sum() == pytest.approx(people, rel=1e-4)


def test_no_picture_left_to_label(
  counter: SFCN, tmp_path: Path, tiny_records: Callable
) -> None:
  target = tiny_records("target", {"train": 3})
  with pytest.raises(InputError, match=r"3 pictures.*--target_held_out=3"):
    pseudo_labels.label(
      counter, target, "train", 3, tmp_path / "labels", PseudoLabelConfig()
    )
  assert not (tmp_path / "labels").exists()


def test_maps_that_are_not_finite_are_never_labels(
  undisturbed: run_folder.RunFolder, tmp_path: Path, tiny_records: Callable
) -> None:
  broken = load_model(undisturbed.model("last"), "float32")
  broken.head.bias.assign([np.nan, 0.0])
  target = tiny_records("target", {"train": 2})
  with pytest.raises(InputError, match=r"tiny.*not finite.*--learning_rate"):
    pseudo_labels.label(
      broken, target, "train", 0, tmp_path / "labels", PseudoLabelConfig()
    )
  assert not list((tmp_path / "labels").glob("shard*"))


def test_a_round_goes_on_when_the_last_one_s_labels_are_gone(
  undisturbed: run_folder.RunFolder,
  tmp_path: Path,
  caplog: pytest.LogCaptureFixture,
) -> None:
  folder = run_folder.RunFolder(tmp_path)
  stage = Stage("round2", 2, 8, 4, 1e-4)
  summary = pseudo_summary.Summary([], 0, [], *[np.zeros(1)] * 4)
  assert rounds._movement(folder, stage, summary) is None
  assert "gone or damaged" in caplog.text
