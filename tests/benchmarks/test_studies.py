"""Studies of labelled target pictures, and of kills, on tiny counters."""

import dataclasses
import json
import random

import keras
import numpy as np
import pytest

from benchmarks import resume
from benchmarks.studies import fixed_features as fixed
from benchmarks.studies import selection, signals, sources
from cdcc_tf.config import (
  DataConfig,
  ExperimentConfig,
  ModelConfig,
  TrainingConfig,
)
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from cdcc_tf.models.encoders import build_encoder
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.runs.opening import open_run
from tests.benchmarks.test_benchmarks import FULL, TINY


@pytest.mark.parametrize("kept", ["stages", "counters"])
def test_signals_rank_the_counters_of_runs(
  tiny_records, tmp_path, kept: str
) -> None:
  folder = tiny_records("real", {"dev": 3})
  run = tmp_path / "run"
  open_run(run, FULL)
  for index in range(4):
    home = run / kept / f"number{index}"
    home.mkdir(parents=True)
    keras.utils.set_random_seed(0)
    model = SFCN(TINY, spatial_encoder=False)
    model(np.zeros((1, 16, 16, 3)))
    # More is nearer; the last is the one before it once more.
    model.head.bias.assign([float(min(index, 2)), 0.0])
    model.save(home / "model.keras")
    record = {
      "step": 10 * index,
      "stage": "stage1" if index < 1 else "round1",
      "val_mae": index + 1.0,
      "val_scale_gap": 3.0 - index,
      "val_orientation_accuracy": 0.9,
      "val_target_count": 2.0**index,
    }
    (home / "record.json").write_text(json.dumps(record))
  lines = signals.measure([run], folder, "dev", 1, "float32")
  rows, known = lines[1:4], lines[4]
  last, choice, over_best, over_last, late = lines[5:]
  errors = [float(row.split()[1]) for row in rows]
  assert errors == sorted(errors, reverse=True)
  # The mirror and the mask gap were not measured, the first has no drift.
  assert [float(each) for each in known.split()[4:]] == [3, 3, 0, 3, 0, 3, 2]
  # Of counters that tie, any may be taken.
  assert float(choice.split()[9]) == pytest.approx(np.mean(errors), abs=0.01)
  # The source's error chooses the first, the scale gap the last and best.
  assert [float(choice.split()[4 + i]) for i in (0, 1, 3)] == pytest.approx(
    [min(errors), errors[0], min(errors)], abs=0.01
  )
  worse = max(errors) - min(errors)
  for line in (over_best, over_last):
    assert [float(line.split()[3 + i]) for i in (1, 3)] == pytest.approx(
      [worse, 0], abs=0.01
    )
  # Of the round, the source's error chooses the second.
  assert [float(late.split()[4 + i]) for i in (1, 3)] == pytest.approx(
    [errors[1], min(errors)], abs=0.01
  )
  # MAE, source MAE, mirror, scale, mask, flip (never differs), drift.
  assert last.split()[3:] == [
    "1.00",
    "-1.00",
    "nan",
    "1.00",
    "nan",
    "nan",
    "nan",
  ]
  with pytest.raises(InputError, match="0 counters"):
    signals.measure([tmp_path], folder, "dev", 1, "float32")


