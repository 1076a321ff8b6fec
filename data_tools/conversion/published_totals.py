"""Compares what was read with what a data set's authors say is in it.

A copy can be old, cut short or another revision. Its figures are then not to be
compared with published ones, which is worth a note and no reason to stop.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from data_tools.formats.base import LabelledImage, Reader, Totals


def deviations(
  reader: Reader,
  options: Mapping[str, object],
  pictures: Sequence[LabelledImage],
) -> list[str]:
  """Says in one line each where a data set deviates from its published totals.

  Args:
    reader: module of `data_tools.formats`, perhaps with `TOTALS` or `totals`.
    options: keyword arguments with which it read.
    pictures: what it read, with the published splits.
  """
  published: Sequence[Totals] = getattr(reader, "TOTALS", ())
  if hasattr(reader, "totals"):
    published = reader.totals(**options)
  splits: dict[str, list[LabelledImage]] = {}
  for picture in pictures:
    splits.setdefault(picture.split, []).append(picture)
  whole = all(total.split in (*splits, "all") for total in published)
  if whole:  # otherwise a split is missing, and with it what is expected of all
    splits["all"] = list(pictures)
  notes = []
  for split, members in splits.items():
    candidates = [total for total in published if total.split == split]
    if not candidates:
      continue
    fitting = [t for t in candidates if t.pictures == len(members)]
    if len(candidates) == 1 or fitting:
      notes += _deviation((fitting or candidates)[0], members)
    else:
      known = " or ".join(f"{t.pictures:,} ({t.part})" for t in candidates)
      notes.append(
        f"{split}: {known} pictures expected, {len(members):,} found."
      )
  return notes


def _deviation(total: Totals, pictures: Sequence[LabelledImage]) -> list[str]:
  heads = sum(_heads(picture, total.in_region) for picture in pictures)
  expected, found, reasons = [], [], []
  if len(pictures) != total.pictures:
    expected.append(f"{total.pictures:,} pictures")
    found.append(f"{len(pictures):,}")
    reasons.append(total.known.get(len(pictures)))
  if total.heads is not None and abs(heads - total.heads) > total.slack:
    expected.append(f"{total.heads:,} heads")
    found.append(f"{heads:,}")
    reasons.append(total.known.get(heads))
  if not expected:
    return []
  reason = "; ".join(reason for reason in reasons if reason)
  return [
    f"{total.part} {total.split}: {' and '.join(expected)} expected, "
    f"{' and '.join(found)} found{': ' + reason if reason else ''}.".strip()
  ]


def _heads(picture: LabelledImage, in_region: bool) -> int:
  if picture.points is None:
    return 0
  if not in_region or picture.roi is None:
    return len(picture.points)
  return int(inside(picture.points, picture.roi).sum())


def inside(points: np.ndarray, roi: np.ndarray) -> np.ndarray:
  """Tells which points lie in a region of interest.

  Args:
    points: float [heads, 2], x then y in pixels.
    roi: polygon, float [corners, 2], or mask, bool [height, width].

  Returns:
    Boolean array of shape [heads].
  """
  x, y = points[:, 0], points[:, 1]
  if roi.dtype == bool:
    height, width = roi.shape
    within = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    column = np.clip(x, 0, width - 1).astype(int)
    row = np.clip(y, 0, height - 1).astype(int)
    return within & roi[row, column]
  result = np.zeros(len(points), bool)
  for (x1, y1), (x2, y2) in _edges(roi):
    # A ray to the right crosses the outline an odd number of times.
    if y1 != y2:
      crossed = (y1 > y) != (y2 > y)
      result ^= crossed & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
  return result


def _edges(corners: np.ndarray) -> Iterable[tuple[np.ndarray, np.ndarray]]:
  return zip(corners, np.roll(corners, -1, axis=0), strict=True)
