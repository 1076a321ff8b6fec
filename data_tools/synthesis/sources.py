"""What the generator is made of, to tell its versions apart."""

import functools
import hashlib
from pathlib import Path


@functools.cache
def digest(folder: Path = Path(__file__).parent) -> str:
  """Returns a hash of all source files, of their names and what is in them.

  Args:
    folder: that holds them, in folders of their own or not.
  """
  found = hashlib.sha256()
  for path in sorted(folder.rglob("*.py")):
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    found.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
  return found.hexdigest()
