"""The table of rounds, and how far pseudo-labels move between them."""

import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.data.pseudo_labels.cache import (
  PseudoLabelSet,
  PseudoLabelWriter,
  finished_shards,
)
from cdcc_tf.data.pseudo_labels.record import PseudoLabel
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.rounds import report
from cdcc_tf.training.stages import Stage
from tests.helpers import noise_picture, png
from tests.training.helpers import stage_run


def cache(folder: Path, densities: list[np.ndarray]) -> list[Path]:
  made = PseudoLabelWriter(folder, {})
  records = [
    PseudoLabel(
      *(f"{index}", png(noise_picture(16, 24, index)), 16, 24),
      density.astype(np.float32),
      np.ones((2, 3), bool),
      0.1,
    )
    for index, density in enumerate(densities)
  ]
  made.write(0, records)
  made.finish(1, {})
  return finished_shards(folder)


def test_movement_by_hand(tmp_path: Path) -> None:
  before = cache(tmp_path / "1", [np.full((2, 3), 1.0), np.full((2, 3), 2.0)])
  after = cache(tmp_path / "2", [np.full((2, 3), 1.5), np.full((2, 3), 1.0)])
  # 6 cells up by a half, 6 down by one, of 18 people.
  assert report.movement(before, after) == pytest.approx(9 / 18)
  assert report.movement(before, before) == 0


def test_rows_are_noted_once_and_in_order(tmp_path: Path) -> None:
  folder = RunFolder(tmp_path)
  summary = PseudoLabelSet(
    [],
    4,
    ["a", "b", "c"],
    np.array([10.0, 10.0]),
    np.array([5.0, 1.0]),
    np.array([1.0, 7.0]),
    np.array([0.5, 2.0]),
  )
  rounds = [Stage(f"round{n}", n, 4 * n, 4, 1e-4) for n in (1, 2)]
  rows = []
  for stage, mae in zip(rounds, (5.0, 4.0), strict=True):
    for step, figures in ((2, {}), (4, {"val_mae": mae})):
      rows.append(
        {"step": stage.first_step + step, "stage": stage.name, "seconds": 90.0}
        | figures
      )
    folder.history.write_text(json.dumps(rows))
    run = stage_run(tmp_path, stage)
    assert not report.has(run)
    moved = None if stage.round == 1 else 0.25
    for _ in range(2):  # a run killed right after noting it notes it again
      table = report.add_round(run, summary, moved, 30.0)
    assert report.has(run)
  noted = json.loads(folder.rounds.read_text())
  assert [row["round"] for row in noted] == [1, 2]
  assert noted[1]["kept_cells"] == pytest.approx(6 / 20)
  assert noted[1]["pseudo_people"] == pytest.approx(8 / 3)
  assert noted[1]["kept_people"] == pytest.approx(2.5 / 8)
  assert noted[1]["labelling_minutes"] == pytest.approx(0.5)
  first_run, second_run = (stage_run(tmp_path, stage) for stage in rounds)
  assert report.mass_before(first_run) is None
  assert report.mass_before(second_run) == pytest.approx(8 / 3)
  assert noted[1]["minutes"] == pytest.approx(3)
  first, second = table.splitlines()[1:]
  kept = ["3", "0.3", "0.312", "2.67"]
  assert first.split() == ["1", *kept, "-", "5", "-", "-", "0.5", "3"]
  assert second.split() == ["2", *kept, "0.25", "4", "-", "-", "0.5", "3"]


def test_panels_show_accepted_pictures_as_they_were_looked_at(
  tmp_path: Path,
) -> None:
  files = cache(tmp_path / "cache", [np.full((2, 3), 0.5)] * 5)
  ones = np.ones(1)
  summary = PseudoLabelSet(files, 5, ["1", "4"], ones, ones, ones, ones)
  seen = []

  def predict(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    seen.append(images[0].numpy())
    return tf.zeros((1, 2, 3)), tf.fill((1, 2, 3), 0.01)

  run = stage_run(tmp_path / "run", Stage("round1", 1, 4, 4, 1e-4))
  folder = run.folder
  report.draw(predict, run, summary)
  for image, index in zip(seen, (1, 4), strict=True):
    np.testing.assert_array_equal(image, noise_picture(16, 24, index))
  assert (folder.panels / "round1_pseudo_labels.png").is_file()
  assert list(folder.tensorboard.glob("events*"))
