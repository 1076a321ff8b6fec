"""Kinds of picture: by their files' names, and by how pixels are stored."""

from pathlib import Path

import numpy as np
from PIL import Image

SUFFIXES = (
  *(".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff"),
)
# What phones and cameras write and nothing here reads: to be told of, since
# whoever has nothing else would miss their pictures.
UNREAD_SUFFIXES = (
  *(".heic", ".heif", ".avif", ".jxl", ".jp2"),
  *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".orf", ".rw2", ".raf"),
)


def is_image(path: Path) -> bool:
  """Tells by its name whether a file is a picture.

  Hidden ones are not: a Mac's archives hold a `._a.jpg` for each `a.jpg`.
  """
  return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def images_below(folder: Path) -> list[Path]:
  """Lists the pictures of a folder and those below it, sorted.

  Hidden folders are not looked into: file managers keep small copies there.
  """
  return _below(folder, SUFFIXES)


def unread_below(folder: Path) -> list[Path]:
  """Lists pictures like `images_below`, of kinds that are not read."""
  return _below(folder, UNREAD_SUFFIXES)


def _below(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
  return sorted(
    path
    for path in folder.rglob("*")
    if path.suffix.lower() in suffixes
    and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    and path.is_file()
  )


def in_eight_bits(picture: Image.Image) -> Image.Image:
  """Converts a picture of any mode to RGB of 8 bits a channel.

  16-bit greys keep their upper half, where Pillow would cut them off at 255.
  Transparency is ignored: what is under it counts.

  Raises:
    ValueError: the pixels are no integers of 16 bits, so white is unknown.
  """
  if picture.mode == "F":
    raise ValueError("its pixels are not integers, so white is unknown")
  if picture.mode.startswith("I"):
    deep = np.asarray(picture).astype(np.int64)
    if deep.size and not 0 <= deep.min() <= deep.max() < 1 << 16:
      raise ValueError("its pixels have more than 16 bits, so white is unknown")
    if picture.mode == "I" and deep.size and deep.max() < 1 << 8:
      raise ValueError(
        "its pixels have 32 bits and none is above 255, so white is unknown"
      )
    picture = Image.fromarray((deep >> 8).astype(np.uint8))
  return picture if picture.mode == "RGB" else picture.convert("RGB")
