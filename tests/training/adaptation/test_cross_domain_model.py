"""The joint training step."""

import dataclasses
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.config import TrainingConfig
from cdcc_tf.models import light_encoders
from cdcc_tf.models.decoders import build_orientation_decoder
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.adaptation.cross_domain_model import CrossDomainModel
from cdcc_tf.training.adaptation.optimizers import build_optimizer
from cdcc_tf.training.adaptation.orientation_task import (
  OrientationSchedule,
  OrientationTask,
  scale_gradient,
)
from tests.training.replicas import assert_two_step_as_one

CROP = 32
LITE_STAGES = light_encoders._LITE_STAGES


def make_model(
  schedule: OrientationSchedule | None,
  spatial_encoder: bool = False,
  encoder_rate: float | None = None,
  network: dict | None = None,
  **options: object,
) -> CrossDomainModel:
  keras.utils.set_random_seed(1)
  task = None
  if schedule is not None:
    task = OrientationTask(build_orientation_decoder(0.05, (2, 2)), schedule)
  model = CrossDomainModel(
    SFCN(
      **{"width": 0.05, "spatial_encoder": spatial_encoder} | (network or {})
    ),
    task,
    **options,
  )
  model.build_all(CROP)
  optimizer = keras.optimizers.SGD(0.1)
  if encoder_rate is not None:
    training = TrainingConfig(
      **{"optimizer": "sgd", "encoder_rate": encoder_rate}, warmup_steps=0
    )
    encoder = model.counter.encoder.trainable_variables
    optimizer = build_optimizer(training, 10, 0.1, encoder)
  model.compile(optimizer, jit_compile=False)
  return model


def make_batch(target: bool = True) -> dict:
  random = np.random.default_rng(0)

  def images(count: int) -> np.ndarray:
    return np.float32(random.random((count, CROP, CROP, 3)) * 255)

  maps = (6, CROP // 8, CROP // 8, 1)  # as many as the real experiments have
  batch = {
    "source": {
      "image": images(6),
      "density": np.float32(random.random(maps) / 10),
      "roi": np.ones(maps, np.float32),
    }
  }
  if target:
    batch["target"] = {
      "image": images(4),
      "orientation": np.int32([0, 1, 0, 1]),
    }
  return keras.tree.map_structure(tf.constant, batch)


def changed(model: CrossDomainModel, batch: dict) -> dict[str, float]:
  """Returns how far each part of the model moves in one step."""
  parts = {
    "encoder": model.counter.encoder,
    "density": model.counter.head,
    "orientation": model.task and model.task.decoder,
  }
  before = {
    name: [w.numpy() for w in part.trainable_weights]
    for name, part in parts.items()
    if part is not None
  }
  model.train_step(batch)
  return {
    name: max(
      np.abs(w.numpy() - old).max()
      for w, old in zip(parts[name].trainable_weights, values, strict=True)
    )
    for name, values in before.items()
  }


def test_warm_up_keeps_the_orientation_gradient_from_the_encoder() -> None:
  alone = make_model(None)
  joint = make_model(OrientationSchedule(weight=1.0, warmup=5, ramp=5))
  joint.counter.set_weights(alone.counter.get_weights())
  alone.train_step(make_batch(target=False))
  moved = changed(joint, make_batch())
  assert moved["orientation"] > 0
  for one, other in zip(
    alone.counter.weights, joint.counter.weights, strict=True
  ):
    np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-7)


def test_after_warm_up_both_losses_reach_the_encoder() -> None:
  batch = make_batch()
  moved = []
  for weight in (1e-9, 50.0):
    model = make_model(OrientationSchedule(weight))
    moved.append(changed(model, batch)["encoder"])
  assert moved[1] > 1.01 * moved[0] > 0


def test_density_loss_never_sees_the_target() -> None:
  """Other target pictures change nothing in the density decoder's gradient."""
  batch, other = make_batch(), make_batch()
  other["target"]["image"] = 255.0 - other["target"]["image"]
  heads = []
  for each in (batch, other):
    model = make_model(OrientationSchedule(weight=1.0))
    model.train_step(each)
    heads.append([w.numpy() for w in model.counter.head.weights])
  for one, two in zip(*heads, strict=True):
    np.testing.assert_array_equal(one, two)


