"""Converts spoilt data sets and looks what becomes of each.

python -m tests.data_tools.formats.fuzz --mutations=2000

Every one must end in records, with what was left out in the manifest, or in a
message: no other exception, no hang, no file read or written where it must not
be. The same seed and number spoil a file in the same way.
"""

import contextlib
import csv
import dataclasses
import io
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from absl import app, flags

from cdcc_tf.errors import InputError
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.formats import FORMATS
from tests.data_tools.formats.families import FAMILIES, Family
from tests.data_tools.formats.mutations import mutants

SECONDS = 5.0
_ATTEMPTS = 3  # a busy machine can be slow once
_LONGEST = 600  # letters of a reason
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGES = (
  "os.mkdir",
  "os.rename",
  "os.remove",
  "os.rmdir",
  "os.link",
  "os.symlink",
  "os.truncate",
  "os.chmod",
  "shutil.rmtree",
)


class Guard:
  """Notes every file that Python changes outside of one folder."""

  def __init__(self) -> None:
    self._allowed: Path | None = None
    self.outside: list[str] = []
    sys.addaudithook(self._hook)

  @contextlib.contextmanager
  def only_in(self, folder: Path) -> Iterator[None]:
    """Watches while the block runs."""
    self._allowed, self.outside = folder.resolve(), []
    try:
      yield
    finally:
      self._allowed = None

  def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
    if self._allowed is None:
      return
    paths: tuple[Any, ...] = ()
    if event == "open" and arguments[2] & _WRITING:
      paths = arguments[:1]
    elif event in _CHANGES:
      paths = arguments[:2] if event == "os.rename" else arguments[:1]
    for path in paths:
      if isinstance(path, str | bytes | os.PathLike):
        real = Path(os.path.realpath(os.fsdecode(path)))
        harmless = real == Path(os.devnull)
        if not harmless and not real.is_relative_to(self._allowed):
          self.outside.append(f"{event} {real}")


_guard = Guard()


@dataclasses.dataclass
class Tally:
  """What became of the mutants of a family.

  Attributes:
    ends: how many ended in each way.
    slowest: seconds that the slowest took.
    faults: number of a mutant and what was wrong; none if all is well.
  """

  ends: Counter[str] = dataclasses.field(default_factory=Counter)
  slowest: float = 0.0
  faults: list[str] = dataclasses.field(default_factory=list)


def fuzz(family: Family, mutations: int, seed: int, folder: Path) -> Tally:
  """Converts so many spoilt versions of a data set.

  Args:
    family: what is spoilt.
    mutations: how many times.
    seed: another spoils otherwise.
    folder: to work in; empty.
  """
  tally = Tally()
  path = family.write_whole(folder / "set")
  before = _listing(folder)
  for number, content in mutants(family.content, family.spoil, mutations, seed):
    path.write_bytes(content)
    for _ in range(_ATTEMPTS):
      start = time.monotonic()
      end, faults = _one(family, folder, number)
      seconds = time.monotonic() - start
      if seconds < SECONDS:
        break
    else:
      faults.append(f"took {seconds:.1f} s")
    if _listing(folder) != before:
      faults.append("left files behind")
    tally.ends[end] += 1
    tally.slowest = max(tally.slowest, seconds)
    tally.faults += [f"mutant {number}: {fault}" for fault in faults]
  return tally


def _one(family: Family, folder: Path, number: int) -> tuple[str, list[str]]:
  """Converts once; returns how it ended, and what was wrong with that."""
  root, output = folder / "set", folder / "records"
  options = Options(workers=1, reader=_choices(family, number))
  with (
    _guard.only_in(folder),
    contextlib.redirect_stderr(io.StringIO()),
  ):
    try:
      manifest = convert(family.format, root, output, options)
    except InputError as error:
      return "message", _unclear(str(error), "Expected:")
    except BaseException:
      shutil.rmtree(output, ignore_errors=True)
      return "traceback", [traceback.format_exc()]
  faults = [f"changed {what}" for what in _guard.outside]
  with open(output / "pictures.csv", newline="") as table:
    files = [row["file"] for row in csv.DictReader(table)]
  faults += [
    f"read {file}"
    for file in files
    if not Path(file).resolve().is_relative_to(root.resolve())
  ]
  for skipped in manifest.skipped_files:
    faults += _unclear(skipped["reason"])
  for note in manifest.notes:
    faults += _unclear(note)
  json.loads((output / "manifest.json").read_text())
  shutil.rmtree(output)
  whole = len(files) == family.pictures and not manifest.skipped_files
  return "read" if whole else "something skipped", faults


def _choices(family: Family, number: int) -> dict[str, object]:
  """Takes all labels every other time, where there is a choice."""
  takes_labels = "label" in getattr(FORMATS[family.format], "OPTIONS", ())
  return {"label": ["*"]} if number % 2 and takes_labels else {}


def _unclear(text: str, except_with: str = "") -> list[str]:
  """Complains of a message that is none, or more than one line."""
  if not text.strip():
    return ["an empty message"]
  if except_with and except_with in text:  # what was expected is a tree
    return []
  if "\n" in text or len(text) > _LONGEST:
    return [f"no line: {text[:200]!r}"]
  return []


def _listing(folder: Path) -> list[str]:
  return sorted(str(path) for path in folder.rglob("*"))


def main(argv: list[str]) -> None:
  """Fuzzes; prints a line for each family, and ends with 1 on a fault."""
  del argv
  values = flags.FLAGS
  chosen = values.family or list(FAMILIES)
  failed = False
  for name in chosen:
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cdcc-fuzz-") as folder:
      tally = fuzz(FAMILIES[name], values.mutations, values.seed, Path(folder))
    ends = ", ".join(f"{count:,} {end}" for end, count in tally.ends.items())
    print(
      f"{name:<22}{ends}; slowest {tally.slowest:.2f} s, "
      f"{time.monotonic() - start:.0f} s in all, {len(tally.faults)} faults",
      flush=True,
    )
    for fault in tally.faults[:5]:
      print("  " + fault.replace("\n", "\n  "), flush=True)
    failed |= bool(tally.faults)
  sys.exit(failed)


if __name__ == "__main__":
  flags.DEFINE_integer("mutations", 2000, "Of each family.", 1)
  flags.DEFINE_integer("seed", 0, "Another spoils files otherwise.")
  flags.DEFINE_list("family", [], "Families to fuzz; all by default.")
  app.run(main)
