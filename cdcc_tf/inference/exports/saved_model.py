"""The exported model: what a program without our code gets to call."""

import os
import shutil
from pathlib import Path

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, predictor
from cdcc_tf.uncertainty.conformal import LEVELS, Calibration, bounds


def export(counter: CrowdCounter, folder: str | Path) -> None:
  """Writes a SavedModel that needs TensorFlow alone.

  Its signature `serving_default` takes `images`, uint8 RGB
  [batch, height, width, 3] of any size and batch, and gives `density`, float32
  [batch, ceil(height/8), ceil(width/8), 1] in people per cell, `deviation`,
  the standard deviation of each cell, of the same shape, and `count`, float32
  [batch]. Of a calibrated counter also `low_50`, `high_50`, … `high_95`,
  float32 [batch], which bound the count, and `familiar`, boolean [batch], False
  for a picture unlike those that the counter was adapted to. Normalisation and
  padding are inside; the orientation decoder is not.

  Args:
    counter: trained; fast or not, and calibrated or not.
    folder: to write to; must be new or empty.

  Raises:
    InputError: the folder holds something.
  """
  folder = Path(folder).resolve()  # "." has no name to put beside it
  if folder.is_dir() and any(folder.iterdir()):
    raise InputError(f"{folder}: not empty. Choose another --output.")

  predict = predictor(counter.model, counter.fast)

  def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
    density, deviation = predict(images)
    count = ops.sum(density, axis=(1, 2, 3))
    outputs = {"density": density, "deviation": deviation, "count": count}
    if counter.calibration is not None:
      uncertainty = ops.sum(deviation, axis=(1, 2, 3))
      outputs |= _bounds(count, uncertainty, counter.calibration)
    return outputs

  pictures = tf.TensorSpec([None, None, None, 3], tf.uint8, name="images")
  archive = keras.export.ExportArchive()
  archive.track(counter.model)
  archive.add_endpoint("serve", serve, input_signature=[pictures])
  folder.parent.mkdir(parents=True, exist_ok=True)
  temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
  try:
    archive.write_out(str(temporary), verbose=False)
    if folder.is_dir():
      folder.rmdir()
    os.replace(temporary, folder)
  finally:
    shutil.rmtree(temporary, ignore_errors=True)


def _bounds(
  count: tf.Tensor, uncertainty: tf.Tensor, calibration: Calibration
) -> dict[str, tf.Tensor]:
  outputs = {"familiar": calibration.familiar.holds(count, uncertainty)}
  for level in LEVELS:
    low, high = bounds(count, uncertainty, calibration.reach(level))
    name = f"{100 * level:.0f}"
    outputs |= {f"low_{name}": low, f"high_{name}": high}
  return outputs
