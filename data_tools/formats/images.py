"""A folder of pictures that nobody labelled, e.g. of one's own camera."""

import glob
from collections.abc import Iterator
from pathlib import Path

from data_tools.formats.base import LabelledPicture
from data_tools.formats.folders import (
  PICTURE_SUFFIXES,
  holds,
  is_picture,
  natural_key,
  wrong_layout,
)
from data_tools.formats.picture_names import fixed_part
from data_tools.splits import Splits

LAYOUT = """\
  folder/
    *.jpg, *.png, *.webp, *.tif, *.bmp    (also in folders below)
  or a pattern, in quotes: --input='camera/2024-*/*.jpg', or one picture.
  All are unlabelled: a target domain to adapt to. They are turned upright
  as their EXIF data says."""
DEFAULT_SPLITS = Splits()


def read(folder: Path) -> Iterator[LabelledPicture]:
  """Yields the pictures, unlabelled, numbers in their names in order.

  Args:
    folder: the folder, a pattern with `*`, `?` or `[`, or one picture.

  Raises:
    InputError: there is none.
  """
  root = fixed_part(folder)
  if folder.is_dir():
    found = [path for path in folder.rglob("*") if is_picture(path)]
  elif folder.exists():
    root, found = folder.parent, [folder]
  elif root != folder:
    found = [Path(name) for name in glob.glob(str(folder), recursive=True)]
    found = [path for path in found if is_picture(path)]
  else:
    found = []
  found = sorted((p for p in found if p.is_file()), key=natural_key)
  if not found:
    raise wrong_layout(
      root if root.exists() else folder,
      LAYOUT,
      # A folder was searched to its ends, and what is around it is not meant.
      None if root.is_dir() else lambda other: holds(other, PICTURE_SUFFIXES),
    )
  for path in found:
    name = path.relative_to(root).as_posix()
    yield LabelledPicture(f"train/{name}", path, points=None, upright=True)
