"""Finding the pictures that an export names, and nothing outside its folder."""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from cdcc_tf.data.image_kinds import images_below
from data_tools.formats.parsing.fields import shown
from data_tools.formats.parsing.folders import natural_key

_LONGEST_PART, _LONGEST = 255, 1000  # bytes of a file's name, of a path
_UPLOAD_HASH = r"[0-9a-f]{8}-"  # which Label Studio puts before a file's name


def fixed_part(pattern: Path) -> Path:
  """Returns the folder that a pattern with `*`, `?` or `[` searches.

  What exists is no pattern, whatever its name.
  """
  while not pattern.exists() and re.search(r"[*?\[]", str(pattern)):
    pattern = pattern.parent
  return pattern


def inside(folder: Path, name: str, start: Path | None = None) -> Path:
  """Returns the file that an export names, which lies in its folder.

  The name comes from somebody else: it is taken apart and put together again,
  and what the result is in the end, after links, must be inside.

  Args:
    folder: the data set's folder.
    name: as the export has it; back-slashes separate as slashes do.
    start: folder inside `folder` from which the name counts; `folder` if None.

  Raises:
    ValueError: the name is empty or absolute, or leads out of the folder; in
      one line.
  """
  plain = _with_slashes(name)
  if "://" in plain:
    raise ValueError(f"{shown(name)} is an address, not a file in the folder")
  if plain.startswith("/") or re.match(r"[A-Za-z]:", plain):
    raise ValueError(
      f"{shown(name)} is absolute; names must count from the folder"
    )
  parts = list((start or folder).relative_to(folder).parts)
  for part in plain.split("/"):
    if part == "..":
      if not parts:
        raise ValueError(f"{shown(name)} leads out of the folder")
      parts.pop()
    elif part not in ("", "."):
      parts.append(part)
  too_long = any(len(part.encode()) > _LONGEST_PART for part in parts)
  if not plain.strip("/. ") or not parts or too_long or len(plain) > _LONGEST:
    raise ValueError(f"{shown(name)} is no name of a file")
  path = folder.joinpath(*parts)
  if not _lies_in(path, folder):
    raise ValueError(f"{shown(name)} leads out of the folder through a link")
  return path


def _with_slashes(name: str) -> str:
  if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
    raise ValueError(f"{shown(name)} is no name of a file")
  return name.replace("\\", "/")


def _lies_in(path: Path, folder: Path) -> bool:
  # Unlike Path.resolve, realpath does not fail on links that go in circles.
  real = Path(os.path.realpath(path))
  return real.is_relative_to(os.path.realpath(folder))


class ImageFolder:
  """The pictures in a folder and below it, to be found by an export's names.

  Attributes:
    folder: where they lie.
    paths: their files, numbers in their names in order.
    links: files like them that are links out of the folder.
  """

  def __init__(self, folder: Path):
    """Lists the folder."""
    self.folder = folder
    found = sorted(images_below(folder), key=natural_key)
    self.paths = [path for path in found if _lies_in(path, folder)]
    self.links = [path for path in found if not _lies_in(path, folder)]
    self._known = set(self.paths)
    self._by_tail: dict[str, list[Path]] = {}
    self._by_stem: dict[str, list[Path]] = {}
    for path in self.paths:
      relative = path.relative_to(folder)
      for tail in _tails(relative.parts):
        self._by_tail.setdefault(_key(tail), []).append(path)
      for tail in _tails(relative.with_suffix("").parts):
        self._by_stem.setdefault(_key(tail), []).append(path)

  def find(self, name: str, start: Path | None = None) -> Path | None:
    """Finds the picture that an export names.

    It is the file of that name, or else the only one further down: exports
    often leave out the folder that holds all pictures. The suffix may be
    missing, and upper and lower case differ.

    Args:
      name: as the export has it.
      start: as `inside` takes it.

    Returns:
      The file, or None if there is none.

    Raises:
      ValueError: the name leads out of the folder, or several pictures fit.
    """
    expected = inside(self.folder, name, start)
    if expected in self._known:
      return expected
    parts = [p for p in _with_slashes(name).split("/") if p not in ("", ".")]
    if ".." in parts:  # counted from somewhere, so it means one file
      parts = list(expected.relative_to(self.folder).parts)
    return self._only("/".join(parts))

  def find_address(self, address: str) -> Path | None:
    """Finds the picture of which an export tells the address on a server.

    Only the end of an address can name a file here, and a file that was
    uploaded may have eight random digits before its name.

    Raises:
      ValueError: several pictures fit, or the address is none.
    """
    _with_slashes(address)  # or urlsplit would take line breaks out
    try:
      parts = urlsplit(address)
      local = parse_qs(parts.query).get("d", [])
    except ValueError as error:
      raise ValueError(f"{shown(address)} is no address") from error
    name = _with_slashes(local[0] if local else unquote(parts.path))
    pieces = [piece for piece in name.split("/") if piece not in ("", ".")]
    if not pieces or ".." in pieces:
      raise ValueError(f"{shown(address)} names no picture")
    bare = [*pieces[:-1], re.sub("^" + _UPLOAD_HASH, "", pieces[-1])]
    for tail in [*_tails(pieces), *_tails(bare)]:
      found = self._only(tail)
      if found:
        return found
    return None

  def _only(self, tail: str) -> Path | None:
    key = _key(tail)
    found = self._by_tail.get(key) or self._by_stem.get(key) or []
    if len(found) > 1:
      names = [path.relative_to(self.folder).as_posix() for path in found]
      raise ValueError(
        f"{shown(tail)} fits {len(found)} pictures ({', '.join(names[:3])})"
      )
    return found[0] if found else None


def _tails(parts: Iterable[str]) -> Iterator[str]:
  """Yields `a/b/c`, `b/c` and `c`."""
  parts = list(parts)
  for first in range(len(parts)):
    yield "/".join(parts[first:])


def _key(name: str) -> str:
  """Makes names alike that differ in case, or in how accents are encoded."""
  return unicodedata.normalize("NFC", name).casefold()
