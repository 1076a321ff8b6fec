"""CrowdCounter: load a trained counter and count pictures with it."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cdcc_tf.data.regions import cell_shares
from cdcc_tf.errors import InputError, first_line

# Importing the network registers its classes, without which Keras cannot load.
from cdcc_tf.models import mask_ensemble, sfcn
from cdcc_tf.models.precision import scope
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.uncertainty import conformal


@dataclasses.dataclass(frozen=True)
class Prediction:
  """What a counter says of one picture.

  Attributes:
    count: number of people, the sum of `density`.
    density: float32 array of shape [ceil(height/8), ceil(width/8)], people
      per cell of 8 x 8 pixels.
    deviation: standard deviation of each cell, same shape, people: total, or
      from a fast counter aleatoric.
  """

  count: float
  density: np.ndarray
  deviation: np.ndarray

  @property
  def count_deviation(self) -> tuple[float, float]:
    """Bounds on the count's standard deviation, in people.

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
  prediction = counter.count(picture)   # picture: uint8 RGB [h, w, 3]
  low, high = counter.interval(prediction, 0.9)
  ```

  Attributes:
    model: the network.
    precision: it computes in.
    fast: whether it counts in one pass instead of with every mask.
    calibration: what makes intervals, or None; a fast counter has none.
  """

  def __init__(
    self,
    model: sfcn.SFCN,
    calibration: conformal.Calibration | None = None,
    fast: bool = False,
  ):
    self.model, self.fast = model, fast
    self.calibration = None if fast else calibration
    self.precision: str = model.compute_dtype
    # One trace for all sizes: tracing takes longer than counting.
    self._predict = tf.function(
      predictor(model, fast),
      input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8)],
    )

  @classmethod
  def from_run(
    cls,
    run: str | Path,
    which: str = "best",
    precision: str = "auto",
    fast: bool = False,
  ) -> "CrowdCounter":
    """Loads the `best` or `last` counter of a run folder.

    Args:
      run: the folder.
      which: `best` or `last`.
      precision: to compute in.
      fast: see `CrowdCounter`.

    Raises:
      InputError: the run holds none, or its file is damaged.
    """
    path = RunFolder(Path(run)).model(which)
    calibration = None if fast else conformal.Calibration.load(path.parent)
    return cls(load_model(path, precision), calibration, fast)

  def count(
    self, image: np.ndarray, region: np.ndarray | None = None
  ) -> Prediction:
    """Counts the people in one picture.

    Args:
      image: uint8 RGB array of shape [height, width, 3].
      region: boolean array of shape [height, width]: where to count; None for
        everywhere.
    """
    density, deviation = self._predict(tf.convert_to_tensor(image)[tf.newaxis])
    return _within(region, density, deviation)

  def interval(
    self, prediction: Prediction, level: float
  ) -> tuple[float, float] | None:
    """Returns the calibrated bounds of a count, in people.

    Args:
      prediction: from `count`.
      level: how often, on pictures like the source's, they hold the truth.

    Returns:
      None if the counter is not calibrated.
    """
    if self.calibration is None:
      return None
    spread = conformal.count_uncertainty(prediction.deviation)
    return self.calibration.interval(prediction.count, spread, level)

  def is_familiar(self, prediction: Prediction) -> bool | None:
    """Tells whether a picture lies within what the counter was adapted to.

    Returns:
      None if the counter is not calibrated.
    """
    if self.calibration is None:
      return None
    spread = conformal.count_uncertainty(prediction.deviation)
    return self.calibration.is_familiar(prediction.count, spread)


def predictor(
  model: sfcn.SFCN, fast: bool = False
) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
  """Returns what maps pictures to the density and its standard deviation.

  Both of shape [batch, height/8, width/8, 1], people per cell: the mean over
  the masks and the total deviation; or, fast, one pass and the aleatoric one.

  Args:
    model: the network; its weights are read at every call.
    fast: whether to count in one pass, which takes a quarter less time and
      counts some percent more or less than the masks' mean.
  """
  ensemble = mask_ensemble.MaskEnsemble(model)

  def every_mask(pictures: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    moments = ensemble(pictures)
    return moments.mean, tf.sqrt(moments.total)

  def one_pass(pictures: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    maps = model(pictures)
    return maps["density"], tf.exp(0.5 * maps["log_variance"])

  return one_pass if fast else every_mask


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
    with scope(precision):
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
