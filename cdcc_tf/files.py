"""Writing files whole, one process at a time, and reading JSON."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from cdcc_tf.errors import InputError, first_line


def write_atomically(path: Path, content: str | bytes) -> None:
  """Writes a file under a temporary name and renames it into place."""
  path = Path(path)
  path.parent.mkdir(parents=True, exist_ok=True)
  temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
  if isinstance(content, str):
    content = content.encode()
  try:
    temporary.write_bytes(content)
    os.replace(temporary, path)
  except OSError as error:
    # A full disk does not say which file it had no room for.
    error.filename = error.filename or str(path)
    raise
  finally:
    temporary.unlink(missing_ok=True)


def write_json(path: Path, content: Any, sort_keys: bool = False) -> None:
  """Writes a JSON file whole or not at all."""
  text = json.dumps(content, indent=1, sort_keys=sort_keys)
  write_atomically(path, text + "\n")


def read_json(
  path: Path, kind: type = dict, remedy: str = "Copy it again, or delete it."
) -> Any:
  """Reads a JSON file that a crash or a copy may have torn.

  Args:
    path: of the file.
    kind: `dict` or `list`.
    remedy: if it is damaged.

  Returns:
    Its content; empty if there is no file yet.

  Raises:
    InputError: it is damaged, or of another kind.
  """
  if not path.exists():
    return kind()
  try:
    return kind(json.loads(path.read_text()))
  except (ValueError, TypeError) as error:
    raise damaged(path, first_line(error), remedy) from error


def damaged(path: Path, reason: str, remedy: str) -> InputError:
  """Returns the error that says what is wrong with a file of ours."""
  return InputError(f"{path}: damaged ({reason}). {remedy}")


def lock(path: Path) -> bool:
  """Locks a file, which is made for it, until this process ends.

  The kernel releases the lock however that happens, by SIGKILL too. Children,
  which may live longer, do not inherit it.

  Returns:
    False if another process holds it. True where files cannot be locked: on
    Windows, and on some network file systems.
  """
  if sys.platform == "win32":
    return True
  import fcntl  # not on Windows

  # Stays open: to close the file is to release the lock.
  file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
  try:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
  except (BlockingIOError, PermissionError):
    os.close(file)
    return False
  except OSError:
    pass
  return True
