"""Writing files whole or not at all, and one process at a time."""

import os
import sys
from pathlib import Path


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
