"""What a cache of pseudo-labels holds, band by band of predicted density."""

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import numpy as np

from cdcc_tf.data.pseudo_labels.record import PseudoRecord
from cdcc_tf.training.rounds import cell_selection
from cdcc_tf.uncertainty import familiarity

Statistics = dict[str, Any]
_BANDS = ("cells", "kept", "people", "kept_people")


@dataclasses.dataclass(frozen=True)
class Summary:
  """What a cache holds; figures by band are those of accepted pictures.

  Attributes:
    files: its shards.
    pictures: number of pictures in them.
    accepted: ids of those that are not left out as a whole.
    cells: number of cells in each band of `selection.BANDS`.
    kept: of these, the confident ones.
    people: mass of the maps in each band.
    kept_people: of these, in confident cells.
  """

  files: list[Path]
  pictures: int
  accepted: list[str]
  cells: np.ndarray
  kept: np.ndarray
  people: np.ndarray
  kept_people: np.ndarray

  @property
  def mass(self) -> float:
    """People in an accepted picture, on average."""
    return float(self.people.sum() / len(self.accepted))


def image_statistics(
  record: PseudoRecord,
  predicted: np.ndarray,
  inside: np.ndarray | None = None,
) -> Statistics:
  """Counts cells and people in each band, and the confident ones of them.

  Args:
    record: of the picture; nobody is outside its region of interest.
    predicted: its map before what is under a floor was taken for empty, which
      is what cells were chosen by.
    inside: boolean, shape of its map: cells that count; None for all.
  """
  counts = np.ones(record.density.size)
  if inside is not None:
    counts = inside.ravel()
  bands = cell_selection.band_of(predicted).ravel()
  density, confident = record.density.ravel(), record.confident.ravel()
  size = len(cell_selection.BANDS)

  def per_band(weights: np.ndarray) -> list[float]:
    return np.bincount(bands, weights.astype(np.float64), size).tolist()

  return {
    "id": record.id,
    "cells": per_band(counts),
    "kept": per_band(confident),
    "people": per_band(density),
    "kept_people": per_band(density * confident),
    "uncertainty": record.uncertainty,
  }


def summarise(
  files: list[Path], statistics: list[Statistics], keep_pictures: float
) -> Summary:
  """Sums up a finished cache.

  Pictures of unusual uncertainty for the people in them are left out; see
  `familiarity`.

  Args:
    files: the cache's shards.
    statistics: of every picture, from `image_statistics`.
    keep_pictures: share of the pictures to accept.
  """
  columns = {
    name: np.array([each[name] for each in statistics], np.float64)
    for name in (*_BANDS, "uncertainty")
  }
  counts, uncertainties = columns["people"].sum(axis=1), columns["uncertainty"]
  usual = familiarity.fit(counts, uncertainties, keep_pictures)
  accepted = usual.excess(counts, uncertainties) <= usual.largest
  return Summary(
    files=files,
    pictures=len(statistics),
    accepted=[each["id"] for each in itertools.compress(statistics, accepted)],
    **{name: columns[name][accepted].sum(axis=0) for name in _BANDS},
  )


def totals(summary: Summary) -> dict[str, object]:
  """Returns what a cache's manifest tells.

  Ids of the accepted pictures, and mass and coverage, band by band; no coverage
  (None) of a band without cells.
  """
  shares = [
    float(kept / cells) if cells else None
    for kept, cells in zip(summary.kept, summary.cells, strict=True)
  ]
  return {
    "accepted": summary.accepted,
    "people": float(summary.people.sum()),
    "kept_people": float(summary.kept_people.sum()),
    "bands": list(cell_selection.BANDS),
    "coverage": shares,
  }


def table(summary: Summary) -> str:
  """Formats what a cache holds, band by band of predicted density."""
  lines = [
    f"Pseudo-labels on {len(summary.accepted)} of {summary.pictures} pictures:",
    f"{'people per cell':>20}{'cells':>10}{'kept':>8}{'people':>10}{'kept':>8}",
  ]
  upper = [*cell_selection.BANDS[1:], float("inf")]
  rows = zip(
    *(cell_selection.BANDS, upper, summary.cells, summary.kept),
    *(summary.people, summary.kept_people),
    strict=True,
  )
  for low, high, cells, kept, people, kept_people in rows:
    if cells:
      share = kept_people / max(people, 1e-9)
      lines.append(
        f"{f'{low:g} to {high:g}':>20}{cells:>10.0f}{kept / cells:>8.0%}"
        f"{people:>10.1f}{share:>8.0%}"
      )
  return "\n".join(lines)
