"""Readers of data sets and annotators, one small module each.

Each implements `base.Reader`. To add a format, write a module and name it here.
"""

from data_tools.common.splits import Splits
from data_tools.formats import (
  beijing_brt,
  coco,
  csv_points,
  cvat,
  fdst,
  gcc,
  images,
  jhu_crowd,
  label_studio,
  labelme,
  mall,
  nwpu_crowd,
  p2pnet,
  shanghaitech,
  ucf_cc_50,
  ucf_qnrf,
  ucsd,
  unity,
  via,
  video,
  worldexpo10,
)
from data_tools.formats.base import Reader

FORMATS: dict[str, Reader] = {
  "beijing_brt": beijing_brt,
  "coco": coco,
  "csv": csv_points,
  "cvat": cvat,
  "fdst": fdst,
  "gcc": gcc,
  "images": images,
  "jhu_crowd": jhu_crowd,
  "label_studio": label_studio,
  "labelme": labelme,
  "mall": mall,
  "nwpu_crowd": nwpu_crowd,
  "p2pnet": p2pnet,
  "shanghaitech": shanghaitech,
  "ucf_cc_50": ucf_cc_50,
  "ucf_qnrf": ucf_qnrf,
  "ucsd": ucsd,
  "unity": unity,
  "via": via,
  "video": video,
  "worldexpo10": worldexpo10,
}


def names() -> list[str]:
  """Returns the names that --format takes."""
  return sorted(FORMATS)


def layouts() -> str:
  """Returns what each format expects on disk and makes of it, for --help.

  Every line of a tree begins with a bar: the help of flags strips spaces.
  """
  return "\n".join(
    f"{name}:\n"
    + "\n".join(f"|{line}" for line in FORMATS[name].LAYOUT.split("\n"))
    + _division(FORMATS[name].DEFAULT_SPLITS)
    for name in names()
  )


def _division(usual: Splits) -> str:
  """Returns what becomes of the training pictures, if they are divided."""
  return "" if usual == Splits() else f"\n|  Of train are made: {usual}."


def with_option(option: str) -> str:
  """Returns which formats have a choice of their own, for --help."""
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
