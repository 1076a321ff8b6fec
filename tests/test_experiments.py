"""Every experiment file parses, and says how to run it."""

import itertools
import re
from pathlib import Path

import pytest
from absl import flags

from cdcc_tf import config
from cdcc_tf.config import experiment_flags

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "experiments").glob("[!_]*.flags"))


def parse(path: Path) -> config.ExperimentConfig:
  values = flags.FlagValues()
  experiment_flags.define_flags(values)
  values(["train", f"--flagfile={path}"])
  return experiment_flags.from_flags(values)


def test_the_promised_experiments_are_there() -> None:
  assert {path.stem for path in FILES} >= {
    "quickstart",
    *("unity2shtb", "unity2shta", "gcc2shta", "gcc2shtb"),
    *("gcc2qnrf", "gcc2ucfcc50", "gcc2we"),
  }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_parses(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
  monkeypatch.chdir(ROOT)  # flag files name each other from there
  experiment = parse(path)
  assert experiment.data.source_records
  adapts = path.stem != "light"  # a counter for any place
  assert bool(experiment.data.target_records) == adapts
  assert experiment.adapts == adapts


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_is_headed_by_its_commands_and_figures(path: Path) -> None:
  lines = path.read_text().splitlines()
  head = "\n".join(itertools.takewhile(lambda line: line[0] == "#", lines))
  assert f"cdcc_tf.train --flagfile=experiments/{path.name}" in head
  for command in ("data_tools.", "cdcc_tf.evaluate"):
    assert command in head or "quickstart.py" in head
  text = " ".join(line.lstrip("# ") for line in head.splitlines())
  _, _, figures = text.partition("figures: ")
  wanted = (r"seed \d", r"commit [0-9a-f]{7}", r"20\d\d-\d\d-\d\d", r"MAE \d")
  assert figures.startswith("not yet run") or all(
    re.search(pattern, figures) for pattern in wanted
  ), figures


def test_unknown_flag_is_refused(tmp_path: Path) -> None:
  bad = tmp_path / "bad.flags"
  bad.write_text("--crop_size=3\n")
  with pytest.raises(flags.UnrecognizedFlagError, match="crop_size"):
    parse(bad)
