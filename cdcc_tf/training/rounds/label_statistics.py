"""Figures of pseudo-labels, band by band of predicted density."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np

from cdcc_tf.data.pseudo_labels.cache import PseudoLabelSet
from cdcc_tf.data.pseudo_labels.record import PseudoLabel
from cdcc_tf.training.rounds import cell_selection
from cdcc_tf.uncertainty import familiarity

Statistics = dict[str, Any]
_BANDS = ("cells", "kept", "people", "kept_people")


def image_statistics(
  label: PseudoLabel,
  predicted: np.ndarray,
  inside: np.ndarray | None = None,
) -> Statistics:
  """Counts cells and people in each band, and the confident ones of them.

  Args:
    label: of the image; its map is empty outside the region of interest.
    predicted: its map before the floor was applied, by which cells were chosen.
    inside: boolean, shape of its map: cells that count; None counts all.
  """
  counts = np.ones(label.density.size)
  if inside is not None:
    counts = inside.ravel()
  bands = cell_selection.band_of(predicted).ravel()
  density, confident = label.density.ravel(), label.confident.ravel()
  size = len(cell_selection.BANDS)

  def per_band(weights: np.ndarray) -> list[float]:
    return np.bincount(bands, weights.astype(np.float64), size).tolist()

  return {
    "id": label.id,
    "cells": per_band(counts),
    "kept": per_band(confident),
    "people": per_band(density),
    "kept_people": per_band(density * confident),
    "uncertainty": label.uncertainty,
  }


def summarise(
  files: list[Path], statistics: list[Statistics], keep_images: float
) -> PseudoLabelSet:
  """Sums up finished pseudo-labels.

  Images whose uncertainty is unusual for their count are left out; see
  `familiarity`.

  Args:
    files: the shards.
    statistics: of every image, from `image_statistics`.
    keep_images: share of the images to accept.
  """
  columns = {
    name: np.array([each[name] for each in statistics], np.float64)
    for name in (*_BANDS, "uncertainty")
  }
  counts, uncertainties = columns["people"].sum(axis=1), columns["uncertainty"]
  usual = familiarity.fit(counts, uncertainties, keep_images)
  excess = np.asarray(usual.excess(counts, uncertainties))
  accepted = excess <= usual.largest
  return PseudoLabelSet(
    files=files,
    images=len(statistics),
    accepted=[each["id"] for each in itertools.compress(statistics, accepted)],
    **{name: columns[name][accepted].sum(axis=0) for name in _BANDS},
  )


def totals(labels: PseudoLabelSet) -> dict[str, object]:
  """Returns the totals for the manifest.

  They are the ids of the accepted images, and people and coverage by band;
  coverage is None in a band without cells.
  """
  shares = [
    float(kept / cells) if cells else None
    for kept, cells in zip(labels.kept, labels.cells, strict=True)
  ]
  return {
    "accepted": labels.accepted,
    "people": float(labels.people.sum()),
    "kept_people": float(labels.kept_people.sum()),
    "bands": list(cell_selection.BANDS),
    "coverage": shares,
  }


def table(labels: PseudoLabelSet) -> str:
  """Formats the figures, one band of predicted density a line."""
  lines = [
    f"Pseudo-labels on {len(labels.accepted)} of {labels.images} images:",
    f"{'people per cell':>20}{'cells':>10}{'kept':>8}{'people':>10}{'kept':>8}",
  ]
  upper = [*cell_selection.BANDS[1:], float("inf")]
  rows = zip(
    *(cell_selection.BANDS, upper, labels.cells, labels.kept),
    *(labels.people, labels.kept_people),
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
