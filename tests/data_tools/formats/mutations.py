"""Damage done to files at random but repeatably, for tests of readers.

A reader owes one line to whatever it is given. `mutants` spoils a good file in
many ways; what comes out depends on the seed alone.

Example:
```python
for number, content in mutants(path.read_bytes(), spoil_bytes, 60, seed=0):
  path.write_bytes(content)
  ...
```
"""

import copy
import json
import random
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.data_tools.formats.mat_files import write_mat

# Where counts, offsets, types and signs of binary formats go wrong.
_WORDS = (0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_TOKENS = (
  *("nan", "NaN", "-inf", "Infinity", "1e400", "-1e308", "-0", "1e-320"),
  *("", "-", "x", "1,5", "1;2", "0x10", "1_000", "9" * 5000, "\0", "\ufeff"),
  *("\u0664", "\u00bd", "'", '"', "../../etc/passwd", "/etc/passwd", "\n"),
  *("true", "null", "None", " ", "\t\t", "\r", "\u2028", "1e5 2e5 3e5"),
)
_VALUES: tuple[Any, ...] = (
  *(None, True, False, "", "x", "12", "nan", "\0", "\u00e9" * 300, [], {}),
  *(-1, 0, 1e308, -1e308, 10**400, 2**63, 2**64, float("nan"), float("inf")),
  *([[]], [[[]]], [None], {"x": 1}, [1], [1, 2, 3], [[1, 2], [3]], ["a", "b"]),
  *("../../../etc/passwd", "/etc/passwd", "a/../../b.jpg", "C:\\a.jpg", "."),
)
_DEPTHS = (50, 5_000, 200_000)
# What may stand in a .mat file instead of points or structs.
_ARRAYS: tuple[Any, ...] = (
  *("", "nobody", "\u00e9" * 300, [], [[]], [[[["x"]]]], {"x": 1.0}),
  *(np.nan, np.inf, 1e308, np.int64(2**62), np.uint8(255), True, 1 + 2j),
  *(np.zeros((0, 0)), np.zeros((0, 2)), np.ones(3), np.ones((4, 3))),
  *(np.full((3, 2), np.nan), np.full((2, 2), -1e30), np.ones((2, 2, 2))),
)
_BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
_PROLOGUES = (
  f'<!DOCTYPE a [<!ENTITY e0 "lol">{_BOMB}]>',
  f'<!DOCTYPE a [<!ENTITY e9 "{"lol" * 100_000}">]>',
  '<!DOCTYPE a [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>',
  '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://localhost:9/p.dtd"> %p;]>',
  '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
)


def mutants(
  content: Any,
  spoil: Callable[[Any, random.Random], bytes],
  count: int,
  seed: int = 0,
) -> Iterator[tuple[int, bytes]]:
  """Yields spoilt versions of a file's content, each with its number.

  Args:
    content: what `spoil` takes.
    spoil: `spoil_bytes`, `spoil_text` or `spoil_json`.
    count: number of versions.
    seed: the same seed and number give the same version.
  """
  for number in range(count):
    yield number, spoil(content, random.Random(f"{seed} {number}"))


def spoil_bytes(content: bytes, dice: random.Random) -> bytes:
  """Damages a binary file: torn, flipped, overwritten, shifted, mixed up."""
  spoilt = bytearray(content)
  for _ in range(dice.choice((1, 1, 1, 2, 4, 16))):
    if not spoilt:
      break
    start = dice.randrange(len(spoilt))
    length = min(dice.choice((1, 4, 8, 64, 512)), len(spoilt) - start)
    kind = dice.randrange(8)
    if kind == 0:
      del spoilt[start:]
    elif kind == 1:
      spoilt[start] ^= 1 << dice.randrange(8)
    elif kind == 2:
      spoilt[start] = dice.randrange(256)
    elif kind == 3:  # an aligned number, of either byte order
      start -= start % 4
      order = dice.choice("<>")
      spoilt[start : start + 4] = struct.pack(order + "I", dice.choice(_WORDS))
    elif kind == 4:
      spoilt[start : start + length] = bytes([dice.choice((0, 255))]) * length
    elif kind == 5:
      del spoilt[start : start + length]
    elif kind == 6:
      spoilt[start:start] = spoilt[start : start + length]
    else:
      source = dice.randrange(len(spoilt))
      spoilt[start : start + length] = spoilt[source : source + length]
  return bytes(spoilt)


def spoil_text(text: str, dice: random.Random) -> bytes:
  """Damages a text of numbers or names: words, lines, separators, encoding."""
  for _ in range(dice.choice((1, 1, 1, 3))):
    lines = text.split("\n")
    at = dice.randrange(len(lines))
    words = lines[at].split(" ")
    kind = dice.randrange(7)
    if kind == 0:
      words[dice.randrange(len(words))] = dice.choice(_TOKENS)
    elif kind == 1:
      words.insert(dice.randrange(len(words) + 1), dice.choice(_TOKENS))
    elif kind == 2:
      del words[dice.randrange(len(words))]
    lines[at] = " ".join(words)
    if kind == 3:
      del lines[at]
    elif kind == 4:
      lines.insert(at, dice.choice(lines))
    elif kind == 5:
      lines[at] = lines[at].replace(" ", dice.choice((",", ";", "\t", "")))
    text = "\n".join(lines)
  content = text.encode(dice.choice(("utf-8",) * 6 + ("utf-16", "utf-8-sig")))
  return spoil_bytes(content, dice) if dice.random() < 0.2 else content


def spoil_json(tree: Any, dice: random.Random) -> bytes:
  """Damages what a JSON file holds: types, numbers, keys, depth, bytes.

  Args:
    tree: lists, dictionaries and values, as `json.dumps` takes them.
    dice: decides.

  Returns:
    The file's bytes. Some are no JSON, some nested deeper than a parser goes.
  """
  marker = "the deep place of this test"
  tree = copy.deepcopy(tree)
  for _ in range(dice.choice((1, 1, 1, 3))):
    places = list(_places(tree))
    holder, key = dice.choice(places) if places else (None, None)
    kind = dice.randrange(8)
    if holder is None:
      tree = dice.choice(_VALUES)
    elif kind == 0 and isinstance(holder, dict):
      holder[key + "s"] = holder.pop(key)
    elif kind == 1:
      del holder[key]
    elif kind == 2:
      holder[key] = marker
    elif kind == 3:
      holder[key] = [holder[key]]
    elif kind == 4:
      holder[key] = {"x": holder[key]}
    elif kind == 5:
      holder[key] = copy.deepcopy(dice.choice(places)[0])
    elif kind == 6 and dice.random() < 0.2:
      tree = copy.deepcopy(holder[key])
    else:
      holder[key] = copy.deepcopy(dice.choice(_VALUES))
  depth = dice.choice(_DEPTHS)
  opening, closing = dice.choice((("[", "]"), ('{"x":', "}")))
  deep = opening * depth + "1" + closing * depth
  content = json.dumps(tree).replace(f'"{marker}"', deep).encode()
  return spoil_bytes(content, dice) if dice.random() < 0.2 else content


def spoil_xml(text: str, dice: random.Random) -> bytes:
  """Damages an XML file: as bytes, as words, or with what parsers fall for.

  That is entities that multiply or come from files, and endless nesting.
  """
  kind = dice.randrange(10)
  if kind < 3:
    return spoil_bytes(text.encode(), dice)
  if kind < 6:
    return spoil_text(text, dice)
  head, end, body = text.partition("?>")
  place = dice.randrange(len(body)) if body else 0
  if kind == 6:
    depth = dice.choice(_DEPTHS)
    deep = "<a>" * depth + "</a>" * depth
    return (head + end + body[:place] + deep + body[place:]).encode()
  # Behind an opening quote or bracket, an entity is a value or an element's.
  places = [n for n, letter in enumerate(body, 1) if letter in '">']
  if places:
    place = dice.choice(places)
  used = body[:place] + "&e9;" + body[place:]
  return (head + end + dice.choice(_PROLOGUES) + used).encode()


def spoil_mat(variables: dict[str, Any], dice: random.Random) -> bytes:
  """Damages a .mat file of either version: names, types, shapes, bytes.

  Args:
    variables: as `write_mat` takes them.
    dice: decides.
  """
  spoilt = copy.deepcopy(variables)
  for _ in range(dice.choice((0, 1, 1, 2))):
    places = list(_places(spoilt))
    if not places:
      break
    holder, key = dice.choice(places)
    kind = dice.randrange(4)
    if kind == 0:
      del holder[key]
    elif kind == 1 and isinstance(holder, dict):
      holder[key + "s"] = holder.pop(key)
    elif kind == 2:
      holder[key] = [holder[key]]
    else:
      holder[key] = copy.deepcopy(dice.choice(_ARRAYS))
  version = dice.choice(("5", "5", "7.3"))
  with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "spoilt.mat"
    try:
      write_mat(path, spoilt, version)
    except Exception:  # what the libraries do not write cannot be read either
      write_mat(path, variables, version)
    return spoil_bytes(path.read_bytes(), dice)


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
  """Yields every container with each of its keys, from the root down."""
  if isinstance(tree, dict | list):
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    for key in keys:
      yield tree, key
      yield from _places(tree[key])
