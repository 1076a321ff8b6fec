"""Label-free signals: zero where looks agree, and what they are otherwise."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.loop.label_free import LabelFreeSignals, SignalTracker


def test_gaps_by_hand() -> None:
  tracker = SignalTracker()
  tracker.update(
    tf.constant([[9.0, 11.0], [20.0, 20.0]]),
    tf.constant([12.0, 17.0]),
    tf.constant([10.0, 30.0]),
  )
  figures = tracker.results()
  assert figures == pytest.approx(
    {
      "target_count": 15,
      "mirror_gap": (2 + 3) / 2 / 15,
      "scale_gap": 10 / 2 / 15,
      "mask_gap": 1 / 2 / 15,
    }
  )
  tracker.update(tf.ones((1, 2)), tf.ones(1), tf.ones(1))
  assert tracker.results() == pytest.approx(
    {"target_count": 1, "mirror_gap": 0, "scale_gap": 0, "mask_gap": 0}
  )


def test_measures_the_counter_as_it_is_now() -> None:
  keras.utils.set_random_seed(0)
  counter = SFCN(width=0.05, spatial_encoder=False, initializer="he_normal")
  counter(tf.zeros((1, 16, 16, 3)))
  random = np.random.default_rng(0)
  pictures = np.float32(random.random((2, 1, 40, 48, 3)) * 255)
  dataset = tf.data.Dataset.from_tensor_slices(pictures)
  signals = LabelFreeSignals(MaskEnsemble(counter))
  first = signals.measure(dataset)
  ensemble = MaskEnsemble(counter)
  counts = [ensemble(picture).counts.numpy() for picture in pictures]
  mirrored = [ensemble(p[:, :, ::-1]).counts.numpy().mean() for p in pictures]
  assert first["target_count"] == pytest.approx(np.mean(counts), 1e-4)
  gaps = [abs(c.mean() - m) for c, m in zip(counts, mirrored, strict=True)]
  assert first["mirror_gap"] == pytest.approx(
    np.mean(gaps) / np.mean(counts), rel=1e-2
  )
  assert first["scale_gap"] > 0
  symmetric = np.concatenate([pictures, pictures[:, :, :, ::-1]], axis=3)
  same = signals.measure(tf.data.Dataset.from_tensor_slices(symmetric))
  assert same["mirror_gap"] < 1e-4
  counter.head.bias.assign(counter.head.bias + 1.0)
  assert signals.measure(dataset)["target_count"] > first["target_count"]


def test_a_counter_of_nobody_agrees_with_itself_in_vain() -> None:
  tracker = SignalTracker()
  tracker.update(tf.zeros((2, 3)), tf.zeros(2), tf.zeros(2))
  assert tracker.results() == {
    "target_count": 0.0,
    "mirror_gap": 1.0,
    "scale_gap": 1.0,
    "mask_gap": 1.0,
  }