def test_orientation_loss_never_sees_the_source() -> None:
  """Nor does the source change the orientation decoder's gradient."""
  batch, other = make_batch(), make_batch()
  other["source"]["image"] = 255.0 - other["source"]["image"]
  decoders = []
  for each in (batch, other):
    model = make_model(OrientationSchedule(weight=1.0))
    model.train_step(each)
    decoders.append([w.numpy() for w in model.task.decoder.weights])
  for one, two in zip(*decoders, strict=True):
    np.testing.assert_array_equal(one, two)


def test_both_domains_pass_the_encoder_together(monkeypatch) -> None:
  """Once a step, the source's pictures before the target's."""
  batch = make_batch()
  model = make_model(OrientationSchedule(weight=1.0))
  seen, encoder = [], model.counter.encoder
  call = encoder.call
  monkeypatch.setattr(
    encoder,
    "call",
    lambda images, *more, **options: (
      seen.append(images.shape[0]) or call(images, *more, **options)
    ),
  )
  model.train_step(batch)
  domains = [len(batch[domain]["image"]) for domain in ("source", "target")]
  assert seen == [sum(domains)]


def test_schedule() -> None:
  schedule = OrientationSchedule(weight=0.5, warmup=10, ramp=20)
  values = [float(schedule.at(tf.constant(s))) for s in (0, 9, 19, 29, 1000)]
  np.testing.assert_allclose(values, [0, 0, 0.25, 0.5, 0.5])
  assert float(OrientationSchedule(0.5).at(tf.constant(0))) == 0.5


def test_scale_gradient() -> None:
  values = tf.constant([1.5, -2.0])
  with tf.GradientTape() as tape:
    tape.watch(values)
    output = scale_gradient(values, tf.constant(0.25))
    total = tf.reduce_sum(output**2)
  np.testing.assert_array_equal(output, values)
  np.testing.assert_allclose(tape.gradient(total, values), 0.25 * 2 * values)


def test_metrics_restart_each_interval() -> None:
  model = make_model(OrientationSchedule(1.0))
  logs = model.train_step(make_batch())
  assert set(logs) == {
    *("density_loss", "mae", "rmse", "bias", "true_count", "gradient_norm"),
    *("orientation_loss", "orientation_accuracy", "orientation_weight"),
  }
  model.reset_metrics()
  assert all(float(metric.result()) == 0 for metric in model.metrics)


@pytest.mark.slow
def test_learns_the_orientation_task() -> None:
  """Sky above ground: the head must tell which way is up."""
  model = make_model(OrientationSchedule(weight=1.0))
  model.compile(keras.optimizers.Adam(3e-3), jit_compile=False)
  batch = make_batch()
  sky = np.zeros((4, CROP, CROP, 3), np.float32)
  sky[:, : CROP // 2] = 255.0
  sky[1::2] = sky[1::2, ::-1]
  batch["target"]["image"] = tf.constant(sky)
  step = tf.function(model.train_step)
  for _ in range(60):
    step(batch)
  model.reset_metrics()
  assert float(step(batch)["orientation_accuracy"]) == 1.0


@pytest.mark.parametrize("clip", [0.0, 0.01])
def test_two_replicas_take_the_step_of_one(clip: float) -> None:
  make = partial(
    *(make_model, OrientationSchedule(1.0)),
    # Each once is enough: scans take long to trace.
    spatial_encoder=not clip,
    encoder_rate=0.1 if clip else None,
    gradient_clip_norm=clip,
  )
  assert_two_step_as_one(make, make_batch)


def make_model_of_five_blocks(*arguments: object) -> CrossDomainModel:
  """Returns a model with a shortened EfficientNet-Lite, in its own process."""
  kept = (LITE_STAGES[index] for index in (0, 1, 2, 3, 5))
  light_encoders._LITE_STAGES = [(*s[:2], 1, *s[3:]) for s in kept]
  ends = ("block0_", "block1_", "block2_", "block3_", "block4_")
  light_encoders.BACKBONES["efficientnet_lite0"] = dataclasses.replace(
    light_encoders.BACKBONES["efficientnet_lite0"], ends=ends
  )
  network = {
    **{"encoder": "efficientnet_lite0", "width": 0.1},
    **{"decoder": "separable", "train_statistics": True},
  }
  return make_model(*arguments, network=network)


def test_two_replicas_share_the_statistics_of_a_batch() -> None:
  """And take the step of one: features, gradients and moving statistics."""
  make = partial(make_model_of_five_blocks, OrientationSchedule(1.0))
  # Dividing by a batch's spread makes gradients, and their rounding, larger.
  assert_two_step_as_one(make, make_batch, tolerance=1e-4)