def test_signals_keep_runs_of_one_name_apart(
  tiny_records, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
  runs = [tmp_path / "seed0" / "D", tmp_path / "seed1" / "D"]
  for run in runs:
    for name in ("stage1", "round1"):
      home = run / "stages" / name
      home.mkdir(parents=True)
      (home / "model.keras").touch()
      record = {"step": len(name), "stage": name, "val_mae": 1.0}
      (home / "record.json").write_text(json.dumps(record))
  counts = iter([1.0, 2.0, 3.0, 4.0])

  def counted(*_: object) -> tuple[tuple[float, ...], list[float]]:
    count = next(counts)
    return (count,), [count]

  monkeypatch.setattr(signals, "_counted", counted)
  folder = tiny_records("real", {"dev": 1})
  lines = signals.measure(runs, folder, "dev", 1, "float32")
  assert [float(line.split()[1]) for line in lines[1:5]] == [1, 2, 3, 4]


@pytest.mark.slow
def test_sources_are_compared_on_fixed_features(tiny_records, capsys) -> None:
  """Arms of the same crops end alike; one that sees nobody counts fewer."""
  crowded = str(tiny_records("crowded", {"train": 4}))
  again = str(tiny_records("again", {"train": 4}))
  nobody = [
    dataclasses.replace(record, points=np.zeros((0, 2), np.float32))
    for record in RecordDataset.open(crowded).records("train")
  ]
  empty = str(tiny_records("empty", {"train": nobody}))
  config = ExperimentConfig(
    DataConfig(target_records=crowded, crop=16, source_batch=2, sigma=4.0),
    ModelConfig(
      spatial_encoder=False, initializer="he_normal", decoder_width=TINY
    ),
    TrainingConfig(
      **{"stage1_steps": 30, "checkpoint_every": 10, "validate_every": 10},
      **{"learning_rate": 1e-3, "warmup_steps": 1},
    ),
  )
  encoder = build_encoder("compact", TINY)
  arms = sources.arms_of(
    [f"one={crowded}", f"same={again}", f"mixed={crowded},{empty}"]
  )
  pictures = {"real": fixed.images_of(crowded, "train", 2, encoder)}
  assert [seen.people for seen in pictures["real"]] == [
    len(record.points)
    for record in RecordDataset.open(crowded).records("train")
  ][::2]
  results = sources.measure(config, arms, pictures, encoder, 4, (0, 1))
  one, same, mixed = (figures["real"] for figures in results.values())
  assert one == same
  assert one[0] != one[1]
  assert one[0]["game1"] is None  # nobody looked where it errs
  assert all(m["bias"] < o["bias"] for m, o in zip(mixed, one, strict=True))
  last = capsys.readouterr().out.splitlines()[-1].split()
  errors = [figures["mae"] for figures in mixed]
  assert last[:4] == [
    *("mixed", f"{np.mean(errors):.1f}", "±", f"{np.std(errors, ddof=1):.1f}")
  ]
  with pytest.raises(InputError, match="--arm=unity: write NAME="):
    sources.arms_of(["unity"])


def test_mixed_crops_are_of_every_source_alike() -> None:
  parts = [
    fixed.Crops(np.full((6, 1, 1, 1), i), np.full((6, 1, 1, 1), -i))
    for i in range(3)
  ]
  mixed = fixed.mixed(parts, 6)
  assert mixed.features.ravel().tolist() == [0, 0, 1, 1, 2, 2]
  assert mixed.density.ravel().tolist() == [0, 0, -1, -1, -2, -2]


def test_kills_fall_everywhere_and_in_each_labelling_pass(tmp_path) -> None:
  run = tmp_path / "run"
  stages = ["stage1"] * 4 + ["round1"] * 2 + ["round2"] * 2
  run.mkdir()
  rows = [{"stage": stage, "step": i} for i, stage in enumerate(stages)]
  (run / "history.json").write_text(json.dumps(rows))
  for name in ("round1", "round2"):
    folder = run / "pseudo_labels" / name
    folder.mkdir(parents=True)
    for index in range(2):
      (folder / f"shard-{index:05d}.json").write_text("{}")
  names = resume.units(run)
  assert len(names) == resume.progress(run) == 12
  assert names[4:8] == ["labelling for round1"] * 2 + ["round1"] * 2
  seen = set()
  for seed in range(30):
    moments = resume.plan(names, 4, random.Random(seed))
    assert len(set(moments)) == 4
    assert moments == sorted(moments)
    assert {5, 6} & set(moments)
    assert {9, 10} & set(moments)
    seen |= set(moments)
  assert seen == set(range(1, 12))
  with pytest.raises(InputError, match="--kills=12: give 2 to 11"):
    resume.plan(names, 12, random.Random(0))


def test_error_inside_and_outside_the_mask_by_hand() -> None:
  density = np.array([[0.0, 1.0, 3.0, 1.0]])
  truth = np.array([[0.0, 1.5, 2.0, 0.5]])
  kept = np.array([[True, True, False, False]])
  sums = selection.cell_sums(density, truth, kept)
  *_, row = selection.table({"stratified": sums})
  # Errors of 0 and 0.5 in kept cells, of 1 and 0.5 in others.
  assert row.split() == [
    *("stratified", "37.5%", "25.000", "75.000", "0.33", "-33.3%", "+60.0%"),
    # Cells of 1 and more are all of the last band, cells of 0 of the first.
    *("nan", "nan", "nan", "nan", "nan", "nan", "0.67"),
  ]


def test_selection_compares_every_rule(tiny_records, tmp_path) -> None:
  run = tmp_path / "run"
  open_run(run, FULL)
  (run / "last").mkdir()
  model = SFCN(TINY, spatial_encoder=False)
  model(np.zeros((1, 16, 16, 3)))
  model.save(run / "last" / "model.keras")
  folder = tiny_records("real", {"dev": 3})
  lines = selection.measure(run, "last", folder, "dev", 2, 0.5, "float32")
  rows = [line.split() for line in lines[2:]]
  assert [row[0] for row in rows] == ["stratified", "variance"]
  assert all("nan" not in row[1:7] for row in rows)
  assert any(value != "nan" for value in rows[0][7:])
