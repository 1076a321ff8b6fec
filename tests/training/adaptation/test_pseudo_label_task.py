"""Stage 2's task: learning from confident cells only."""

import keras
import numpy as np
import tensorflow as tf

from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training.adaptation.cross_domain_model import CrossDomainModel
from cdcc_tf.training.adaptation.losses import DensityLoss
from cdcc_tf.training.adaptation.pseudo_label_task import PseudoLabelTask
from cdcc_tf.training.adaptation.replica_means import masked_mean_over_replicas
from tests.training.replicas import assert_two_step_as_one

CROP, GRID = 32, 4


def make_model() -> CrossDomainModel:
  keras.utils.set_random_seed(1)
  model = CrossDomainModel(
    SFCN(width=0.05, spatial_encoder=False, initializer="he_normal"),
    PseudoLabelTask(2.0, DensityLoss()),
  )
  model.build_all(CROP)
  model.compile(keras.optimizers.SGD(0.1), jit_compile=False)
  return model


def make_batch() -> dict:
  """Makes 4 examples a domain; confident cells differ from one to another."""
  random = np.random.default_rng(0)
  maps = (4, GRID, GRID, 1)
  batch = {
    name: {
      "image": np.float32(random.random((4, CROP, CROP, 3)) * 255),
      "density": np.float32(random.random(maps) / 10),
    }
    for name in ("source", "target")
  }
  batch["source"]["roi"] = np.ones(maps, np.float32)
  share = np.array([0.1, 0.2, 0.8, 1.0]).reshape(4, 1, 1, 1)
  batch["target"]["confidence"] = np.float32(random.random(maps) < share)
  return keras.tree.map_structure(tf.constant, batch)


def updates(batch: dict) -> list[np.ndarray]:
  model = make_model()
  start = [w.numpy() for w in model.trainable_weights]
  model.train_step(batch)
  pairs = zip(model.trainable_weights, start, strict=True)
  return [w.numpy() - before for w, before in pairs]


def test_unconfident_cells_teach_nothing() -> None:
  batch, other = make_batch(), make_batch()
  confident = other["target"]["confidence"]
  other["target"]["density"] = tf.where(
    confident > 0, other["target"]["density"], 5.0
  )
  for one, two in zip(updates(batch), updates(other), strict=True):
    np.testing.assert_array_equal(one, two)


def test_confident_cells_do() -> None:
  batch, other = make_batch(), make_batch()
  other["target"]["density"] = other["target"]["density"] + 0.1
  differences = [
    np.abs(one - two).max()
    for one, two in zip(updates(batch), updates(other), strict=True)
  ]
  assert max(differences) > 1e-5


def test_pseudo_labels_do_not_teach_the_variance() -> None:
  """Its own column of the head hears of the source alone."""
  batch, other = make_batch(), make_batch()
  other["target"]["density"] = other["target"]["density"] + 0.1
  heads = []
  for each in (batch, other):
    model = make_model()
    model.train_step(each)
    heads.append(model.counter.head.kernel.numpy())
  np.testing.assert_array_equal(heads[0][:, 1], heads[1][:, 1])
  assert np.abs(heads[0][:, 0] - heads[1][:, 0]).max() > 0


def test_no_confident_cell_is_no_loss_and_no_nan() -> None:
  batch = make_batch()
  batch["target"]["confidence"] = tf.zeros([4, GRID, GRID, 1])
  logs = make_model().train_step(batch)
  assert float(logs["pseudo_loss"]) == 0
  assert all(np.isfinite(update).all() for update in updates(batch))


def test_masked_mean_by_hand() -> None:
  cells = tf.reshape(tf.constant([1.0, 2.0, 3.0, 4.0]), [2, 1, 2, 1])
  confidence = tf.reshape(tf.constant([1.0, 0.0, 0.5, 0.5]), [2, 1, 2, 1])
  assert float(masked_mean_over_replicas(cells, confidence)) == 4.5 / 2


def test_two_replicas_with_unequal_masks_take_the_step_of_one() -> None:
  """The masked mean is the global one, not a mean of the replicas' means."""
  assert_two_step_as_one(make_model, make_batch)
