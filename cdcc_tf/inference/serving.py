"""The exported model: what a program without our code gets to call."""

import os
import shutil
from pathlib import Path

import keras
import tensorflow as tf
from keras import ops

from cdcc_tf.errors import InputError
from cdcc_tf.models.sfcn import SFCN


def export(counter: SFCN, folder: str | Path) -> None:
  """Writes a SavedModel that needs TensorFlow alone.

  Its signature `serving_default` takes `images`, uint8 RGB
  [batch, height, width, 3] of any size and batch, and gives `density`, float32
  [batch, ceil(height/8), ceil(width/8), 1] in people per cell, and `count`,
  float32 [batch]. Normalisation and padding are inside; the orientation
  decoder is not.

  Args:
    counter: a trained network.
    folder: to write to; must be new or empty.

  Raises:
    InputError: the folder holds something.
  """
  folder = Path(folder)
  if folder.is_dir() and any(folder.iterdir()):
    raise InputError(f"{folder}: not empty. Choose another --output.")

  def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
    density = counter(images)["density"]
    return {"density": density, "count": ops.sum(density, axis=(1, 2, 3))}

  archive = keras.export.ExportArchive()
  archive.track(counter)
  archive.add_endpoint(
    "serve",
    serve,
    input_signature=[
      tf.TensorSpec([None, None, None, 3], tf.uint8, name="images")
    ],
  )
  folder.parent.mkdir(parents=True, exist_ok=True)
  temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
  try:
    archive.write_out(str(temporary), verbose=False)
    if folder.is_dir():
      folder.rmdir()
    os.replace(temporary, folder)
  finally:
    shutil.rmtree(temporary, ignore_errors=True)
