"""What `train` runs, in this process: start, resume, refuse, record."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing import event_accumulator

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.pipeline import source
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from cdcc_tf.runs import opening
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import builders, experiment, stages
from cdcc_tf.training.loop.checkpoints import Checkpoints
from cdcc_tf.training.loop.model_selection import ema_weights
from tests.commands import command
from tests.training.helpers import (
  stage_run,
  tiny_experiment,
  with_rounds,
  with_training,
)


@pytest.fixture(scope="module")
def finished(
  records_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
  """A finished run of `config`, to look at."""
  path = tmp_path_factory.mktemp("finished") / "run"
  return train(tiny_experiment(records_folder), path)


@pytest.fixture
def own_run(finished: RunFolder, tmp_path: Path) -> RunFolder:
  """A copy of it, to break."""
  return RunFolder(shutil.copytree(finished.path, tmp_path / "own"))


def train(config: ExperimentConfig, path: Path) -> RunFolder:
  folder = opening.open_run(path, config)
  experiment.run(config, folder)
  return folder


def test_every_arm_starts_from_the_same_counter(
  config: ExperimentConfig,
) -> None:
  """Source only and stage 1 differ by the target alone, not by their start."""
  starts = []
  for each in (config, with_training(config, orientation_weight=0.0)):
    keras.utils.set_random_seed(3)
    stage = stages.plan(each)[0]
    starts.append(builders.build_first_model(each, stage).counter.get_weights())
  for one, other in zip(*starts, strict=True):
    np.testing.assert_array_equal(one, other)


def test_counters_are_built_as_the_options_say(
  config: ExperimentConfig,
) -> None:
  narrow = dataclasses.replace(
    config, model=dataclasses.replace(config.model, decoder_width=0.5)
  )
  stage = stages.plan(narrow)[0]
  model = builders.build_first_model(narrow, stage)
  assert model.counter.shared_decoder.filters == 13
  assert model.task.decoder.get_layer("orientation_conv1").filters == 13
  for loss, detached in (("gaussian", False), ("faithful", True)):
    counter = builders.build_counter(with_training(config, density_loss=loss))
    assert counter.get_config()["detached_variance"] is detached


@pytest.mark.slow
def test_what_a_run_leaves_behind(finished: RunFolder) -> None:
  folder = finished
  history = json.loads(folder.history.read_text())
  assert [row["step"] for row in history] == [2, 4]
  best = json.loads((folder.path / "best" / "record.json").read_text())
  lowest = min(history, key=lambda row: row["val_mae"])
  assert (best["step"], best["val_mae"]) == (lowest["step"], lowest["val_mae"])
  last = json.loads((folder.path / "last" / "record.json").read_text())
  assert last["step"] == 4

  events = event_accumulator.EventAccumulator(str(folder.tensorboard))
  events.Reload()
  tags = events.Tags()
  names = {
    *("training/density_loss", "training/orientation_loss"),
    *("training/learning_rate", "training/pictures_per_second"),
    *("validation/mae", "validation/orientation_accuracy"),
  }
  assert names <= set(tags["tensors"])
  assert {"panels/source", "panels/target"} <= set(tags["tensors"])
  for domain in ("source", "target"):
    assert (folder.panels / f"step_000004_{domain}.png").stat().st_size > 1000


@pytest.mark.slow
def test_poisoned_target_labels_change_nothing_in_a_run(
  config: ExperimentConfig,
  finished: RunFolder,
  tmp_path: Path,
  tiny_records: Callable,
) -> None:
  """Weights, which counter is kept, intervals: all as without the poison."""
  target = RecordDataset.open(config.data.target_records)
  poisoned = {
    split: [
      dataclasses.replace(record, points=np.float32([[1, 1]] * 40))
      for record in target.records(split)
    ]
    for split in ("train", "val")
  }
  target = tiny_records("poisoned", poisoned)
  data = dataclasses.replace(config.data, target_records=str(target))
  folder = train(dataclasses.replace(config, data=data), tmp_path / "run")
  for which in ("best", "last"):
    one, other = (
      keras.models.load_model(run.model(which), compile=False).get_weights()
      for run in (folder, finished)
    )
    for pair in zip(one, other, strict=True):
      np.testing.assert_array_equal(*pair)
    for name in ("record.json", "calibration.json"):
      files = (run.path / which / name for run in (folder, finished))
      assert len({file.read_text() for file in files}) == 1, name


def test_the_kept_counter_is_the_average_of_weights(
  config: ExperimentConfig, finished: RunFolder
) -> None:
  """The average lags behind; a run goes on from the raw weights."""
  assert config.training.ema_momentum
  kept = keras.models.load_model(finished.model("last"), compile=False)
  stage = stages.plan(config)[0]
  model = builders.build_first_model(config, stage)
  assert (
    Checkpoints(model, stage_run(finished.path, stage, config)).restore() == 4
  )
  raw = model.counter.get_weights()
  assert not all(
    np.allclose(*pair, atol=1e-7)
    for pair in zip(raw, kept.get_weights(), strict=True)
  )
  with ema_weights(model):
    for one, other in zip(
      model.counter.get_weights(), kept.get_weights(), strict=True
    ):
      np.testing.assert_array_equal(one, other)
  for one, other in zip(model.counter.get_weights(), raw, strict=True):
    np.testing.assert_array_equal(one, other)


def test_a_torn_checkpoint_is_passed_over(
  config: ExperimentConfig,
  own_run: RunFolder,
  caplog: pytest.LogCaptureFixture,
) -> None:
  stage = stages.plan(config)[0]
  for data in own_run.checkpoints.glob("stage1/ckpt-4.data*"):
    data.write_bytes(data.read_bytes()[:100])
  model = builders.build_first_model(config, stage)
  checkpoints = Checkpoints(model, stage_run(own_run.path, stage, config))
  assert checkpoints.restore() == 2
  assert "ckpt-4" in caplog.text
  checkpoints.on_epoch_end(0)  # and what came after it is forgotten
  history = json.loads(own_run.history.read_text())
  assert [row["step"] for row in history] == [2, 2]


def test_a_stage_killed_before_its_only_history_is_repeated(
  config: ExperimentConfig,
  own_run: RunFolder,
  monkeypatch: pytest.MonkeyPatch,
) -> None:
  own_run.history.unlink()
  fitted = []
  monkeypatch.setattr(experiment, "fit", lambda *args: fitted.append(args[0]))
  experiment.run(config, own_run)
  assert [run.name for run in fitted] == ["stage1"]


def test_no_whole_checkpoint_is_an_error(
  config: ExperimentConfig, own_run: RunFolder
) -> None:
  folder = own_run
  for data in folder.checkpoints.glob("stage1/*.data*"):
    data.write_bytes(b"")
  shutil.rmtree(folder.stage("stage1"))
  with pytest.raises(InputError, match=r"cannot be resumed from.*Delete"):
    experiment.run(config, folder)


@pytest.mark.parametrize("left", ["all", "unnoted", "nothing"])
def test_weights_are_read_once_and_not_to_resume(
  config: ExperimentConfig,
  own_run: RunFolder,
  monkeypatch: pytest.MonkeyPatch,
  left: str,
) -> None:
  """A file that has moved since, or no network, does not stop a run.

  A run killed at its first checkpoint may have one that is not noted.
  """
  shutil.rmtree(own_run.stage("stage1"))
  if left == "unnoted":
    (own_run.checkpoints / "stage1" / "checkpoint").unlink()
  elif left == "nothing":
    shutil.rmtree(own_run.checkpoints)
  seen = []

  def build(config: object, stage: object, fresh: bool) -> None:
    seen.append(fresh)
    raise InterruptedError

  monkeypatch.setattr(experiment, "build_first_model", build)
  with pytest.raises(InterruptedError):
    experiment.run(config, own_run)
  assert seen == [left != "all"]


def test_a_width_without_weights_is_refused_before_a_download(
  config: ExperimentConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
  monkeypatch.delattr(experiment, "build_first_model")
  for weights in ("imagenet", "half.npz"):
    model = dataclasses.replace(config.model, encoder_weights=weights)
    given = dataclasses.replace(config, model=model)
    error = InputError if weights == "imagenet" else NameError
    with pytest.raises(error, match=r"--width=0\.05|build_first_model"):
      train(given, tmp_path / weights)


def test_masks_that_do_not_fit_the_width(config: ExperimentConfig) -> None:
  model = dataclasses.replace(config.model, width=0.02)
  with pytest.raises(InputError, match=r"^--mask_scale=2: .*10 channels"):
    builders.build_counter(dataclasses.replace(config, model=model))


def test_a_start_without_its_weights(config: ExperimentConfig) -> None:
  model = dataclasses.replace(config.model, encoder_weights="missing.npz")
  absent = dataclasses.replace(config, model=model)
  stage = stages.plan(absent)[0]
  builders.build_first_model(absent, stage, fresh=False)
  with pytest.raises(InputError, match=r"missing\.npz"):
    builders.build_first_model(absent, stage)


@pytest.mark.parametrize(
  ("options", "message"),
  [
    ({"source_batch": 4}, r"--source_batch=4.*3 replicas.*or --replicas=1"),
    ({"source_batch": 3, "target_batch": 2}, "--target_batch=2"),
  ],
)
def test_batches_that_cannot_be_divided(
  config: ExperimentConfig, options: dict[str, int], message: str
) -> None:
  data = dataclasses.replace(config.data, **options)
  with pytest.raises(InputError, match=message):
    experiment._check_batches(dataclasses.replace(config, data=data), 3)
  alone = with_training(config, orientation_weight=0.0)
  data = dataclasses.replace(data, source_batch=3)
  rounds = dataclasses.replace(alone.rounds, rounds=0)
  experiment._check_batches(
    dataclasses.replace(alone, data=data, rounds=rounds), 3
  )


def test_other_records_under_the_same_name_are_refused(
  config: ExperimentConfig, own_run: RunFolder
) -> None:
  noted = own_run.path / "data.json"
  digests = json.loads(noted.read_text())
  assert set(digests) == {config.data.source_records}
  noted.write_text(json.dumps(dict.fromkeys(digests, "of other records")))
  with pytest.raises(InputError, match="not the records that"):
    experiment.run(config, own_run)


@pytest.mark.parametrize("name", ["history.json", "data.json"])
def test_a_damaged_file_of_the_run_is_named(
  config: ExperimentConfig, own_run: RunFolder, name: str
) -> None:
  (own_run.path / name).write_text('[{"step": 2, "stage"')
  with pytest.raises(InputError, match=rf"{name}: damaged"):
    experiment.run(config, own_run)


def test_a_loss_that_is_no_number_ends_the_run(
  config: ExperimentConfig, tmp_path: Path
) -> None:
  wild = with_training(config, learning_rate=1e30, density_loss="squared")
  with pytest.raises(InputError, match=r"--learning_rate .*norm\.$"):
    train(wild, tmp_path / "run")
  assert not list((tmp_path / "run" / "checkpoints").rglob("*.index"))
  found = json.loads((tmp_path / "run" / "not_finite.json").read_text())
  assert found["stage"] == "stage1"
  (row,) = json.loads((tmp_path / "run" / "history.json").read_text())
  assert row["step"] == found["step"]
  assert "at step" in row["alarms"][0]
  events = event_accumulator.EventAccumulator(
    str(tmp_path / "run" / "tensorboard")
  ).Reload()
  assert "alarms" in events.Tags()["tensors"]
  # The pictures of that very step, of both domains.
  domains = Domains.open(config.data)
  part = source.source_part(config.data, domains, config.training.seed)
  assert found["pictures"]["source"] == part.ids(found["step"] - 1)
  assert len(found["pictures"]["target"]) == config.data.target_batch // 2
  # There is nothing to lose, so the remedy may be tried in the same folder.
  assert opening.open_run(tmp_path / "run", config).rows() == []


def test_a_source_without_validation_is_refused_before_training(
  config: ExperimentConfig,
  tmp_path: Path,
  tiny_records: Callable,
  monkeypatch: pytest.MonkeyPatch,
) -> None:
  """Before the network is built, too, which may download its weights."""
  monkeypatch.delattr(experiment, "build_first_model")
  folder = tiny_records("no_val", {"train": 4})
  data = dataclasses.replace(config.data, source_records=str(folder))
  with pytest.raises(InputError, match=r"no split 'val'.*--val_fraction=0\.1"):
    train(dataclasses.replace(config, data=data), tmp_path / "run")
  # Made again, the records may have the same folder's name.
  assert not (tmp_path / "run" / "data.json").exists()


def test_more_replicas_than_gpus_are_refused(
  monkeypatch: pytest.MonkeyPatch,
) -> None:
  monkeypatch.setattr(
    tf.config, "list_physical_devices", lambda kind: ["GPU:0"]
  )
  with pytest.raises(InputError, match="1 GPUs"):
    builders.build_strategy(2)


@pytest.mark.slow
def test_two_replicas_train_and_validate(
  config: ExperimentConfig, tmp_path: Path
) -> None:
  """In a process of its own: TensorFlow divides its CPU once and for all."""
  data = dataclasses.replace(config.data, source_batch=4, target_batch=4)
  run = tmp_path / "run"
  run.mkdir()
  two = with_training(
    dataclasses.replace(config, data=data), replicas=2, stage1_steps=2
  )
  two = with_rounds(two, rounds=1)
  done = command("cdcc_tf.train", f"--run={run}", *two.to_flags())
  assert done.returncode == 0, done.stderr
  assert "2 replica(s)" in done.stderr
  rows = json.loads((run / "history.json").read_text())
  assert [row.pop("stage") for row in rows] == ["stage1", "round1"]
  for row in rows:
    row.pop("alarms", None)
    assert np.isfinite(list(row.values())).all()
  assert rows[1]["pseudo_loss"] >= 0
  assert (run / "last" / "model.keras").is_file()
