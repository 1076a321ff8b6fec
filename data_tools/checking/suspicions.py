"""Suspicious labels and images, of kinds that good data does not show.

Each function returns pairs: the kind of suspicion, and its figures.
"""

from collections.abc import Sequence

import numpy as np

Odd = list[tuple[str, str]]

_SPOT = 2.0  # pixels; people do not stand in one spot
_LINE = 0.5  # pixels from a straight line; people do not stand so exactly
_FEWEST_IN_LINE = 8
_PIXELS_PER_HEAD = 4.0  # nobody can see, and so mark, a head of fewer
_FEWEST_TO_CROWD = 20
_EVEN = 2.0  # grey levels, standard deviation; a lens cap is noisier
_SMALL_SIDE = 64  # pixels: eight cells of a density map
_LONG = 4.0  # sides to one another: strips and stitched panoramas
_FAR = 5.0  # standard deviations of the logarithm of counts, robustly estimated
_FEWEST_TO_COMPARE = 30


def of_points(points: np.ndarray) -> Odd:
  """Looks at one picture's heads, [heads, 2], finite."""
  odd: Odd = []
  twins = len(points) - len(np.unique(points, axis=0))
  if twins:
    odd.append(("heads exactly on another", f"{twins:,} of {len(points):,}"))
  if len(points) < 3:
    return odd
  sides = np.ptp(points, axis=0)
  detail = f"{len(points):,} heads"
  if sides.max() <= _SPOT:
    kind = "all heads on one spot (are coordinates shares, not pixels?)"
    return [*odd, (kind, detail)]
  if len(points) >= _FEWEST_IN_LINE and _off_line(points) <= _LINE:
    kind = "all heads on one straight line (is a column read twice?)"
    return [*odd, (kind, detail)]
  area = float(sides[0] * sides[1])
  if len(points) >= _FEWEST_TO_CROWD and area < _PIXELS_PER_HEAD * len(points):
    kind = "more heads than their pixels can show"
    odd.append((kind, f"{detail} in {sides[0]:.0f}x{sides[1]:.0f} pixels"))
  return odd


def _off_line(points: np.ndarray) -> float:
  """Returns the largest distance from the straight line that fits best."""
  centred = points.astype(np.float64) - points.mean(axis=0)
  _, _, axes = np.linalg.svd(centred, full_matrices=False)
  return float(np.abs(centred @ axes[1]).max())


def of_size(height: int, width: int) -> Odd:
  """Looks at a picture's size in pixels."""
  detail = f"{width}x{height}"
  if min(height, width) < _SMALL_SIDE:
    return [(f"pictures with a side below {_SMALL_SIDE} pixels", detail)]
  if max(height, width) > _LONG * min(height, width):
    return [("pictures that are long strips", detail)]
  return []


def one_colour(image: np.ndarray, heads: int) -> Odd:
  """Looks whether heads were marked in a blank: uint8 [height, width, 3]."""
  if heads and float(image.std(axis=(0, 1)).max()) < _EVEN:
    return [("heads in a picture of one colour", f"{heads:,} heads")]
  return []


def of_counts(heads: Sequence[int]) -> dict[int, str]:
  """Looks for counts far from those of a split's other pictures.

  Counts spread over orders of magnitude, so their logarithms are compared; by
  medians, which the odd ones do not move.

  Returns:
    Place in the sequence to this one's figures.
  """
  if len(heads) < _FEWEST_TO_COMPARE:
    return {}
  logarithms = np.log1p(heads)
  middle = np.median(logarithms)
  std = 1.4826 * np.median(np.abs(logarithms - middle))
  if not std:
    return {}
  far = np.abs(logarithms - middle) > _FAR * std
  low, high = np.percentile(heads, (25, 75))
  return {
    place: f"{heads[place]:,} heads, where half of the pictures have "
    f"{low:,.0f} to {high:,.0f}"
    for place in np.flatnonzero(far).tolist()
  }
