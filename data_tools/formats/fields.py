"""Reading what other programs wrote: JSON and its values, checked.

Everything here raises ValueError with one line that names what is wrong.
"""

import json
import math
import re
import reprlib
from pathlib import Path
from typing import Any

from cdcc_tf.errors import InputError, first_line

_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"

_LONGEST_SHOWN = 80

_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = _brief.maxlong = 60
_brief.maxlevel = 3


def shown(value: object) -> str:
  """Returns a value as one short line, for a message."""
  brief = _brief.repr(value)
  return brief if len(brief) <= _LONGEST_SHOWN else brief[:_LONGEST_SHOWN] + "…"


def parse_json(content: str | bytes) -> Any:
  """Parses JSON in which no key appears twice.

  Raises:
    ValueError: it is none, of an unknown encoding or nested too deeply.
  """
  try:
    return json.loads(content, object_pairs_hook=_without_twins)
  except RecursionError as error:
    raise ValueError("is nested too deeply") from error
  except UnicodeDecodeError as error:
    raise ValueError("is not UTF-8") from error
  except ValueError as error:
    raise ValueError(f"is no valid JSON: {first_line(error)}") from error


def load_json(path: Path) -> Any:
  """Reads a JSON file.

  Raises:
    InputError: see `parse_json`, or the file cannot be read.
  """
  try:
    return parse_json(path.read_bytes())
  except OSError as error:
    raise InputError(
      f"{path}: cannot be read ({error.strerror or first_line(error)}). Mend "
      "that or remove it."
    ) from error
  except ValueError as error:
    raise InputError(f"{path}: {error}. Export it again.") from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
  made = dict(pairs)
  if len(made) < len(pairs):
    keys = [key for key, _ in pairs]
    twin = next(key for key in keys if keys.count(key) > 1)
    raise ValueError(f"key {shown(twin)} appears twice in one object")
  return made


def mapping(value: object, what: str) -> dict[str, Any]:
  """Returns a JSON object."""
  if not isinstance(value, dict):
    raise ValueError(f"{what} is {shown(value)}, not an object")
  return value


def sequence(value: object, what: str) -> list[Any]:
  """Returns a JSON list."""
  if not isinstance(value, list):
    raise ValueError(f"{what} is {shown(value)}, not a list")
  return value


def text(value: object, what: str) -> str:
  """Returns a JSON string that is not empty."""
  if not isinstance(value, str) or not value:
    raise ValueError(f"{what} is {shown(value)}, not a text")
  return value


def number(value: object, what: str) -> float:
  """Returns a finite JSON number."""
  if isinstance(value, bool) or not isinstance(value, int | float):
    raise ValueError(f"{what} is {shown(value)}, not a number")
  if not -1e300 < value < 1e300:  # also NaN, and integers beyond any float
    raise ValueError(f"{what} is {shown(value)}, not a finite number")
  return float(value)


def number_in(value: str | None, what: str) -> float:
  """Returns the finite number that a text holds, and nothing besides."""
  plain = (value or "").strip()
  if not re.fullmatch(_NUMBER, plain, re.ASCII):
    raise ValueError(f"{what} is {shown(value)}, not a number")
  result = float(plain)
  if not math.isfinite(result):
    raise ValueError(f"{what} is {shown(value)}, not a finite number")
  return result


def pair(value: object, what: str) -> tuple[float, float]:
  """Returns the two numbers of a JSON list."""
  members = sequence(value, what)
  if len(members) != 2:
    raise ValueError(f"{what} is {shown(value)}, not two numbers")
  return number(members[0], what), number(members[1], what)


def size_of(height: object, width: object) -> tuple[int, int] | None:
  """Returns the size that an export tells in pixels; None if it tells none."""
  if not height and not width:
    return None
  sides = number(height, "height"), number(width, "width")
  if min(sides) < 1 or any(side != int(side) for side in sides):
    raise ValueError(f"width {shown(width)} x height {shown(height)}: no size")
  return int(sides[0]), int(sides[1])
