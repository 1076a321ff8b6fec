"""Predictive moments over the masks (docs/method.md §4)."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf
from keras import ops

from cdcc_tf.models.layers import Masksembles2D
from cdcc_tf.models.sfcn import SFCN


class Moments(NamedTuple):
  """What an ensemble of masks says of each cell.

  All are float32 tensors of shape [batch, height/8, width/8, 1].

  Attributes:
    mean: μ̄, mean of the masks' means, people per cell.
    aleatoric: mean of the masks' variances, people².
    epistemic: variance of the masks' means, people².
    counts: each mask's own count, [batch, masks], people.
  """

  mean: tf.Tensor
  aleatoric: tf.Tensor
  epistemic: tf.Tensor
  counts: tf.Tensor

  @property
  def total(self) -> tf.Tensor:
    """Total variance of a cell, by the law of total variance, people²."""
    return self.aleatoric + self.epistemic


class MaskEnsemble:
  """Runs a counter once per mask, doing what they share only once.

  The encoder and the first decoder convolution run once. The convolution
  behind the masks is linear up to its ReLU, and a mask keeps somewhat more
  than half of its input channels: each mask's pass reads those alone. Only what
  follows runs in full for every mask.

  Args:
    counter: a built network, whose weights are read at every call.
  """

  def __init__(self, counter: SFCN):
    self._counter = counter
    masksembles, self._first, *self._rest = counter.masked_decoder
    if not isinstance(masksembles, Masksembles2D):
      raise TypeError(f"{counter.name} has no masks where they are expected")
    # Masks never change, so which channels each keeps is known beforehand.
    self._kept = [
      np.flatnonzero(mask)
      for mask in ops.convert_to_numpy(masksembles.mask_values)
    ]

  def __call__(self, images: tf.Tensor) -> Moments:
    """Predicts pictures [batch, height, width, 3] in [0, 255]."""
    return self.decode(self._counter.encoder(images))

  def decode(self, features: tf.Tensor) -> Moments:
    """Predicts from the encoder's features."""
    features = self._counter.shared_decoder(features)
    masks = len(self._kept)
    # Mask after mask along the batch: [masks · batch, …].
    features = ops.concatenate(
      [self._first.convolve_channels(features, kept) for kept in self._kept]
    )
    for layer in self._rest:
      features = layer(features)
    maps = self._counter.head(features)
    means = ops.stack(ops.split(maps["density"], masks))
    variances = ops.stack(ops.split(ops.exp(maps["log_variance"]), masks))
    return Moments(
      mean=ops.mean(means, axis=0),
      aleatoric=ops.mean(variances, axis=0),
      epistemic=ops.var(means, axis=0),
      counts=ops.transpose(ops.sum(means, axis=(2, 3, 4))),
    )
