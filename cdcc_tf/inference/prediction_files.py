"""The files that a prediction leaves, and telling them from the user's own."""

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.visualization import png

# Ends of the names of what a prediction leaves for each picture, and its table.
DENSITY, UNCERTAINTY, MAPS = "_density.png", "_uncertainty.png", "_maps.npz"
TABLE = "counts.csv"
COLUMNS = (
  *("image", "count", "low_90", "high_90", "familiar"),
  *("deviation_low", "deviation_high"),
  *("height", "width", "density", "uncertainty"),
)


def refuse_foreign(output: Path, stems: Iterable[str], maps: bool) -> None:
  """Makes sure that a prediction replaces nothing but an earlier one's files.

  Args:
    output: folder to be written to; it need not be there.
    stems: what the names of the pictures' files begin with.
    maps: whether maps are going to be written.

  Raises:
    InputError: a file of that name is not ours.
  """
  table = output / TABLE
  listed = _listed(table)
  foreign = [table] if table.exists() and listed is None else []
  for stem in stems:
    overlays = [output / (stem + end) for end in (DENSITY, UNCERTAINTY)]
    foreign += [
      path
      for path in overlays
      if path.exists() and not _is_overlay(path, listed)
    ]
    path = output / (stem + MAPS)
    if maps and path.exists() and not _are_maps(path):
      foreign.append(path)
  if foreign:
    raise InputError(
      f"{foreign[0]}: not of an earlier prediction, and would be overwritten. "
      "Rename it, or choose another --output."
    )


def overlays_among(pictures: list[Path]) -> set[Path]:
  """Finds those that an earlier prediction drew.

  They bear our mark, or our `counts.csv` beside them lists them. A name alone
  makes no overlay.
  """
  named = [p for p in pictures if p.name.endswith((DENSITY, UNCERTAINTY))]
  folders = {picture.parent for picture in named}
  listed = {folder: _listed(folder / TABLE) for folder in folders}
  return {p for p in named if _is_overlay(p, listed[p.parent])}


def save_overlay(picture: np.ndarray, path: Path) -> None:
  """Writes an RGB picture as a PNG that says it is ours.

  So it is known without a table too: an interrupted call writes none, and a
  later one's lists its own pictures only.
  """
  png.save_marked(picture, path, png.OVERLAY)


def save_maps(density: np.ndarray, deviation: np.ndarray, path: Path) -> None:
  """Writes the maps of one picture, people per cell."""
  arrays = io.BytesIO()
  np.savez_compressed(arrays, density=density, deviation=deviation)
  write_atomically(path, arrays.getvalue())


def _listed(table: Path) -> set[str] | None:
  """Returns the overlays that a `counts.csv` lists; None if it is not ours."""
  try:
    with table.open(newline="", errors="surrogateescape") as file:
      rows = csv.reader(file)
      if tuple(next(rows, ())) != COLUMNS:
        return None
      return {name for row in rows for name in row[-2:]}
  except (OSError, csv.Error):
    return None


def _is_overlay(path: Path, listed: set[str] | None) -> bool:
  named = listed is not None and path.name in listed
  return named or png.is_marked(path, png.OVERLAY)


def _are_maps(path: Path) -> bool:
  try:
    with zipfile.ZipFile(path) as file:
      return sorted(file.namelist()) == ["density.npy", "deviation.npy"]
  except (OSError, zipfile.BadZipFile):
    return False
