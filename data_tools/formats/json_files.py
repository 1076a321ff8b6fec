"""JSON files, however damaged: what they hold or one line."""

import json
from pathlib import Path
from typing import Any

from cdcc_tf.errors import first_line

# Several times the largest annotation of one picture.
MAX_BYTES = 64 << 20


def read_json(path: Path, max_bytes: int = MAX_BYTES) -> Any:
  """Reads a JSON file.

  Raises:
    FileNotFoundError: there is no such file.
    OSError: it cannot be opened.
    ValueError: it is no JSON; says so in one line.
  """
  if not path.is_file():
    raise FileNotFoundError("no annotation file for the picture")
  if path.stat().st_size > max_bytes:
    raise ValueError(f"is larger than {max_bytes >> 20} MB: no annotation")
  try:
    return json.loads(path.read_bytes())
  except RecursionError as error:
    raise ValueError("is nested too deep for an annotation") from error
  except ValueError as error:
    raise ValueError(f"is empty or damaged ({first_line(error)})") from error


def member(value: Any, *names: str) -> Any:
  """Follows names into objects.

  Raises:
    ValueError: there is no such member.
  """
  where = "the file"
  for name in names:
    if not isinstance(value, dict) or name not in value:
      raise ValueError(f"{where} has no {name}")
    value, where = value[name], name
  return value
