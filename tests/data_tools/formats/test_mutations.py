"""The damage is repeatable, differs from file to file, and leaves no escape."""

import json

import pytest

from tests.data_tools.formats.mutations import (
  mutants,
  spoil_bytes,
  spoil_json,
  spoil_text,
)

TREE = {"points": [[5, 40.5], [99, 0]], "name": "a.jpg", "size": {"width": 9}}
CASES = [
  (spoil_bytes, bytes(range(256)) * 3),
  (spoil_text, "5 40\n99.5 0\n7 8\n"),
  (spoil_json, TREE),
]


@pytest.mark.parametrize(("spoil", "content"), CASES)
def test_seed_and_number_decide(spoil, content):
  first = list(mutants(content, spoil, 40, seed=1))
  assert first == list(mutants(content, spoil, 40, seed=1))
  assert first != list(mutants(content, spoil, 40, seed=2))
  assert [number for number, _ in first] == list(range(40))
  assert len({mutant for _, mutant in first}) > 30


@pytest.mark.parametrize(("spoil", "content"), CASES)
def test_nothing_is_too_small_to_be_spoilt(spoil, content):
  empty = type(content)()
  assert len(list(mutants(empty, spoil, 40))) == 40


def test_original_is_left_alone():
  before = json.dumps(TREE)
  list(mutants(TREE, spoil_json, 200))
  assert json.dumps(TREE) == before


def test_json_is_spoilt_in_kind_and_in_depth():
  kinds = set()
  for _, mutant in mutants(TREE, spoil_json, 300):
    try:
      json.loads(mutant)
      kinds.add("parses")
    except RecursionError:
      kinds.add("too deep")
    except ValueError:
      kinds.add("does not parse")
  assert kinds == {"parses", "too deep", "does not parse"}
