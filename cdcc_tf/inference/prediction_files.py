"""The files that a prediction leaves, and telling them from the user's own."""

import io
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cdcc_tf.output_folder import OutputFolder, written_among

# Ends of the names of what a prediction leaves for each picture, and its table.
DENSITY, UNCERTAINTY, MAPS = "_density.png", "_uncertainty.png", "_maps.npz"
TABLE = "counts.csv"
COLUMNS = (
  *("image", "count", "low_90", "high_90", "familiar"),
  *("deviation_low", "deviation_high"),
  *("height", "width", "density", "uncertainty"),
)
# Bytes: most systems allow 255 for a name, and ends and numbers come behind.
_LONGEST_STEM = 200


def names_for(
  paths: Sequence[Path], output: Path, maps: bool
) -> tuple[OutputFolder, list[str]]:
  """Names what pictures leave; equal names in several folders get numbers.

  Args:
    paths: of the pictures.
    output: folder to be written to; it need not be there.
    maps: whether maps are going to be written.

  Returns:
    The folder, and what the names of each picture's files begin with.

  Raises:
    InputError: a file of the user's would be replaced.
  """
  stems: dict[str, None] = {}
  for path in paths:
    whole = path.stem
    if len(os.fsencode(whole)) > _LONGEST_STEM:
      whole = os.fsencode(whole)[:_LONGEST_STEM].decode(errors="ignore")
    stem, number = whole, 2
    while stem in stems:
      stem, number = f"{whole}_{number}", number + 1
    stems[stem] = None
  folder = OutputFolder(output)
  ends = (DENSITY, UNCERTAINTY, *[MAPS] * maps)
  folder.refuse_others([TABLE, *(stem + end for stem in stems for end in ends)])
  return folder, list(stems)


def overlays_among(pictures: Sequence[Path]) -> set[Path]:
  """Finds those that an earlier prediction drew; a name alone makes none."""
  ends = (DENSITY, UNCERTAINTY)
  return written_among(p for p in pictures if p.name.endswith(ends))


def encoded_maps(density: np.ndarray, deviation: np.ndarray) -> bytes:
  """Returns the maps of one picture, people per cell, as bytes of a .npz."""
  arrays = io.BytesIO()
  np.savez_compressed(arrays, density=density, deviation=deviation)
  return arrays.getvalue()
