"""Losses: pure functions, one value per cell or per example.

Averaging is left to the training step; see `means`.
"""

import dataclasses
import math

import tensorflow as tf
from keras import ops

DENSITY_LOSSES = ("gaussian", "laplace", "squared", "faithful")
# Losses are computed in hundredths of a person, which puts the density of a
# crowd near one; it also fixes the balance with the orientation loss.
UNIT = 0.01


@dataclasses.dataclass(frozen=True)
class DensityLoss:
  """Compares a density map with the predicted moments.

  Gaussian: `½·exp(−s)·(y−μ)² + ½·s`; Laplace: `|y−μ|/b + log b` with scale
  b = √(σ²/2); both weighted by stop_gradient(σ^2β), without which hard cells
  hide behind a large σ (β-NLL, Seitzer et al., arXiv 2203.09168). Squared: the
  plain error, from which σ learns nothing. Faithful (Stirn et al., arXiv
  2212.09184): μ learns from the squared error, σ from the Gaussian likelihood
  of the error that μ happens to make; for a counter of `detached_variance`.

  A square hardly sees a thin veil of people over empty ground, which adds up
  to a crowd over ten thousand cells; `absolute` adds the absolute error, which
  does.

  Attributes:
    kind: one of DENSITY_LOSSES.
    beta: exponent of the weighting; 0 is the plain likelihood.
    absolute: weight of `|y−μ|`, in hundredths of a person, beside the rest.
  """

  kind: str = "gaussian"
  beta: float = 0.5
  absolute: float = 0.0

  def __call__(
    self, density: tf.Tensor, maps: dict[str, tf.Tensor]
  ) -> tf.Tensor:
    """Returns the loss of every cell.

    Args:
      density: true people per cell, [batch, height/8, width/8, 1].
      maps: the counter's: `density`, people per cell μ, and `log_variance`,
        s = log σ² in log people², same shape.

    Returns:
      float32 tensor of the same shape.

    Raises:
      ValueError: unknown kind.
    """
    error = (ops.cast(density, "float32") - maps["density"]) / UNIT
    scaled = maps["log_variance"] - 2.0 * math.log(UNIT)
    cells = self._by_kind(error, scaled)
    return cells + self.absolute * ops.abs(error) if self.absolute else cells

  def _by_kind(self, error: tf.Tensor, scaled: tf.Tensor) -> tf.Tensor:
    """Compares errors, in UNIT, with the logarithm of variances in UNIT²."""
    if self.kind == "squared":
      return ops.square(error)
    if self.kind == "faithful":
      left = ops.stop_gradient(ops.square(error))
      likelihood = ops.exp(-scaled) * left + scaled
      return 0.5 * (ops.square(error) + likelihood)
    if self.kind == "gaussian":
      cells = 0.5 * ops.exp(-scaled) * ops.square(error) + 0.5 * scaled
    elif self.kind == "laplace":
      log_scale = 0.5 * (scaled - math.log(2.0))
      cells = ops.exp(-log_scale) * ops.abs(error) + log_scale
    else:
      raise ValueError(
        f"density loss {self.kind!r} is none of {DENSITY_LOSSES}"
      )
    return cells * ops.stop_gradient(ops.exp(self.beta * scaled))


def orientation_loss(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
  """Cross-entropy of upright (0) against upside-down (1).

  Args:
    labels: int32 [batch].
    logits: float32 [batch, 2].

  Returns:
    float32 tensor of shape [batch].
  """
  return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
