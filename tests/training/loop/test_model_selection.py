"""Which counters are kept: the best, the last, and on request all."""

import json
from pathlib import Path
from typing import cast

import keras

from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.loop.model_selection import CheckpointSelector
from cdcc_tf.training.stages import Stage
from tests.training.helpers import stage_run, tiny_experiment, with_training

STAGES = [Stage(f"round{n}", n, 20 * n, 20, 1e-4) for n in (1, 2)]


class Model:
  """Saves its own name."""

  def __init__(self, name: str):
    self.name = name

  def save(self, path: Path) -> None:
    path.write_text(self.name)


def keep_two_stages(
  folder: Path, select_by: str, figures: list[dict], keep_all: bool = False
) -> RunFolder:
  """Two validations in each of two stages."""
  run = RunFolder(folder)
  config = with_training(
    tiny_experiment(folder), select_by=select_by, keep_counters=keep_all
  )
  for number, measured in enumerate(figures):
    stage, last = STAGES[number // 2], bool(number % 2)
    kept = CheckpointSelector(stage_run(folder, stage, config), None)
    step = stage.first_step + (20 if last else 10)
    model = cast("keras.Model", Model(str(step)))
    kept.keep(model, step, measured, last)
  return run


def test_by_source_error_each_stage_chooses_anew(tmp_path: Path) -> None:
  figures = [{"val_mae": value} for value in (1.0, 2.0, 5.0, 4.0)]
  run = keep_two_stages(tmp_path, "source", figures)
  assert (run.path / "best" / "model.keras").read_text() == "60"
  assert (run.path / "last" / "model.keras").read_text() == "60"
  record = json.loads((run.path / "best" / "record.json").read_text())
  assert "in the last stage" in record["chosen_by"]
  assert record["target_labels_used"] is False
  assert not run.counters.exists()


def test_by_figures_of_the_target_the_best_of_all_stages_stays(
  tmp_path: Path,
) -> None:
  figures = [
    {"val_mae": 9.0, "val_scale_gap": value} for value in (3.0, 1.0, 5.0, 2.0)
  ]
  run = keep_two_stages(tmp_path, "scale", figures)
  assert (run.path / "best" / "model.keras").read_text() == "40"
  assert (run.path / "last" / "model.keras").read_text() == "60"


def test_every_counter_on_request(tmp_path: Path) -> None:
  figures = [{"val_mae": value} for value in (1.0, 2.0, 5.0, 4.0)]
  run = keep_two_stages(tmp_path, "source", figures, keep_all=True)
  homes = sorted(run.counters.iterdir())
  assert [home.name for home in homes] == [
    f"step_{step:06d}" for step in (30, 40, 50, 60)
  ]
  for home, measured in zip(homes, figures, strict=True):
    assert (home / "model.keras").read_text() == str(run.step_of(home))
    record = json.loads((home / "record.json").read_text())
    assert record["val_mae"] == measured["val_mae"]


def test_intervals_go_with_the_counter_that_they_are_of(tmp_path: Path) -> None:
  """A run that goes on after its end would keep the last one's."""
  for which in ("best", "last"):
    (tmp_path / which).mkdir()
    (tmp_path / which / "calibration.json").touch()
  keep_two_stages(tmp_path, "source", [{"val_mae": 1.0}])
  assert not (tmp_path / "best" / "calibration.json").exists()
  assert (tmp_path / "last" / "calibration.json").exists()  # nothing new there
