"""A folder of unlabelled images, e.g. from your own camera."""

import glob
from collections.abc import Iterator
from pathlib import Path

from cdcc_tf.data import image_kinds
from cdcc_tf.output_folder import written_among
from data_tools.common.splits import Splits
from data_tools.formats.base import Item, LabelledImage, Note, Unreadable
from data_tools.formats.parsing.folders import holds, natural_key, wrong_layout
from data_tools.formats.parsing.image_names import fixed_part

LAYOUT = """\
  folder/
    *.jpg, *.png, *.webp, *.tif, *.bmp, *.gif    (also in folders below)
  or a quoted pattern: --input='camera/2024-*/*.jpg', or one image.
  All images are unlabelled: a target domain to adapt to. They are rotated
  as their EXIF data says."""
DEFAULT_SPLITS = Splits()


def read(folder: Path) -> Iterator[Item]:
  """Yields the images, unlabelled, in natural order of their names.

  Overlays drawn by `cdcc_tf.predict` are skipped.

  Args:
    folder: the folder, a pattern with `*`, `?` or `[`, or one image.

  Raises:
    InputError: there is no image.
  """
  root = fixed_part(folder)
  if folder.is_dir():
    found = image_kinds.images_below(folder)
    for path in image_kinds.unread_below(folder):
      yield Unreadable(
        path, f"{path.suffix} is not supported; save it as JPEG or PNG"
      )
  elif folder.exists():
    root, found = folder.parent, [folder]
  elif root != folder:
    found = [Path(name) for name in glob.glob(str(folder), recursive=True)]
    found = [path for path in found if image_kinds.is_image(path)]
  else:
    found = []
  found = sorted((p for p in found if p.is_file()), key=natural_key)
  if not found:
    raise wrong_layout(
      root if root.exists() else folder,
      LAYOUT,
      # A folder was searched to its ends, and what is around it is not meant.
      None if root.is_dir() else _holds_images,
    )
  drawn = [p for p in found if p.stem.endswith(("_density", "_uncertainty"))]
  overlays = written_among(drawn)
  if overlays:
    yield Note(f"Skipped {len(overlays)} overlays of a prediction.")
  for path in found:
    if path in overlays:
      continue
    name = path.relative_to(root).as_posix()
    yield LabelledImage(f"train/{name}", path, points=None, upright=True)


def _holds_images(folder: Path) -> bool:
  return holds(folder, image_kinds.SUFFIXES)
