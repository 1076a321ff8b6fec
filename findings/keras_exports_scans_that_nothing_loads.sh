#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: `Model.export` of a network with one
# `keras.ops.scan` over the rows of a picture of any size returns normally with
# format="onnx" and format="litert", and no runtime loads either file.
# tf2onnx 1.17.0 logs an error of its own, which `export` does not raise; the
# LiteRT file asks for TensorFlow's own operations (TensorLists), which the
# runtime of the PyPI package does not have.
#
# Seen: "onnx: exported, onnxruntime 1.31.1 refuses it: Invalid tensor data type
# 0" and "litert: exported, ai-edge-litert 2.3.0 refuses it: Select TensorFlow
# op(s) ... not supported".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q tensorflow-cpu==2.21.0 keras==3.15.1 \
  tf2onnx==1.17.0 onnxruntime==1.31.1 ai-edge-litert==2.3.0
cat > export.py <<'PY'
import keras
import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter
from keras import ops


class Sweep(keras.layers.Layer):
  """Adds to each row half of what the row above has gathered."""

  def call(self, image):
    def step(above, row):
      row = row + 0.5 * above
      return row, row

    rows = ops.moveaxis(image, 1, 0)
    _, swept = ops.scan(step, ops.zeros_like(rows[0]), rows)
    return ops.moveaxis(swept, 0, 1)

  def compute_output_shape(self, shape):
    return shape


image = keras.Input((None, None, 1))
model = keras.Model(image, Sweep()(image))
assert model(np.ones((1, 5, 4, 1), "float32")).shape == (1, 5, 4, 1)

model.export("model.onnx", format="onnx", verbose=False)
try:
  onnxruntime.InferenceSession("model.onnx")
  raise SystemExit("onnx: loads now")
except onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument as error:
  assert "Invalid tensor data type 0" in str(error)
  print("onnx: exported, onnxruntime refuses it: Invalid tensor data type 0")

model.export("model.tflite", format="litert", verbose=False)
try:
  Interpreter("model.tflite").allocate_tensors()
  raise SystemExit("litert: loads now")
except RuntimeError as error:
  assert "Select TensorFlow op" in str(error)
  print("litert: exported, ai-edge-litert refuses it: Select TensorFlow op(s)")
PY
venv/bin/python export.py 2> log || { tail -5 log; exit 1; }
