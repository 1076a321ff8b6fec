"""Reading the files of a run folder, which a crash or a copy may have torn."""

import json
from pathlib import Path
from typing import Any

from cdcc_tf.errors import InputError, first_line


def read_json(path: Path) -> dict[str, Any]:
  """Reads a file of the run; empty if it is not written yet.

  Raises:
    InputError: it is damaged.
  """
  if not path.exists():
    return {}
  try:
    return dict(json.loads(path.read_text()))
  except (ValueError, TypeError) as error:
    raise _damaged(path, first_line(error)) from error


def read_rows(path: Path, fields: dict[str, type]) -> list[dict[str, Any]]:
  """Reads a list of rows; none if it is not written yet.

  Args:
    path: of the file.
    fields: that each row has, and their types.

  Raises:
    InputError: it is damaged.
  """
  if not path.exists():
    return []
  try:
    rows = list(json.loads(path.read_text()))
  except (ValueError, TypeError) as error:
    raise _damaged(path, first_line(error)) from error
  for number, row in enumerate(rows, start=1):
    for name, kind in fields.items():
      if not isinstance(row, dict) or not isinstance(row.get(name), kind):
        raise _damaged(path, f"row {number} has no {name!r}")
  return rows


def _damaged(path: Path, reason: str) -> InputError:
  return InputError(f"{path}: damaged ({reason}). Copy it again, or delete it.")
