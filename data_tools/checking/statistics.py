"""What is in records, as tables and bars for the terminal."""

from collections.abc import Sequence

import numpy as np

from data_tools.checking.facts import Facts
from data_tools.conversion.adaptive_sigma import SHARE

_BAR = 40  # letters of the longest
_CELL = 100.0  # pixels along the square for which crowding is told
_BOUNDS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)
_CROWDING = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


def splits_table(pictures: Sequence[Facts]) -> list[str]:
  """Returns a row for each split, and their sizes."""
  row = "{:<8}{:>10}{:>12}{:>8}{:>8}{:>8}{:>8}{:>12}  {}".format
  lines = [
    row(
      *("split", "pictures", "heads", "fewest", "median", "most"),
      *("empty", "unlabelled", "width x height"),
    )
  ]
  for split in sorted({facts.split for facts in pictures}):
    members = [facts for facts in pictures if facts.split == split]
    heads = [facts.heads for facts in members if facts.labelled]
    few, middle, most = ("-", "-", "-")
    if heads:
      values = min(heads), round(float(np.median(heads))), max(heads)
      few, middle, most = (f"{value:,}" for value in values)
    lines.append(
      row(
        split,
        f"{len(members):,}",
        f"{sum(heads):,}",
        few,
        middle,
        most,
        f"{heads.count(0):,}",
        f"{len(members) - len(heads):,}",
        _sizes(members),
      )
    )
  return lines


def _sizes(pictures: Sequence[Facts]) -> str:
  sizes = sorted({(facts.width, facts.height) for facts in pictures})
  if len(sizes) == 1:
    return f"{sizes[0][0]}x{sizes[0][1]}"
  widths, heights = zip(*sizes, strict=True)
  return (
    f"{min(widths)} to {max(widths)} x {min(heights)} to {max(heights)}, "
    f"{len(sizes):,} sizes"
  )


def regions(pictures: Sequence[Facts]) -> list[str]:
  """Says how many heads regions of interest leave, if there are any."""
  members = [facts for facts in pictures if facts.counted is not None]
  if not members:
    return []
  heads = sum(facts.heads for facts in members)
  counted = sum(facts.counted or 0 for facts in members)
  return [
    f"Regions of interest: {len(members):,} pictures have one. Of their "
    f"{heads:,} heads {counted:,} lie in it; only those count in training, "
    "evaluation and prediction.",
    "",
  ]


def histograms(pictures: Sequence[Facts]) -> list[str]:
  """Returns bars of heads in a picture, and of how crowded pictures are."""
  labelled = [facts for facts in pictures if facts.labelled]
  if not labelled:
    return []
  heads = np.array([facts.heads for facts in labelled])
  pixels = np.array([facts.height * facts.width for facts in labelled])
  return [
    "Labelled pictures by heads:",
    *_bars(heads, _BOUNDS),
    f"Labelled pictures by heads in {_CELL:.0f}x{_CELL:.0f} pixels, on the "
    "average:",
    *_bars(heads * _CELL**2 / pixels, _CROWDING),
  ]


def _bars(values: np.ndarray, bounds: Sequence[float]) -> list[str]:
  """Returns a bar for each range that lies between used ones."""
  counts = np.bincount(
    np.searchsorted(bounds, values, side="right"), minlength=len(bounds) + 1
  )
  names = [
    f"below {bounds[0]:,}",
    *(f"{bound:,} and more" for bound in bounds),
  ]
  used = np.flatnonzero(counts)
  return [
    f"  {names[place]:>16} {counts[place]:>8,} "
    + "#" * int(np.ceil(_BAR * counts[place] / counts.max()))
    for place in range(used[0], used[-1] + 1)
  ]


def head_sizes(pictures: Sequence[Facts]) -> list[str]:
  """Returns how large heads can be, by the distance to their neighbours."""
  nearest = np.concatenate(
    [np.zeros(0, np.float32), *(facts.nearest for facts in pictures)]
  )
  lines = []
  if len(nearest):
    small, middle, large = np.percentile(nearest, (5, 50, 95))
    lines.append(
      f"Head size: the nearest other head is {middle:.1f} pixels away in the "
      f"middle ({small:.1f} to {large:.1f} for nine heads of ten). Where "
      "crowds are dense, heads are about as wide as that; elsewhere smaller."
    )
  stored = [facts.sigmas for facts in pictures if facts.sigmas is not None]
  sigmas = np.concatenate([np.zeros(0, np.float32), *stored])
  if len(sigmas):
    small, middle, large = np.percentile(sigmas, (5, 50, 95))
    lines.append(
      f"Stored standard deviations: {middle:.1f} pixels in the middle "
      f"({small:.1f} to {large:.1f}), {SHARE:g} of the mean distance to three "
      "neighbours."
    )
  return lines
