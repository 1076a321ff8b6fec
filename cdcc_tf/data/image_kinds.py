"""Which files are pictures, told by their names: the same for every command."""

from pathlib import Path

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
