"""One step on one replica and on two, in a process of its own.

TensorFlow divides its CPU into devices once and for all.
"""

import subprocess
import sys

_SCRIPT = """
import sys
import numpy as np, tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
  cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from tests.training.MODULE import *
results = []
for devices in (["CPU:0"], ["CPU:0", "CPU:1"]):
  with tf.distribute.MirroredStrategy(devices).scope():
    model = make_model(ARGUMENTS)
  start = [w.numpy() for w in model.trainable_weights]
  batches = tf.data.Dataset.from_tensors(make_batch()).unbatch().batch(
    4, drop_remainder=True)
  model.fit(batches, epochs=1, steps_per_epoch=1, verbose=0, shuffle=False)
  results.append(
    [w.numpy() - s for w, s in zip(model.trainable_weights, start)])
largest = max(np.abs(update).max() for update in results[0])
apart = max(np.abs(a - b).max() for a, b in zip(*results))
print("largest", largest, "apart", apart)
sys.exit(0 if largest > 1e-4 and apart < 1e-6 else 1)
"""


def assert_two_step_as_one(module: str, arguments: str = "") -> None:
  """Compares the updates; with SGD, for Adam would hide a doubled gradient.

  Args:
    module: of the tests, with `make_model` and `make_batch`.
    arguments: of `make_model`, as source text.
  """
  script = _SCRIPT.replace("MODULE", module).replace("ARGUMENTS", arguments)
  done = subprocess.run(
    [sys.executable, "-c", script], capture_output=True, text=True
  )
  assert done.returncode == 0, done.stdout + done.stderr[-2000:]
