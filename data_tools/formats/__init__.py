"""Readers of data sets and annotators, one small module each.

A reader is a module with `LAYOUT` (what it expects on disk), `DEFAULT_SPLITS`
(how its training pictures are divided unless told otherwise) and
`read(folder)`, which yields `LabelledPicture`, `Unreadable` and `Note`.
Adding a format is writing one and naming it here. A reader that leaves the user
a choice names it in `OPTIONS`, and `read` takes a keyword argument of that
name, which has a default; a flag of `data_tools.convert` of the same name sets
it.
"""

from types import ModuleType

from data_tools.formats import (
  coco,
  csv_points,
  cvat,
  images,
  label_studio,
  labelme,
  p2pnet,
  shanghaitech,
  unity,
  via,
  video,
)

FORMATS: dict[str, ModuleType] = {
  "coco": coco,
  "csv": csv_points,
  "cvat": cvat,
  "images": images,
  "label_studio": label_studio,
  "labelme": labelme,
  "p2pnet": p2pnet,
  "shanghaitech": shanghaitech,
  "unity": unity,
  "via": via,
  "video": video,
}


def names() -> list[str]:
  """Returns the names that --format takes."""
  return sorted(FORMATS)


def layouts() -> str:
  """Returns what each format expects on disk and makes of it, for --help."""
  return "\n".join(
    f"{name}:\n{FORMATS[name].LAYOUT}\n"
    f"  Splits: {FORMATS[name].DEFAULT_SPLITS}."
    for name in names()
  )


def with_option(option: str) -> str:
  """Returns which formats have a choice of their own, for --help."""
  found = [n for n in names() if option in getattr(FORMATS[n], "OPTIONS", ())]
  return f"For {', '.join(found)}."


def defaults(option: str) -> str:
  """Returns each format's default of an option of its splits, for --help."""
  values = {n: getattr(FORMATS[n].DEFAULT_SPLITS, option) for n in names()}
  usual = [f"{value:g} for {name}, " for name, value in values.items() if value]
  return f"Default: {''.join(usual)}0 for {'the others' if usual else 'all'}."
