"""Calibrated intervals of a count, and whether they deserve trust.

A cell's variance says where a counter is unsure, not by how much a count is
off: neighbouring cells err together, and errors of another domain's level hide
in none of them. So the scale is fitted where labels exist (split conformal
prediction, Papadopoulos et al., ECML 2002): on labelled pictures of the source
that training did not see, |error| is divided by the picture's uncertainty, and
an interval reaches as many uncertainties from the count as the wanted share of
those scores. The uncertainty holds the epistemic variance of the picture at
hand, so intervals widen where the masks disagree, as they do far from the
source.
"""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import tensorflow as tf
from keras import ops

from cdcc_tf.errors import InputError, first_line
from cdcc_tf.files import write_atomically
from cdcc_tf.uncertainty.familiarity import Familiarity

LEVELS = (0.5, 0.8, 0.9, 0.95)
FILE_NAME = "calibration.json"
_FAMILIAR = tuple(field.name for field in dataclasses.fields(Familiarity))


@dataclasses.dataclass(frozen=True)
class Calibration:
  """What turns a count and its uncertainty into intervals.

  Attributes:
    scores: |error| over uncertainty of each labelled picture of the source's
      validation split, ascending.
    familiar: what uncertainty is usual on pictures that the counter was
      adapted to: unlabelled pictures of the target that it did not learn
      from; without a target, the source's validation split.
  """

  scores: tuple[float, ...]
  familiar: Familiarity

  def reach(self, level: float) -> float:
    """Returns how many uncertainties an interval reaches from the count.

    With n scores, levels above n/(n+1) are beyond what they can tell; those
    intervals reach as far as the largest score.
    """
    rank = math.ceil((len(self.scores) + 1) * level)
    return self.scores[min(rank, len(self.scores)) - 1]

  def interval(
    self, count: float, uncertainty: float, level: float
  ) -> tuple[float, float]:
    """Returns the bounds, in people, that hold the true count so often.

    Args:
      count: people counted.
      uncertainty: see `count_uncertainty`.
      level: share of pictures like the source's, in (0, 1).
    """
    low, high = bounds(
      np.float64(count), np.float64(uncertainty), self.reach(level)
    )
    return float(low), float(high)

  def is_familiar(self, count: float, uncertainty: float) -> bool:
    """Tells whether a picture lies within what the counter was adapted to.

    A picture like those it was adapted to fails with a chance of about one in
    17, if 16 were held out for `familiar`.
    """
    return bool(self.familiar.holds(np.float64(count), np.float64(uncertainty)))

  def save(self, folder: Path) -> None:
    """Writes `calibration.json`."""
    text = json.dumps(dataclasses.asdict(self), indent=1) + "\n"
    write_atomically(folder / FILE_NAME, text)

  @classmethod
  def load(cls, folder: Path) -> "Calibration | None":
    """Reads `calibration.json`; None if the run has not come so far.

    Raises:
      InputError: it is damaged.
    """
    path = folder / FILE_NAME
    if not path.exists():
      return None
    try:
      fields = json.loads(path.read_text())
      scores = tuple(float(score) for score in fields["scores"])
      familiar = Familiarity(
        **{name: float(fields["familiar"][name]) for name in _FAMILIAR}
      )
    except (ValueError, KeyError, TypeError) as error:
      raise InputError(
        f"{path}: damaged ({first_line(error)}). Delete it and give the "
        "command of the training once more, which writes it again."
      ) from error
    if not scores:
      raise InputError(f"{path}: holds no scores. Delete it and train again.")
    return cls(scores, familiar)


def bounds(
  count: tf.Tensor, uncertainty: tf.Tensor, reach: float
) -> tuple[tf.Tensor, tf.Tensor]:
  """Returns the interval around a count; also in an exported graph.

  Args:
    count: people counted, array or tensor of any shape.
    uncertainty: of the count, people, same shape.
    reach: how many uncertainties the interval reaches; see `Calibration.reach`.

  Returns:
    Lower and upper bound, same shape; the lower one is not negative.
  """
  half = reach * uncertainty
  return ops.maximum(count - half, 0), count + half


def count_uncertainty(std: np.ndarray) -> float:
  """Returns a picture's uncertainty: its cells' σ, summed, in people.

  As if all cells erred together, which is how a wrong level errs.

  Args:
    std: total standard deviation of each cell, people.
  """
  return float(std.sum(dtype=np.float64))


def fit(
  errors: np.ndarray, uncertainties: np.ndarray, familiar: Familiarity
) -> Calibration:
  """Fits intervals to labelled pictures.

  Args:
    errors: of the counts, people, [pictures].
    uncertainties: of the same pictures, [pictures].
    familiar: fitted to all pictures, labelled or not, that count as familiar.

  Raises:
    ValueError: there are no pictures, or figures that are not finite.
  """
  scores = np.abs(errors) / uncertainties
  if not scores.size or not np.isfinite(scores).all():
    raise ValueError("no finite scores to calibrate with")
  return Calibration(tuple(np.sort(scores).tolist()), familiar)
