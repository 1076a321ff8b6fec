"""Losses against hand-worked 2 x 2 maps."""

import math

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.training.adaptation import losses

# Errors of 0, 1, 2 and 3 hundredths of a person, σ of 1, 1, 2 and 2 of them.
TRUE = np.float32([[[[0.05], [0.05]], [[0.05], [0.05]]]])
MEAN = np.float32([[[[0.05], [0.04]], [[0.03], [0.08]]]])
LOG_VARIANCE = np.log(np.float32([[[[1e-4], [1e-4]], [[4e-4], [4e-4]]]]))


def maps(mean: tf.Tensor, log_variance: tf.Tensor) -> dict[str, tf.Tensor]:
  return {"density": mean, "log_variance": log_variance}


def loss(kind: str, beta: float) -> np.ndarray:
  cells = losses.DensityLoss(kind, beta)(TRUE, maps(MEAN, LOG_VARIANCE))
  return cells.numpy().ravel()


def test_squared_by_hand() -> None:
  np.testing.assert_allclose(loss("squared", 0.5), [0, 1, 4, 9], 1e-4, 1e-6)


def test_gaussian_by_hand() -> None:
  cells = [0, 1 / 2, (4 / 4) / 2 + math.log(2), (9 / 4) / 2 + math.log(2)]
  np.testing.assert_allclose(loss("gaussian", 0.0), cells, 1e-4, 1e-6)


def test_beta_weighs_cells_by_their_deviation() -> None:
  cells = [0, 1 / 2, 2 * (1 / 2 + math.log(2)), 2 * (9 / 8 + math.log(2))]
  np.testing.assert_allclose(loss("gaussian", 0.5), cells, 1e-4, 1e-6)


def test_laplace_by_hand() -> None:
  small, large = 1 / math.sqrt(2), 2 / math.sqrt(2)
  cells = [
    math.log(small),
    1 / small + math.log(small),
    2 / large + math.log(large),
    3 / large + math.log(large),
  ]
  np.testing.assert_allclose(loss("laplace", 0.0), cells, 1e-4, 1e-6)


@pytest.mark.parametrize("kind", ["gaussian", "laplace", "faithful"])
def test_best_deviation_is_that_of_the_errors(kind: str) -> None:
  """Whatever β, the variance that explains the errors has no gradient."""
  error = 0.02
  best = 2 * error**2 if kind == "laplace" else error**2
  for factor, sign in ((0.5, -1), (1.0, 0), (2.0, 1)):
    log_variance = tf.constant([[[[math.log(best * factor)]]]])
    with tf.GradientTape() as tape:
      tape.watch(log_variance)
      value = losses.DensityLoss(kind)(
        tf.fill([1, 1, 1, 1], 0.1),
        maps(tf.fill([1, 1, 1, 1], 0.1 - error), log_variance),
      )
    gradient = float(tf.squeeze(tape.gradient(value, log_variance)))
    assert np.sign(round(gradient, 4)) == sign


def test_beta_has_no_gradient_of_its_own() -> None:
  """β scales the gradient; it adds no pull towards a small σ."""
  gradients = []
  for beta in (0.0, 0.5):
    mean, log_variance = tf.constant(MEAN), tf.constant(LOG_VARIANCE)
    with tf.GradientTape() as tape:
      tape.watch([mean, log_variance])
      value = losses.DensityLoss("gaussian", beta)(
        TRUE, maps(mean, log_variance)
      )
    gradients.append(tape.gradient(value, [mean, log_variance]))
  deviation = np.exp(0.5 * LOG_VARIANCE) / 0.01
  for plain, weighted in zip(*gradients, strict=True):
    np.testing.assert_allclose(weighted, plain * deviation, 1e-3, 1e-5)


def test_faithful_by_hand() -> None:
  cells = [0, 1 / 2 + 1 / 2, 4 / 2 + 1 / 2, 9 / 2 + 9 / 8]
  cells = np.add(cells, [0, 0, math.log(2), math.log(2)])
  np.testing.assert_allclose(loss("faithful", 0.5), cells, 1e-4, 1e-6)


def test_faithful_teaches_the_mean_by_the_error_alone() -> None:
  """However sure a cell is; and its variance as the likelihood does."""
  gradients = {}
  for kind in ("faithful", "gaussian"):
    mean, log_variance = tf.constant(MEAN), tf.constant(LOG_VARIANCE)
    with tf.GradientTape() as tape:
      tape.watch([mean, log_variance])
      value = losses.DensityLoss(kind, 0.0)(TRUE, maps(mean, log_variance))
    gradients[kind] = tape.gradient(value, [mean, log_variance])
  error = (MEAN - TRUE) / 0.01 / 0.01
  np.testing.assert_allclose(gradients["faithful"][0], error, 1e-4, 1e-2)
  np.testing.assert_allclose(
    gradients["faithful"][1], gradients["gaussian"][1], 1e-4, 1e-6
  )


def test_unknown_kind() -> None:
  with pytest.raises(ValueError, match="huber"):
    loss("huber", 0.5)


def test_orientation_loss_by_hand() -> None:
  logits = np.float32([[0, 0], [math.log(3), 0]])
  values = losses.orientation_loss(np.int32([1, 0]), logits).numpy()
  np.testing.assert_allclose(values, [math.log(2), -math.log(0.75)], 1e-5)


def test_absolute_error_beside_the_rest_by_hand() -> None:
  """Errors of 0, 1, 2 and 3 hundredths, at 5 a hundredth."""
  mixed = losses.DensityLoss("squared", absolute=5.0)
  cells = mixed(TRUE, maps(MEAN, LOG_VARIANCE)).numpy().ravel()
  np.testing.assert_allclose(cells, [0, 6, 14, 24], 1e-4, 1e-4)


def test_absolute_error_sees_a_veil_that_the_square_hardly_sees() -> None:
  gradients = {}
  for absolute in (0.0, 5.0):
    mean = tf.constant([[[[0.001]]]])
    with tf.GradientTape() as tape:
      tape.watch(mean)
      loss_of = losses.DensityLoss("squared", absolute=absolute)
      value = loss_of(tf.zeros((1, 1, 1, 1)), maps(mean, tf.zeros_like(mean)))
    gradients[absolute] = float(tf.squeeze(tape.gradient(value, mean)))
  assert gradients[0.0] == pytest.approx(2 * 0.1 / 0.01)
  assert gradients[5.0] == pytest.approx((2 * 0.1 + 5) / 0.01)
