"""Random choices, one at a time.

`random.Random` draws one number several times faster than NumPy's generator
does, and a crowd takes tens of thousands.
"""

import bisect
import functools
import itertools
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
Dice = random.Random
Pair = tuple[float, float]  # least and most


def choose(dice: Dice, things: Sequence[T]) -> T:
  """Draws one of several things, all alike likely."""
  return things[int(dice.random() * len(things))]


def weighted(dice: Dice, rows: tuple[tuple[T, float], ...]) -> T:
  """Draws one of several (thing, weight)."""
  sums = _sums(tuple(weight for _, weight in rows))
  return rows[bisect.bisect_right(sums, dice.random() * sums[-1])][0]


@functools.cache
def _sums(weights: tuple[float, ...]) -> list[float]:
  return list(itertools.accumulate(weights))


def between(dice: Dice, pair: Pair) -> float:
  """Draws a number between two."""
  return dice.uniform(*pair)


def chance(dice: Dice, share: float) -> bool:
  """Says yes with a probability."""
  return dice.random() < share
