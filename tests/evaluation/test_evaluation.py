"""Measuring a counter on records, and saying what was measured."""

import csv
import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from cdcc_tf.evaluation import evaluation, metrics, protocols, results
from cdcc_tf.evaluation.metrics import ImageResult, summarise
from cdcc_tf.inference.prediction import Prediction
from tests.helpers import png, tiny_record


class OnePersonACell:
  """Counts one person in every cell, without a network."""

  precision = "float32"
  fast = True
  calibration = None

  def count(
    self, image: np.ndarray, region: np.ndarray | None = None
  ) -> Prediction:
    grid = (-(-image.shape[0] // 8), -(-image.shape[1] // 8))
    ones = np.ones(grid)
    if region is not None:
      ones *= region[::8, ::8]
    return Prediction(float(ones.sum()), ones, ones)


def test_figures_files_and_provenance(tiny_records, tmp_path: Path) -> None:
  folder = tiny_records("set", {"dev": 4}, height=16, width=24)  # 6 cells
  output = tmp_path / "out"
  measured, groups = evaluation.evaluate(
    OnePersonACell(), folder, "dev", output, 4.0, 2, {"run": "r", "step": 200}
  )
  assert measured["pictures"] == 4
  assert measured["mae"] == pytest.approx(6 - np.mean([0, 1, 2, 3]))
  assert measured["correlation"] is None  # a constant correlates with nothing
  saved = json.loads((output / "metrics.json").read_text())
  origin = saved.pop("provenance")
  assert saved == measured | {"groups": {}}
  assert groups == {}
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
  assert "undefined" in metrics.table(measured)


def test_files_of_others_are_not_replaced(tiny_records, tmp_path: Path) -> None:
  """Above all not a table of records' pictures, which has the same name."""
  folder = tiny_records("set", {"dev": 4})
  for output, name in (
    (folder, "manifest.json"),
    (tmp_path / "table", "pictures.csv"),
    (tmp_path / "figures", "metrics.json"),
  ):
    output.mkdir(exist_ok=True)
    if name != "manifest.json":
      (output / name).write_text("{}")
    before = {path: path.read_bytes() for path in output.iterdir()}
    with pytest.raises(InputError, match=f"{output / name}: not written by"):
      evaluation.evaluate(OnePersonACell(), folder, "dev", output, 4.0)
    assert before == {path: path.read_bytes() for path in output.iterdir()}


def test_nothing_of_an_earlier_evaluation_stays(
  tiny_records, tmp_path: Path
) -> None:
  folder, output = tiny_records("set", {"dev": 4, "val": 3}), tmp_path / "out"
  evaluation.evaluate(OnePersonACell(), folder, "val", output, 4.0, panels=3)
  (output / "panel_of_mine.png").touch()
  evaluation.evaluate(OnePersonACell(), folder, "dev", output, 4.0, panels=1)
  assert sorted(path.name for path in output.glob("[!.]*")) == [
    *("metrics.json", "panel_1.png", "panel_of_mine.png", "pictures.csv")
  ]


def test_unlabelled_pictures_are_no_empty_ones(
  tiny_records, tmp_path: Path
) -> None:
  members = [tiny_record(0), tiny_record(1, labelled=False)]
  folder = tiny_records("mixed", {"dev": members, "bare": members[1:]})
  measured, _ = evaluation.evaluate(
    OnePersonACell(), folder, "dev", tmp_path / "out", 4.0, panels=0
  )
  assert measured["pictures"] == 1
  saved = json.loads((tmp_path / "out" / "metrics.json").read_text())
  assert saved["provenance"]["left_out_unlabelled"] == 1
  with pytest.raises(InputError, match=r"'bare'.*no labelled pictures"):
    evaluation.evaluate(OnePersonACell(), folder, "bare", tmp_path / "out", 4.0)
  with pytest.raises(InputError, match="no split 'test'"):
    evaluation.evaluate(OnePersonACell(), folder, "test", tmp_path / "out", 4.0)


def test_only_the_region_of_interest_counts(
  tiny_records, tmp_path: Path
) -> None:
  """Three of six cells, and the heads in them."""
  region = np.zeros((16, 24), np.uint8)
  region[:8] = 255
  record = dataclasses.replace(
    tiny_record(0, height=16, width=24),
    points=np.float32([[3, 7.5], [20, 2], [3, 8.5]]),
    roi=png(region[..., None]),
  )
  folder = tiny_records("regions", {"dev": [record]})
  measured, _ = evaluation.evaluate(
    OnePersonACell(), folder, "dev", tmp_path / "out", 4.0
  )
  assert measured["mean_true"] == 2
  assert measured["bias"] == 1
  with open(tmp_path / "out" / "pictures.csv", newline="") as file:
    (row,) = csv.DictReader(file)
  assert (row["true"], row["predicted"]) == ("2", "3.000")


def test_folds_of_several_counters_are_averaged(
  tiny_records, tmp_path: Path
) -> None:
  outputs = []
  for number in range(5):
    member = dataclasses.replace(
      tiny_record(number, height=16, width=24), group=f"fold{number + 1}"
    )
    folder = tiny_records(f"set{number}", {"test": [member]})
    outputs.append(tmp_path / f"out{number}")
    measured, groups = evaluation.evaluate(
      OnePersonACell(),
      *(folder, "test", outputs[-1], 4.0),
      protocol="ucf_cc_50",
      together_with=outputs[:-1],
    )
  assert measured["pictures"] == 1  # of this counter alone
  assert list(groups) == [
    *(f"fold{number}" for number in range(1, 6)),
    protocols.MEAN,
  ]
  mean = np.mean([6 - len(tiny_record(n).points) for n in range(5)])
  assert groups[protocols.MEAN]["mae"] == pytest.approx(mean)
  saved = json.loads((outputs[-1] / "metrics.json").read_text())
  assert saved["provenance"]["together_with"] == [str(o) for o in outputs[:-1]]
  for twice in (outputs, [outputs[0], outputs[0]]):
    with pytest.raises(InputError, match="was counted by two of these"):
      evaluation.evaluate(
        OnePersonACell(),
        *(folder, "test", tmp_path / "again", 4.0),
        protocol="ucf_cc_50",
        together_with=twice,
      )


def test_other_evaluations_need_a_protocol(tmp_path: Path) -> None:
  with pytest.raises(InputError, match="--protocol=pictures has no groups"):
    evaluation.evaluate(
      OnePersonACell(),
      *(tmp_path, "test", tmp_path / "out", 4.0),
      together_with=[tmp_path],
    )


@pytest.mark.parametrize(
  ("content", "message"),
  [(None, "not found"), ("id,group\n1,a\n", "no table"), ("", "no picture")],
)
def test_evaluations_that_cannot_be_averaged(
  tmp_path: Path, content: str | None, message: str
) -> None:
  if content is not None:
    (tmp_path / "pictures.csv").write_text(content)
  with pytest.raises(InputError, match=message):
    results.read(tmp_path)


def test_records_without_groups_are_refused_at_once(
  tiny_records, tmp_path: Path
) -> None:
  folder = tiny_records("set", {"dev": 4})
  counter = OnePersonACell()
  counter.count = None  # type: ignore[method-assign]
  with pytest.raises(InputError, match="names no group"):
    evaluation.evaluate(
      counter, folder, "dev", tmp_path / "out", 4.0, protocol="worldexpo10"
    )


def test_undefined_figures_are_null_not_nan() -> None:
  empty = [ImageResult("a", 0, 1.0, (1.0, 1.0, 1.0))]
  measured = summarise(empty)
  assert measured["nae"] is None  # nobody to divide by
  assert measured["correlation"] is None
  assert measured["mae"] == 1.0
  broken = [ImageResult("a", 3, float("nan"), (np.nan,) * 3)]
  assert summarise(broken)["mae"] is None
  json.dumps([measured, summarise(broken)], allow_nan=False)
