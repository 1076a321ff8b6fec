"""Writing files so that nobody ever reads half of one."""

import os
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
