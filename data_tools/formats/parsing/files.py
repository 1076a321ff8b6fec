"""Files that other programs wrote, however damaged: their content or one line.

Every reader here raises FileNotFoundError where there is no such file, OSError
where it cannot be opened, and ValueError with a line that says what is wrong.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from cdcc_tf.errors import InputError, first_line
from data_tools.formats.parsing.fields import shown

# Several times the largest annotation of one picture, and of a whole data set.
MAX_BYTES = 64 << 20
MAX_EXPORT_BYTES = 1 << 30

T = TypeVar("T")


def read_bytes(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
  """Reads a file that is not absurdly large."""
  if not path.is_file():
    raise FileNotFoundError("no annotation file for the picture")
  if path.stat().st_size > max_bytes:
    raise ValueError(f"is larger than {max_bytes >> 20} MB: no annotation")
  return path.read_bytes()


def read_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
  """Reads a text file, with or without byte order mark; lines end in LF."""
  try:
    text = read_bytes(path, max_bytes).decode("utf-8-sig")
  except UnicodeDecodeError as error:
    raise ValueError("is damaged, or not saved as UTF-8") from error
  text = text.replace("\r\n", "\n").replace("\r", "\n")
  before, zero, _ = text.partition("\0")
  if zero:
    raise ValueError(
      f"line {before.count(chr(10)) + 1} holds a zero byte, so it is damaged, "
      "or not saved as UTF-8"
    )
  return text


def read_lines(path: Path) -> list[str]:
  """Reads a text file's lines."""
  # Not splitlines, which also breaks at what is no line break in a file.
  return read_text(path).split("\n")


def read_json(path: Path, max_bytes: int = MAX_BYTES) -> Any:
  """Reads a JSON file, see `parse_json`."""
  return parse_json(read_bytes(path, max_bytes))


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


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
  made = dict(pairs)
  if len(made) < len(pairs):
    keys = [key for key, _ in pairs]
    twin = next(key for key in keys if keys.count(key) > 1)
    raise ValueError(f"key {shown(twin)} appears twice in one object")
  return made


def load(read: Callable[[Path], T], path: Path, remedy: str) -> T:
  """Reads a file without which nothing can be converted.

  Args:
    read: one of the above, or what calls them.
    path: of the file.
    remedy: for the message, if the file is damaged.

  Raises:
    InputError: `read` raised OSError or ValueError.
  """
  try:
    return read(path)
  except OSError as error:
    raise InputError(
      f"{path}: cannot be read ({error.strerror or first_line(error)}). Mend "
      "that or remove it."
    ) from error
  except ValueError as error:
    raise InputError(f"{path}: {first_line(error)}. {remedy}") from error


def load_json(path: Path) -> Any:
  """Reads the JSON file of a whole data set.

  Raises:
    InputError: see `parse_json`, or the file cannot be read.
  """
  return load(
    lambda path: read_json(path, MAX_EXPORT_BYTES), path, "Export it again."
  )


def load_text(path: Path) -> str:
  """Reads the text file of a whole data set.

  Raises:
    InputError: it cannot be read, is not UTF-8 or holds zero bytes.
  """
  return load(
    lambda path: read_text(path, MAX_EXPORT_BYTES), path, "Save it as UTF-8."
  )
