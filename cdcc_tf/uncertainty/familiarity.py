"""Which pictures are like those that a counter has seen.

Uncertainty grows with the people in a picture, though more slowly than their
number: per person it is largest where there are few, in absolute terms where
there are many. So a picture is compared with pictures of as many people: a
line is fitted to log uncertainty over log count, and the distance above it
says how unusual a picture is. A line has no end, but experience has: a crowd
far larger than any that was seen is unusual too.
"""

import dataclasses
import math

import numpy as np
import tensorflow as tf
from keras import ops

_MARGIN = 1e-4  # of the logarithm: other orders of summing stay on one side
_BEYOND = 1.5  # times the largest crowd seen


@dataclasses.dataclass(frozen=True)
class Familiarity:
  """What uncertainty is usual: log u = level + slope · log count.

  Attributes:
    level: log uncertainty, in people, of a picture of one person or none.
    slope: between 0 (does not grow with the count) and 1 (per person).
    largest: distance above the line, of the logarithm, that is still familiar.
    most_people: count that is still familiar.
  """

  level: float
  slope: float
  largest: float
  most_people: float = math.inf

  def excess(self, count: tf.Tensor, uncertainty: tf.Tensor) -> tf.Tensor:
    """Returns the distance above the line; also in an exported graph.

    Args:
      count: people counted, array or tensor of any shape.
      uncertainty: of the count, people, same shape; see
        `conformal.count_uncertainty`.
    """
    usual = self.level + self.slope * ops.log(ops.maximum(count, 1))
    return ops.log(ops.maximum(uncertainty, 1e-9)) - usual

  def holds(self, count: tf.Tensor, uncertainty: tf.Tensor) -> tf.Tensor:
    """Returns whether images are familiar, boolean; shapes as `excess`."""
    usual = self.excess(count, uncertainty) <= self.largest
    return ops.logical_and(usual, count <= self.most_people)


def fit(
  counts: np.ndarray,
  uncertainties: np.ndarray,
  share: float = 1.0,
  adapted_to: np.ndarray | None = None,
) -> Familiarity:
  """Fits the line by least squares, and how far above it is familiar.

  Where counts do not differ, uncertainty per person is compared. Counts are
  familiar up to half as many again as the largest.

  Args:
    counts: people counted in the pictures that a counter has seen, [pictures].
    uncertainties: of the counts, people, [pictures].
    share: of the pictures adapted to that is to be familiar, in (0, 1]; rounded
      up. Of all of them, another one lies beyond with a chance of one in their
      number and one.
    adapted_to: which pictures are of the domain it was adapted to, [pictures];
      by default all.

  Raises:
    ValueError: there are no such pictures, or figures that are not finite.
  """
  if adapted_to is None:
    adapted_to = np.ones(counts.shape, bool)
  if not adapted_to.any() or not np.isfinite([counts, uncertainties]).all():
    raise ValueError("no finite counts and uncertainties to fit to")
  x = np.log(np.maximum(counts, 1.0)).astype(np.float64)
  y = np.log(np.maximum(uncertainties, 1e-9)).astype(np.float64)
  spread = float(np.mean((x - x.mean()) ** 2))
  slope = 1.0
  if spread > 0:
    slope = float(np.mean((x - x.mean()) * (y - y.mean())) / spread)
  slope = min(1.0, max(0.0, slope))
  level = float(y.mean() - slope * x.mean())
  line = Familiarity(level, slope, 0.0)
  ordered = np.sort(np.asarray(line.excess(counts, uncertainties))[adapted_to])
  last = int(np.ceil(share * len(ordered) - 1e-9)) - 1
  largest = float(ordered[last]) + _MARGIN  # what is alike goes together
  if last + 1 < len(ordered):  # half way to the first that is not
    largest = max(largest, float(ordered[last] + ordered[last + 1]) / 2)
  most = _BEYOND * max(float(counts.max()), 1.0)
  return dataclasses.replace(line, largest=largest, most_people=most)
