"""Are heads where they belong, or were axes swapped or turned in reading?

One picture cannot tell; all of them together can.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from data_tools.checking.facts import Facts
from data_tools.checking.findings import Finding

_FEWEST_HEADS, _FEWEST_PICTURES = 10, 5
_OBLONG = 1.2  # longer side to shorter, from which swapped axes show
# In the middle picture of ShanghaiTech A, B and the Unity crowds it is +0.66,
# +0.67 and +0.73, so upside down it is as far below zero.
_UPSIDE_DOWN = -0.2


def misplaced(split: str, pictures: Iterable[Facts]) -> list[Finding]:
  """Looks at the heads of all of a split's pictures."""
  members = [facts for facts in pictures if facts.heads >= _FEWEST_HEADS]
  return [*_swapped(split, members), *_upside_down(split, members)]


def _swapped(split: str, pictures: Sequence[Facts]) -> list[Finding]:
  """Swapped axes leave the far end of the longer side empty.

  A point (x, y) that was read as (y, x) has an x below the height; where the
  picture is wider than high, nobody is ever in the rest of its width.
  """
  oblong = [
    facts
    for facts in pictures
    if max(facts.height, facts.width)
    >= _OBLONG * min(facts.height, facts.width)
  ]
  if len(oblong) < _FEWEST_PICTURES:
    return []
  for facts in oblong:
    along = facts.extent[0] if facts.width > facts.height else facts.extent[1]
    if along >= min(facts.height, facts.width):
      return []
  return [
    Finding(
      "x and y may be swapped: beyond the length of the shorter side there is "
      "no head",
      f"split {split}",
      f"in none of {len(oblong):,} pictures that are not square",
    )
  ]


def _upside_down(split: str, pictures: Sequence[Facts]) -> list[Finding]:
  """Upside down, crowds get denser towards the camera.

  People further away are higher in a picture and closer to one another, so the
  distance between heads grows with y. From straight above it does neither.
  """
  slopes = [facts.slope for facts in pictures if facts.slope is not None]
  if len(slopes) < _FEWEST_PICTURES or np.median(slopes) > _UPSIDE_DOWN:
    return []
  return [
    Finding(
      "y may count from the bottom: heads stand closer the lower they are",
      f"split {split}",
      f"rank correlation of y and distance is {np.median(slopes):+.2f} in the "
      f"middle of {len(slopes):,} pictures",
    )
  ]
