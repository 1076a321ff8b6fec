"""CrowdCounter: load a trained counter and count people in images."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cdcc_tf.data.regions import cell_shares
from cdcc_tf.errors import InputError, first_line
from cdcc_tf.inference import image_input
from cdcc_tf.inference.prediction import Prediction

# Importing the network registers its classes, without which Keras cannot load.
from cdcc_tf.models import mask_ensemble, sfcn
from cdcc_tf.models.precision import scope
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.uncertainty import conformal


class CrowdCounter:
  """Counts people in pictures of any size.

  Example:
  ```python
  counter = CrowdCounter.load("runs/unity2shtb")
  prediction = counter.count("photo.jpg")
  low, high = prediction.interval(0.9)
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

  @classmethod
  def load(
    cls, source: str | Path, precision: str = "auto", fast: bool = False
  ) -> "CrowdCounter":
    """Loads a run's best counter, or the counter in a file.

    Args:
      source: a run folder, or a `.keras` file; `calibration.json` beside the
        file gives its intervals.
      precision: to compute in: `auto`, `float32` or `bfloat16`.
      fast: see `CrowdCounter`.

    Raises:
      InputError: there is no counter, or its file is damaged.
    """
    path = Path(source).expanduser()
    if not path.is_file():
      return cls.from_run(path, precision=precision, fast=fast)
    calibration = None if fast else conformal.Calibration.load(path.parent)
    return cls(load_model(path, precision), calibration, fast)

  def count(
    self,
    image: image_input.ImageSource,
    region: np.ndarray | None = None,
  ) -> Prediction:
    """Counts the people in one image.

    Args:
      image: a path, the bytes of a file, a PIL image, or a uint8 RGB array of
        shape [height, width, 3]. Files and PIL images are turned by EXIF.
      region: boolean array of shape [height, width]: where to count; None for
        everywhere.

    Raises:
      InputError: the image cannot be read, or is no such array.
    """
    pixels = image_input.as_array(image)
    density, std = self._predict(tf.convert_to_tensor(pixels)[tf.newaxis])
    if region is not None:
      inside = cell_shares(tf.cast(region, tf.float32)[..., tf.newaxis])
      density, std = density * inside, std * inside
    people = density[0, ..., 0].numpy()
    return Prediction(
      count=float(people.sum(dtype=np.float64)),
      density=people,
      std=std[0, ..., 0].numpy(),
      image=pixels,
      calibration=self.calibration,
    )

  def count_many(
    self, images: Iterable[image_input.ImageSource]
  ) -> Iterator[Prediction]:
    """Counts one image after another; reads the next one meanwhile.

    Args:
      images: as `count` takes them; read as they are needed.

    Raises:
      InputError: as `count`.
    """
    with ThreadPoolExecutor(1) as reader:
      ahead = None
      for image in images:
        following = reader.submit(image_input.as_array, image)
        if ahead is not None:
          yield self.count(ahead.result())
        ahead = following
      if ahead is not None:
        yield self.count(ahead.result())


def predictor(
  model: sfcn.SFCN, fast: bool = False
) -> Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]:
  """Returns what maps pictures to the density and its standard deviation.

  Both of shape [batch, height/8, width/8, 1], people per cell: the mean over
  the masks and the total standard deviation; or, fast, of one pass with the
  aleatoric one.

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


load = CrowdCounter.load
