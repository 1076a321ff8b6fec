"""Values that other programs wrote, checked.

Everything here raises ValueError with one line that names what is wrong.
"""

import re
import reprlib
from collections.abc import Iterable
from typing import Any

from cdcc_tf.errors import InputError

# No picture is this wide. Published points lie up to a picture's size outside.
FARTHEST = 1e6
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"

_LONGEST_SHOWN = 80

_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = _brief.maxlong = 60
_brief.maxlevel = 3


def shown(value: object) -> str:
  """Returns a value as one short line, for a message."""
  brief = _brief.repr(value)
  return brief if len(brief) <= _LONGEST_SHOWN else brief[:_LONGEST_SHOWN] + "…"


def check_choice(
  option: str, value: str | None, choices: Iterable[str]
) -> None:
  """Makes sure that a reader's option has one of its values, or None.

  Raises:
    InputError: it has not.
  """
  if value is not None and value not in choices:
    raise InputError(
      f"--{option}={value}: for this format give one of {', '.join(choices)}, "
      "or leave it out."
    )


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


def member(value: object, *names: str) -> Any:
  """Follows names into JSON objects."""
  where = "the file"
  for name in names:
    if not isinstance(value, dict) or name not in value:
      raise ValueError(f"{where} has no {name}")
    value, where = value[name], name
  return value


def number(value: object, what: str) -> float:
  """Returns a JSON number that may be one of pixels; True and "12" are none."""
  if isinstance(value, bool) or not isinstance(value, int | float):
    raise ValueError(f"{what} is {shown(value)}, not a number")
  if not -FARTHEST <= value <= FARTHEST:  # also NaN, and beyond any float
    raise ValueError(f"{what} is {shown(value)}, which is no pixel")
  return float(value)


def parse_number(value: str | None, what: str) -> float:
  """Returns the number that a text holds, and nothing besides.

  Python reads more than that: 1_000, ٤, nan.
  """
  plain = (value or "").strip()
  if not re.fullmatch(_NUMBER, plain, re.ASCII):
    raise ValueError(f"{what} is {shown(value)}, not a number")
  return number(float(plain), what)


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
