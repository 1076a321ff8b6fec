"""Readers of data sets and annotators: each module here is one format.

To add a format, write a module that implements `base.Reader`; its name is the
value of --format.
"""

import importlib
import pkgutil
from typing import cast

from data_tools.common.splits import Splits
from data_tools.formats.base import Reader

_OTHERS = ("base", "parsing", "reader_flags")
FORMATS: dict[str, Reader] = {
  # `csv_points` reads csv: a module csv would hide Python's own.
  name.removesuffix("_points"): cast(
    Reader, importlib.import_module(f"{__name__}.{name}")
  )
  for _, name, _ in pkgutil.iter_modules(__path__)
  if name not in _OTHERS
}


def names() -> list[str]:
  """Returns the names that --format takes."""
  return sorted(FORMATS)


def layouts() -> str:
  """Returns each format's layout on disk and its splits, for --help.

  Every line of a tree begins with a bar: the help of flags strips spaces.
  """
  return "\n".join(
    f"{name}:\n"
    + "\n".join(f"|{line}" for line in FORMATS[name].LAYOUT.split("\n"))
    + _division(FORMATS[name].DEFAULT_SPLITS)
    for name in names()
  )


def _division(usual: Splits) -> str:
  """Says how the training images are divided, if they are."""
  return "" if usual == Splits() else f"\n|  Default division: {usual}."


def with_option(option: str) -> str:
  """Returns which formats have an option, for --help."""
  found = [n for n in names() if option in getattr(FORMATS[n], "OPTIONS", ())]
  return f"For {', '.join(found)}."


def defaults(option: str) -> str:
  """Returns each format's default of an option of its splits, for --help."""
  names_of: dict[float, list[str]] = {}
  for name in names():
    value = getattr(FORMATS[name].DEFAULT_SPLITS, option)
    names_of.setdefault(value, []).append(name)
  named = [
    f"{value:g} for {', '.join(members)}; "
    for value, members in sorted(names_of.items())
    if value
  ]
  return f"Default: {''.join(named)}0 for the others."
