"""One step on one replica and on two, in a process of its own.

TensorFlow divides its CPU into devices once and for all.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tests.commands import in_fresh_process


def assert_two_step_as_one(
  make_model: Callable, make_batch: Callable, tolerance: float = 1e-6
) -> None:
  """Compares the updates; with SGD, for Adam would hide a doubled gradient.

  Args:
    make_model: returns a compiled model; can be pickled.
    make_batch: returns a batch for two replicas; likewise.
    tolerance: largest difference between their updates.
  """
  done = in_fresh_process(_compare, make_model, make_batch, tolerance)
  assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def _compare(
  make_model: Callable, make_batch: Callable, tolerance: float
) -> None:
  cpu = tf.config.list_physical_devices("CPU")[0]
  tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2
  )
  updates, norms = [], []
  for devices in (["CPU:0"], ["CPU:0", "CPU:1"]):
    with tf.distribute.MirroredStrategy(devices).scope():
      model = make_model()
    # Moving statistics, too: they must not be one replica's own.
    weights = [*model.trainable_weights, *model.counter.non_trainable_weights]
    start = [w.numpy() for w in weights]
    # As the pipeline joins them: each domain with a batch of its own size.
    batches = tf.data.Dataset.zip(
      {
        domain: tf.data.Dataset.from_tensors(part)
        .unbatch()
        .batch(len(part["image"]), drop_remainder=True)
        for domain, part in make_batch().items()
      }
    )
    fitted = model.fit(
      batches, epochs=1, steps_per_epoch=1, verbose=0, shuffle=False
    )
    norms.append(fitted.history["gradient_norm"])
    updates.append(
      [
        weight.numpy() - before
        for weight, before in zip(weights, start, strict=True)
      ]
    )
  largest = max(np.abs(update).max() for update in updates[0])
  apart = max(
    np.abs(one - two).max() for one, two in zip(*updates, strict=True)
  )
  assert largest > 100 * tolerance > tolerance > apart, (largest, apart)
  np.testing.assert_allclose(*norms, rtol=1e-3)
