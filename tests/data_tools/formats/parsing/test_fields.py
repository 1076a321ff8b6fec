"""What other programs wrote is checked, and refused in one line."""

import json
from pathlib import Path

import pytest

from cdcc_tf.errors import InputError
from data_tools.formats.parsing import fields, files, shapes


@pytest.mark.parametrize(
  ("content", "reason"),
  [
    (b"", "no valid JSON"),
    (b'{"a": 1', "no valid JSON"),
    (b'{"a": 1, "b": {"c": 1, "c": 2}}', "'c' appears twice"),
    (b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
    (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    (b"9" * 5000, "no valid JSON"),
    (b'"K\xf6ln"', "not UTF-8"),
  ],
)
def test_no_json(content: bytes, reason: str):
  with pytest.raises(ValueError, match=reason) as raised:
    files.parse_json(content)
  assert "\n" not in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_in_any_unicode(tmp_path: Path, encoding: str):
  path = tmp_path / "a.json"
  path.write_text(json.dumps({"Köln": 1}, ensure_ascii=False), encoding)
  assert files.load_json(path) == {"Köln": 1}


def test_file_that_cannot_be_read(tmp_path: Path):
  with pytest.raises(InputError, match=r"a\.json: cannot be read \(no annot"):
    files.load_json(tmp_path / "a.json")


@pytest.mark.parametrize(
  "value",
  [
    None,
    True,
    "1",
    [],
    float("nan"),
    float("inf"),
    10**400,
    -(10**400),
    1e305,
    1.1e6,
  ],
)
def test_no_number(value: object):
  with pytest.raises(ValueError, match=r"x is .*, (not a|which)") as raised:
    fields.number(value, "x")
  assert len(str(raised.value)) < 120


@pytest.mark.parametrize(
  "value",
  [
    None,
    "",
    "1_000",
    "0x10",
    "1,5",
    "nan",
    "1e999",
    "1e300",
    "٤",
    "1 2",
    "1."[:0],
  ],
)
def test_no_number_in_a_text(value: str | None):
  with pytest.raises(ValueError, match=r"x is .*, (not a|which)"):
    fields.parse_number(value, "x")


@pytest.mark.parametrize(
  ("value", "expected"), [("1", 1), (" -2.5e1 ", -25), (".5", 0.5), ("3.", 3)]
)
def test_number_in_a_text(value: str, expected: float):
  assert fields.parse_number(value, "x") == expected


@pytest.mark.parametrize(
  ("height", "width", "expected"),
  [(None, None, None), (0, 0, None), (50, 100.0, (50, 100))],
)
def test_size(height: object, width: object, expected: object):
  assert fields.size_of(height, width) == expected


@pytest.mark.parametrize(
  ("height", "width"), [(50, None), (-1, 5), (1.5, 5), ("50", "100"), (0, 5)]
)
def test_no_size(height: object, width: object):
  with pytest.raises(ValueError, match=r"height|width"):
    fields.size_of(height, width)


def test_messages_stay_short():
  deep: object = "x" * 1000
  for _ in range(200):
    deep = [deep, deep]
  assert len(fields.shown(deep)) < 90
  assert "\n" not in fields.shown("a\nb")


def test_head_in_a_box():
  assert shapes.box_head(10, 20, 6, 12, "centre") == (13, 26)
  assert shapes.box_head(10, 20, 6, 12, "top") == (13, 22)
  with pytest.raises(ValueError, match="a box is"):
    shapes.box_head(10, 20, -6, 12, "centre")
  with pytest.raises(InputError, match=r"--box_point=middle: .*centre, top"):
    fields.check_choice("box_point", "middle", shapes.BOX_POINTS)


@pytest.mark.parametrize(
  ("used", "label", "expected"),
  [
    ({"head"}, "", {"head"}),
    (set(), (), set()),
    ({"head", "car"}, "head", {"head"}),
    ({"man", "woman", "car"}, ["man", "woman"], {"man", "woman"}),
    ({"man", "car"}, "*", {"man", "car"}),
    ({"car"}, "head", {"head"}),  # known, and nobody there
  ],
)
def test_labels(used: set[str], label: str, expected: set[str]):
  found = shapes.head_labels(used, {"head"}, label, Path("a.json"))
  assert found == expected


@pytest.mark.parametrize(
  ("used", "label", "message"),
  [
    (
      {"head", "car"},
      "",
      r"a\.json: has several labels \(car, head\).*--label=",
    ),
    ({"head", "car"}, "haed", r"--label=haed: no such label .*car, head"),
    (set(), "head", r"no such label .*has: none"),
  ],
)
def test_labels_that_do_not_fit(used: set[str], label: str, message: str):
  """Taking none for all, or cars for heads, would go unnoticed."""
  with pytest.raises(InputError, match=message):
    shapes.head_labels(used, (), label, Path("a.json"))
