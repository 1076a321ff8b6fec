"""Readers of data sets and annotators, one small module each.

A reader is a module with `LAYOUT` (what it expects on disk) and `read(folder)`,
which yields `LabelledPicture` and `Unreadable`. Adding a format is writing one
and naming it here.
"""

from types import ModuleType

from data_tools.formats import csv_points, shanghaitech, unity

FORMATS: dict[str, ModuleType] = {
  "csv": csv_points,
  "shanghaitech": shanghaitech,
  "unity": unity,
}


def names() -> list[str]:
  """Returns the names that --format takes."""
  return sorted(FORMATS)


def layouts() -> str:
  """Returns what each format expects on disk, for --help."""
  return "\n".join(f"{name}:\n{FORMATS[name].LAYOUT}" for name in names())
