"""Exports of annotators' tools: finding the file, and matching it with images.

An image that the file names is labelled, with or without people. An image in
the folder that the file does not name is unlabelled.
"""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError, first_line
from data_tools.formats.base import Item, LabelledImage, Unreadable
from data_tools.formats.parsing.folders import holds, natural_key, wrong_layout
from data_tools.formats.parsing.image_names import ImageFolder, inside


@dataclasses.dataclass(frozen=True)
class Entry:
  """What an export says of one picture.

  Attributes:
    name: of the picture, as the export has it.
    where: the place in the export, for messages.
    points: [heads, 2], x then y in pixels from the top left; None if the export
      names the picture and nobody labelled it.
    size: (height, width) in pixels as annotated, or None.
    problem: why the annotation cannot be used; empty if it can.
    source: the file that says so, where each picture has its own.
    normalised: as `LabelledImage` has it.
  """

  name: str
  where: str
  points: Sequence[tuple[float, float]] | None = None
  size: tuple[int, int] | None = None
  problem: str = ""
  source: Path | None = None
  normalised: bool = False


def find_export(
  folder: Path, annotations: str | None, suffixes: Sequence[str], layout: str
) -> Path:
  """Finds the file of an export: in the folder, or in `annotations/` below it.

  Args:
    folder: the data set.
    annotations: its name, if the user gave one.
    suffixes: how it may end, in lower case.
    layout: what the format expects, for the message.

  Raises:
    InputError: there is none, or more than one.
  """
  if not folder.is_dir():
    raise no_export(folder, layout, suffixes)
  if annotations:
    try:
      path = inside(folder, annotations)
    except ValueError as error:
      raise InputError(f"--annotations: {error}. Name a file in it.") from error
    if not path.is_file():
      raise InputError(
        f"--annotations={annotations}: no such file in {folder}. Name one "
        "relative to it."
      )
    return path
  for place in (folder, folder / "annotations"):
    found = export_files(folder, place, suffixes)
    if len(found) > 1:
      names = [path.relative_to(folder).as_posix() for path in found]
      raise InputError(
        f"{folder}: holds {len(names)} files that may be meant "
        f"({', '.join(names[:5])}{', …' if names[5:] else ''}). Name one: "
        f"--annotations={names[0]}"
      )
    if found:
      return found[0]
  raise no_export(folder, layout, suffixes)


def no_export(folder: Path, layout: str, suffixes: Sequence[str]) -> InputError:
  """Says that a folder has no export, and which one near it has."""
  return wrong_layout(
    folder, layout, lambda other: holds(other, suffixes, pictures=True)
  )


def export_files(
  folder: Path, place: Path, suffixes: Sequence[str]
) -> list[Path]:
  """Lists the files of a data set's folder that may be exports.

  Args:
    folder: the data set.
    place: the folder, or one below it, in which they lie.
    suffixes: how they may end, in lower case.

  Raises:
    InputError: one is a link out of the folder.
  """
  if not place.is_dir():
    return []
  found = [
    path
    for path in sorted(place.iterdir(), key=natural_key)
    if path.suffix.lower() in suffixes and path.is_file()
  ]
  for path in found:
    try:
      inside(folder, path.relative_to(folder).as_posix())
    except ValueError as error:
      raise InputError(
        f"{path}: {error}. Put the file itself into the folder."
      ) from error
  return found


def match(
  pictures: ImageFolder,
  export: Path,
  entries: Iterable[Entry],
  upright: bool,
  find: Callable[[str], Path | None] | None = None,
) -> Iterator[Item]:
  """Yields all pictures of a folder, with what an export says of them.

  Args:
    pictures: the folder.
    export: the file, for messages.
    entries: what it says.
    upright: as `LabelledImage` has it.
    find: finds a picture by its name; if None, `pictures.find` does, from
      where the entry's own source lies.
  """
  found: dict[Path, list[Entry]] = {}
  for entry in entries:
    source = entry.source or export
    try:
      if find:
        path = find(entry.name)
      else:
        path = pictures.find(entry.name, entry.source and entry.source.parent)
    except ValueError as error:
      yield Unreadable(source, f"{entry.where}: {first_line(error)}")
      continue
    if path is None:
      name = entry.name.replace("\\", "/")
      # Of an address, only the end may be the name of a file.
      missing = pictures.folder / (Path(name).name if find else name)
      problem = "of an unsupported kind" if missing.is_file() else "missing"
      yield Unreadable(missing, f"named in {source.name} but {problem}")
      continue
    found.setdefault(path, []).append(entry)
  for path in pictures.links:
    yield Unreadable(
      path, "a link out of the folder; put the file itself there"
    )
  for path in pictures.paths:
    id = f"train/{path.relative_to(pictures.folder).as_posix()}"
    entry = _only(found.get(path, []), export)
    if entry.problem:
      source = entry.source or export
      where = ", ".join(part for part in (source.name, entry.where) if part)
      yield Unreadable(path, f"{where}: {entry.problem}")
      continue
    points = entry.points
    yield LabelledImage(
      id,
      path,
      points=None
      if points is None
      else np.asarray(points, np.float64).reshape(-1, 2),
      normalised=entry.normalised,
      upright=upright,
      size=entry.size,
    )


def _only(entries: Sequence[Entry], export: Path) -> Entry:
  """Returns the one entry that says something of a picture."""
  telling = [e for e in entries if e.points is not None or e.problem]
  if len(telling) > 1:
    places = " and ".join(
      entry.where or (entry.source or export).name for entry in telling[:2]
    )
    return Entry("", "", problem=f"labelled twice ({places}); keep one")
  return (telling or list(entries) or [Entry("", "")])[0]
