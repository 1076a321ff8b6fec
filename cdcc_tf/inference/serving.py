"""The exported model: what a program without our code gets to call."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.errors import InputError
from cdcc_tf.inference.intervals import LEVELS, Calibration
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.models.uncertainty import MaskEnsemble


def export(
  counter: SFCN,
  folder: str | Path,
  calibration: Calibration | None = None,
) -> None:
  """Writes a SavedModel that needs TensorFlow alone.

  Its signature `serving_default` takes `images`, uint8 RGB
  [batch, height, width, 3] of any size and batch, and gives `density`, float32
  [batch, ceil(height/8), ceil(width/8), 1] in people per cell, and `count`,
  float32 [batch]. Normalisation and padding are inside; the orientation
  decoder is not.

  With a calibration there is a second signature, `estimate`, of the same input:
  `density` and `count` are the masks' means; `deviation` is the total standard
  deviation of each cell; `low_50`, `high_50`, … `high_95`, float32 [batch],
  bound the count; `familiar`, boolean [batch], is False for a picture unlike
  those that the counter was adapted to.

  Args:
    counter: a trained network.
    folder: to write to; must be new or empty.
    calibration: of the counter, or None.

  Raises:
    InputError: the folder holds something.
  """
  folder = Path(folder)
  if folder.is_dir() and any(folder.iterdir()):
    raise InputError(f"{folder}: not empty. Choose another --output.")

  def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
    density = counter(images)["density"]
    return {"density": density, "count": ops.sum(density, axis=(1, 2, 3))}

  pictures = tf.TensorSpec([None, None, None, 3], tf.uint8, name="images")
  archive = keras.export.ExportArchive()
  archive.track(counter)
  archive.add_endpoint("serve", serve, input_signature=[pictures])
  if calibration is not None:
    estimate = _estimator(counter, calibration)
    archive.add_endpoint("estimate", estimate, input_signature=[pictures])
  folder.parent.mkdir(parents=True, exist_ok=True)
  temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
  try:
    archive.write_out(str(temporary), verbose=False)
    if folder.is_dir():
      folder.rmdir()
    os.replace(temporary, folder)
  finally:
    shutil.rmtree(temporary, ignore_errors=True)


def _estimator(
  counter: SFCN, calibration: Calibration
) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
  ensemble = MaskEnsemble(counter)

  def estimate(images: tf.Tensor) -> dict[str, tf.Tensor]:
    moments = ensemble(images)
    deviation = ops.sqrt(moments.total)
    count = ops.sum(moments.mean, axis=(1, 2, 3))
    uncertainty = ops.sum(deviation, axis=(1, 2, 3))
    outputs = {
      "density": moments.mean,
      "count": count,
      "deviation": deviation,
      "familiar": uncertainty / ops.maximum(count, 1.0) <= calibration.familiar,
    }
    for level in LEVELS:
      half = calibration.reach(level) * uncertainty
      name = f"{100 * level:.0f}"
      outputs[f"low_{name}"] = ops.maximum(count - half, 0.0)
      outputs[f"high_{name}"] = count + half
    return outputs

  return estimate
