"""A tiny counter that has learnt nothing but sees."""

import keras
import numpy as np

from cdcc_tf.models.sfcn import SFCN

LIGHT = {
  "encoder": "efficientnet_lite0",
  "decoder": "separable",
  "decoder_width": 2.0,
}


def tiny_model(**options: object) -> SFCN:
  """Builds a network whose maps depend on the picture, which is the point.

  The listing's own initialisation lets the signal fade on the way down, and a
  constant map would agree with any other.
  """
  keras.utils.set_random_seed(0)
  model = SFCN(0.05, initializer="he_normal", **options)
  model(np.zeros((1, 16, 16, 3)))
  return model
