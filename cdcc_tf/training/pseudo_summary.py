"""What a cache of pseudo-labels holds, band by band of predicted density."""

import dataclasses
from pathlib import Path

import numpy as np

from cdcc_tf.data.pseudo_cache import PseudoLabelCache
from cdcc_tf.data.pseudo_records import PseudoRecord
from cdcc_tf.training import selection


@dataclasses.dataclass(frozen=True)
class Summary:
  """What a cache holds.

  Attributes:
    files: its shards.
    pictures: in them.
    accepted: of these, those that are not left out as a whole.
    largest_uncertainty: of an accepted picture, σ per person.
    cells: number of cells in each band of `selection.BANDS`.
    kept: of these, the confident ones.
    people: mass of the maps in each band.
    kept_people: of these, in confident cells.
  """

  files: list[Path]
  pictures: int
  accepted: int
  largest_uncertainty: float
  cells: np.ndarray
  kept: np.ndarray
  people: np.ndarray
  kept_people: np.ndarray


def picture_statistics(record: PseudoRecord) -> dict[str, np.ndarray]:
  """Counts cells and people in each band, and the confident ones of them."""
  bands = selection.band_of(record.density).ravel()
  density, confident = record.density.ravel(), record.confident.ravel()
  size = len(selection.BANDS)

  def per_band(weights: np.ndarray) -> np.ndarray:
    return np.bincount(bands, weights.astype(np.float64), size)

  return {
    "cells": per_band(np.ones_like(density)),
    "kept": per_band(confident),
    "people": per_band(density),
    "kept_people": per_band(density * confident),
    "uncertainty": np.array([record.uncertainty]),
  }


def summed(counts: list[dict[str, np.ndarray]]) -> dict[str, list[float]]:
  """Joins pictures' statistics: sums, but for the uncertainties, a list."""
  names = ("cells", "kept", "people", "kept_people")
  joined = {
    name: np.sum([each[name] for each in counts], axis=0) for name in names
  }
  joined["uncertainty"] = np.concatenate([c["uncertainty"] for c in counts])
  return {name: values.tolist() for name, values in joined.items()}


def summarise(
  cache: PseudoLabelCache, statistics: list[dict], keep_pictures: float
) -> Summary:
  """Sums up a finished cache.

  Args:
    cache: of pseudo-labels.
    statistics: of its shards, from `summed`.
    keep_pictures: share of the pictures to accept.
  """
  joined = summed(
    [
      {name: np.asarray(values) for name, values in each.items()}
      for each in statistics
    ]
  )
  # As the cache holds them: float32.
  uncertainty = np.sort(np.array(joined.pop("uncertainty"), np.float32))
  accepted = max(1, int(np.ceil(keep_pictures * len(uncertainty))))
  files, pictures = cache.files()
  largest = float(uncertainty[accepted - 1])
  return Summary(
    files=files,
    pictures=pictures,
    accepted=int((uncertainty <= largest).sum()),
    largest_uncertainty=largest,
    **{name: np.array(values) for name, values in joined.items()},
  )


def table(summary: Summary) -> str:
  """Formats what a cache holds, band by band of predicted density."""
  lines = [
    f"Pseudo-labels on {summary.accepted} of {summary.pictures} pictures:",
    f"{'people per cell':>20}{'cells':>10}{'kept':>8}{'people':>10}{'kept':>8}",
  ]
  upper = [*selection.BANDS[1:], float("inf")]
  rows = zip(
    *(selection.BANDS, upper, summary.cells, summary.kept),
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
