"""Spoilt data sets end in a reason, never in a traceback, hang or way out.

A sample of what `python -m tests.data_tools.formats.fuzz` does in full.
"""

from pathlib import Path

import pytest

from cdcc_tf.data.records.manifest import load_manifest
from data_tools.conversion import convert_dataset
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.formats import FORMATS
from tests.data_tools.formats import fuzz
from tests.data_tools.formats.families import EXPORTS, FAMILIES

MUTATIONS, SEED = 20, 1
UNSPOILT = {"images", "video"}  # which have no annotations


@pytest.mark.parametrize("name", FAMILIES)
def test_whole_files_are_read(tmp_path: Path, name: str) -> None:
  family = FAMILIES[name]
  family.write_whole(tmp_path / "set")
  convert(family.format, tmp_path / "set", tmp_path / "records", Options())
  manifest = load_manifest(tmp_path / "records")
  assert sum(manifest.pictures.values()) == family.pictures


@pytest.mark.parametrize("name", FAMILIES)
def test_spoilt_files_end_in_a_reason(tmp_path: Path, name: str) -> None:
  tally = fuzz.fuzz(FAMILIES[name], MUTATIONS, SEED, tmp_path)
  assert tally.faults == []
  assert sum(tally.ends.values()) == MUTATIONS


def test_every_format_is_spoilt() -> None:
  assert {f.format for f in FAMILIES.values()} == set(FORMATS) - UNSPOILT


@pytest.mark.parametrize(
  ("fault", "expected"),
  [
    ("raise", "ZeroDivisionError"),
    ("write", "changed open"),
    ("leave", "left files behind"),
    ("long", "no line: "),
    ("slow", "took "),
  ],
)
def test_faults_are_found(
  tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, expected: str
) -> None:
  """The fuzzer itself sees what it is there for."""
  root = tmp_path / "work"
  real = convert_dataset.convert

  def faulty(*given: object) -> object:
    if fault == "raise":
      return 1 / 0
    if fault == "write":
      (tmp_path / "outside").write_text("")
    elif fault == "leave":
      (root / "left").write_text("")
    elif fault == "long":
      raise fuzz.InputError("two\nlines")
    elif fault == "slow":
      monkeypatch.setattr(fuzz, "SECONDS", 0.0)
    return real(*given)

  monkeypatch.setattr(fuzz, "convert", faulty)
  tally = fuzz.fuzz(EXPORTS["CSV"], 1, 0, root)
  assert any(expected in found for found in tally.faults)
