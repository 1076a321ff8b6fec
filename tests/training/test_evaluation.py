"""Measuring a counter on records, and saying what was measured."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import Prediction
from cdcc_tf.training import evaluation
from cdcc_tf.training.evaluation import PictureResult, summarise
from tests.conftest import tiny_record


class OnePersonACell:
  """Counts one person in every cell, without a network."""

  precision = "float32"

  def count(self, image: np.ndarray) -> Prediction:
    grid = (-(-image.shape[0] // 8), -(-image.shape[1] // 8))
    return Prediction(float(np.prod(grid)), np.ones(grid), np.ones(grid))


def test_figures_files_and_provenance(tiny_records, tmp_path: Path) -> None:
  folder = tiny_records("set", {"dev": 4}, height=16, width=24)  # 6 cells
  output = tmp_path / "out"
  figures = evaluation.evaluate(
    OnePersonACell(), folder, "dev", output, 4.0, 2, {"run": "r", "step": 200}
  )
  assert figures["pictures"] == 4
  assert figures["mae"] == pytest.approx(6 - np.mean([0, 1, 2, 3]))
  assert figures["correlation"] is None  # a constant correlates with nothing
  saved = json.loads((output / "metrics.json").read_text())
  origin = saved.pop("provenance")
  assert saved == figures
  assert (origin["run"], origin["step"]) == ("r", 200)
  assert (origin["records"], origin["split"]) == (str(folder), "dev")
  assert origin["precision"] == "float32"
  assert origin["left_out_unlabelled"] == 0
  assert origin["measured_with"]["versions"]["cdcc_tf"]
  assert "git_commit" in origin["measured_with"]
  assert Path(sys.executable).name in origin["command"]
  with open(output / "pictures.csv", newline="") as file:
    assert [row["id"] for row in csv.DictReader(file)] == [
      f"tiny/{index}" for index in range(4)
    ]
  assert len(list(output.glob("panel_*.png"))) == 2
  assert "undefined" in evaluation.table(figures)


def test_unlabelled_pictures_are_no_empty_ones(
  tiny_records, tmp_path: Path
) -> None:
  members = [tiny_record(0), tiny_record(1, labelled=False)]
  folder = tiny_records("mixed", {"dev": members, "bare": members[1:]})
  figures = evaluation.evaluate(
    OnePersonACell(), folder, "dev", tmp_path / "out", 4.0, panels=0
  )
  assert figures["pictures"] == 1
  saved = json.loads((tmp_path / "out" / "metrics.json").read_text())
  assert saved["provenance"]["left_out_unlabelled"] == 1
  with pytest.raises(InputError, match=r"'bare'.*no labelled pictures"):
    evaluation.evaluate(OnePersonACell(), folder, "bare", tmp_path / "out", 4.0)
  with pytest.raises(InputError, match="no split 'test'"):
    evaluation.evaluate(OnePersonACell(), folder, "test", tmp_path / "out", 4.0)


def test_undefined_figures_are_null_not_nan() -> None:
  empty = [PictureResult("a", 0, 1.0, (1.0, 1.0, 1.0))]
  figures = summarise(empty)
  assert figures["nae"] is None  # nobody to divide by
  assert figures["correlation"] is None
  assert figures["mae"] == 1.0
  broken = [PictureResult("a", 3, float("nan"), (np.nan,) * 3)]
  assert summarise(broken)["mae"] is None
  json.dumps([figures, summarise(broken)], allow_nan=False)
