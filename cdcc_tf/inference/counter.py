"""CrowdCounter: load a trained counter and count pictures with it."""

import dataclasses
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cdcc_tf import precision as precisions
from cdcc_tf.data.regions import cell_shares
from cdcc_tf.errors import InputError, first_line

# Importing the network registers its classes, without which Keras cannot load.
from cdcc_tf.models import sfcn
from cdcc_tf.run_folder import RunFolder


@dataclasses.dataclass(frozen=True)
class Prediction:
  """What a counter says of one picture.

  Attributes:
    count: number of people, the sum of `density`.
    density: float32 array of shape [ceil(height/8), ceil(width/8)], people
      per cell of 8 x 8 pixels.
    deviation: aleatoric standard deviation of each cell, same shape, people.
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
  """Counts people in pictures of any size, in one pass.

  Example:
  ```python
  counter = CrowdCounter.from_run("runs/unity2shtb")
  print(counter.count(picture).count)   # picture: uint8 RGB [h, w, 3]
  ```
  """

  def __init__(self, model: sfcn.SFCN):
    self.model = model
    self.precision: str = model.compute_dtype
    # One trace for all sizes: tracing takes longer than counting.
    self._predict = tf.function(
      model, input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8)]
    )

  @classmethod
  def from_run(
    cls, run: str | Path, which: str = "best", precision: str = "auto"
  ) -> "CrowdCounter":
    """Loads the `best` or `last` counter of a run folder.

    Raises:
      InputError: the run holds none, or its file is damaged.
    """
    return cls(load_model(RunFolder(Path(run)).model(which), precision))

  def count(
    self, image: np.ndarray, region: np.ndarray | None = None
  ) -> Prediction:
    """Counts the people in one picture.

    Args:
      image: uint8 RGB array of shape [height, width, 3].
      region: boolean array of shape [height, width]: where to count; None for
        everywhere.
    """
    maps = self._predict(tf.convert_to_tensor(image)[tf.newaxis])
    density = maps["density"][0, ..., 0].numpy()
    deviation = np.exp(0.5 * maps["log_variance"][0, ..., 0].numpy())
    if region is not None:
      inside = cell_shares(tf.cast(region, tf.float32)[..., tf.newaxis])
      density, deviation = (
        values * inside[..., 0].numpy() for values in (density, deviation)
      )
    return Prediction(
      count=float(density.sum(dtype=np.float64)),
      density=density,
      deviation=deviation,
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
