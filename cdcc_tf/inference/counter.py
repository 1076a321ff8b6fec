"""CrowdCounter: load a trained counter and count pictures with it."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cdcc_tf import precision as precisions
from cdcc_tf.data.regions import cell_shares
from cdcc_tf.errors import InputError, first_line
from cdcc_tf.inference import intervals

# Importing the network registers its classes, without which Keras cannot load.
from cdcc_tf.models import sfcn, uncertainty
from cdcc_tf.run_folder import RunFolder


@dataclasses.dataclass(frozen=True)
class Prediction:
  """What a counter says of one picture.

  Attributes:
    count: number of people, the sum of `density`.
    density: float32 array of shape [ceil(height/8), ceil(width/8)], people
      per cell of 8 x 8 pixels.
    deviation: standard deviation of each cell, same shape, people: aleatoric
      from `count`, total from `estimate`.
  """

  count: float
  density: np.ndarray
  deviation: np.ndarray

  @property
  def count_deviation(self) -> tuple[float, float]:
    """Bounds on the count's aleatoric standard deviation, in people.

    The lower holds if cells err independently, the higher if all err together;
    neighbours do in part, so the truth lies between. Neither is calibrated.
    """
    deviation = self.deviation.astype(np.float64)
    return float(np.sqrt((deviation**2).sum())), float(deviation.sum())


class CrowdCounter:
  """Counts people in pictures of any size.

  Example:
  ```python
  counter = CrowdCounter.from_run("runs/unity2shtb")
  print(counter.count(picture).count)   # picture: uint8 RGB [h, w, 3]
  estimate = counter.estimate(picture)
  low, high = counter.interval(estimate, 0.9)
  ```

  Attributes:
    model: the network.
    precision: it computes in.
    calibration: what makes intervals, or None.
  """

  def __init__(
    self, model: sfcn.SFCN, calibration: intervals.Calibration | None = None
  ):
    self.model, self.calibration = model, calibration
    self.precision: str = model.compute_dtype
    # One trace for all sizes: tracing takes longer than counting.
    pictures = [tf.TensorSpec([None, None, None, 3], tf.uint8)]
    self._predict = tf.function(model, input_signature=pictures)
    self._ensemble = tf.function(
      uncertainty.MaskEnsemble(model), input_signature=pictures
    )

  @classmethod
  def from_run(
    cls,
    run: str | Path,
    which: str = "best",
    precision: str = "auto",
    calibrated: bool = True,
  ) -> "CrowdCounter":
    """Loads the `best` or `last` counter of a run folder.

    Args:
      run: the folder.
      which: `best` or `last`.
      precision: to compute in.
      calibrated: whether to read its calibration, if it has one by now.

    Raises:
      InputError: the run holds none, or its file is damaged.
    """
    path = RunFolder(Path(run)).model(which)
    calibration = None
    if calibrated:
      calibration = intervals.Calibration.load(path.parent)
    return cls(load_model(path, precision), calibration)

  def count(
    self, image: np.ndarray, region: np.ndarray | None = None
  ) -> Prediction:
    """Counts the people in one picture, in one pass.

    Args:
      image: uint8 RGB array of shape [height, width, 3].
      region: boolean array of shape [height, width]: where to count; None for
        everywhere.
    """
    maps = self._predict(tf.convert_to_tensor(image)[tf.newaxis])
    deviation = tf.exp(0.5 * maps["log_variance"])
    return _within(region, maps["density"], deviation)

  def estimate(
    self, image: np.ndarray, region: np.ndarray | None = None
  ) -> Prediction:
    """Counts with every mask: the mean, and the total standard deviation.

    Args:
      image: as for `count`.
      region: as for `count`.
    """
    moments = self._ensemble(tf.convert_to_tensor(image)[tf.newaxis])
    return _within(region, moments.mean, tf.sqrt(moments.total))

  def interval(
    self, estimate: Prediction, level: float
  ) -> tuple[float, float] | None:
    """Returns the calibrated bounds of an estimate's count, in people.

    Args:
      estimate: from `estimate`.
      level: how often, on pictures like the source's, they hold the truth.

    Returns:
      None if the counter is not calibrated.
    """
    if self.calibration is None:
      return None
    spread = intervals.count_uncertainty(estimate.deviation)
    return self.calibration.interval(estimate.count, spread, level)

  def is_familiar(self, estimate: Prediction) -> bool | None:
    """Tells whether a picture lies within what the counter was adapted to.

    Returns:
      None if the counter is not calibrated.
    """
    if self.calibration is None:
      return None
    spread = intervals.count_uncertainty(estimate.deviation)
    return self.calibration.is_familiar(estimate.count, spread)


def _within(
  region: np.ndarray | None, density: tf.Tensor, deviation: tf.Tensor
) -> Prediction:
  """Makes a prediction of maps [1, rows, columns, 1], of a region or of all."""
  if region is not None:
    inside = cell_shares(tf.cast(region, tf.float32)[..., tf.newaxis])
    density, deviation = density * inside, deviation * inside
  people = density[0, ..., 0].numpy()
  return Prediction(
    count=float(people.sum(dtype=np.float64)),
    density=people,
    deviation=deviation[0, ..., 0].numpy(),
  )


def load_model(path: Path, precision: str = "auto") -> sfcn.SFCN:
  """Loads a counter's file, to compute in a precision of this machine.

  Keras' global policy is as before when this returns.

  Raises:
    InputError: the file is damaged, or not a counter.
  """
  try:
    with precisions.scope(precision):
      model = keras.models.load_model(path, compile=False)
  # A damaged archive fails in as many ways as there are readers of its parts.
  except Exception as error:
    raise InputError(
      f"{path}: not a counter's file ({first_line(error)}). Copy it again, or "
      "train again."
    ) from error
  if not isinstance(model, sfcn.SFCN):
    raise InputError(
      f"{path}: holds a {type(model).__name__}, not a counter. Name a run of "
      "cdcc_tf.train."
    )
  return model
