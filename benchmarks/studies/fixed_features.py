"""Counters whose decoder learns on features that stay fixed."""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from tqdm import tqdm, trange

from benchmarks.studies import labelled
from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.pipeline.source import source_part
from cdcc_tf.evaluation.metrics import GAME_LEVELS, ImageResult
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.training import builders
from cdcc_tf.training.adaptation import optimizers

Encoder = Callable[[tf.Tensor], tf.Tensor]


class Crops(NamedTuple):
  """Training crops.

  Attributes:
    features: float16 [crops, crop/8, crop/8, channels].
    density: float32 [crops, crop/8, crop/8, 1], people per cell.
  """

  features: np.ndarray
  density: np.ndarray


class Seen(NamedTuple):
  """A labelled picture.

  Attributes:
    features: float16 [1, height/8, width/8, channels].
    people: number of its points.
  """

  features: np.ndarray
  people: int


def training_crops(
  config: ExperimentConfig, folder: str, encoder: Encoder, crops: int
) -> Crops:
  """Returns features of a source's first crops, augmented as in training."""
  data = dataclasses.replace(config.data, source_records=folder)
  steps = -(-crops // data.source_batch)
  part = source_part(data, Domains.open(data), config.training.seed)
  batches = part.batches(0).take(steps)
  features, density = [], []
  for batch in tqdm(batches, desc=folder, total=steps, disable=None):
    features.append(_halved(encoder(batch["image"])))
    density.append(batch["density"].numpy())
  return Crops(
    np.concatenate(features)[:crops], np.concatenate(density)[:crops]
  )


def mixed(parts: list[Crops], crops: int) -> Crops:
  """Takes as many crops from each part, so many in all."""
  taken = [
    Crops(*(values[: crops // len(parts)] for values in part)) for part in parts
  ]
  return Crops(*(np.concatenate(values) for values in zip(*taken, strict=True)))


def trained(
  config: ExperimentConfig, crops: Crops, name: str, seed: int
) -> SFCN:
  """Returns a counter whose decoder has learned from stored features.

  Args:
    config: decoder, loss, steps and rate.
    crops: to learn from.
    name: for the progress bar.
    seed: of the decoder's weights and of the order of crops.
  """
  keras.utils.set_random_seed(seed)
  training = dataclasses.replace(config.training, seed=seed)
  counter = builders.build_counter(
    dataclasses.replace(config, training=training)
  )
  counter.decode(tf.constant(crops.features[:1]))
  loss = builders.density_loss(config)
  steps, batch = training.stage1_steps, config.data.source_batch
  optimizer = optimizers.build_optimizer(
    training, steps, training.learning_rate, ()
  )
  variables = counter.trainable_variables
  optimizer.build(variables)

  @tf.function
  def step(features: tf.Tensor, density: tf.Tensor, number: tf.Tensor) -> None:
    with tf.GradientTape() as tape:
      maps = counter.decode(features, training=True, step=number)
      error = tf.reduce_mean(loss(density, maps))
    gradients = tape.gradient(error, variables)
    if training.gradient_clip_norm:
      gradients, _ = tf.clip_by_global_norm(
        gradients, training.gradient_clip_norm
      )
    optimizer.apply_gradients(zip(gradients, variables, strict=True))

  draw = np.random.default_rng(seed)
  order = np.empty(0, int)
  for number in trange(steps, desc=name, unit="step", disable=None):
    if len(order) < batch:
      order = np.append(order, draw.permutation(len(crops.features)))
    chosen, order = order[:batch], order[batch:]
    step(crops.features[chosen], crops.density[chosen], tf.constant(number))
  optimizer.finalize_variable_values(variables)
  return counter


def count(counter: SFCN, seen: Seen) -> ImageResult:
  """Counts a picture in one pass."""
  maps = counter.decode(tf.constant(seen.features))
  people = float(tf.reduce_sum(maps["density"]))
  # Where in the picture it erred is not kept.
  unknown = (math.nan,) * len(GAME_LEVELS)
  return ImageResult("", seen.people, people, unknown)


def images_of(
  folder: str, split: str, every: int, encoder: Encoder
) -> list[Seen]:
  """Returns the features of every n-th picture of a split."""
  pictures = labelled.pictures(Path(folder), split, every)
  seen = []
  for picture in tqdm(pictures, desc=folder, unit="picture", disable=None):
    features = encoder(decode_image(picture.image)[tf.newaxis])
    seen.append(Seen(_halved(features), len(picture.counted_points())))
  return seen


def _halved(features: tf.Tensor) -> np.ndarray:
  """Returns features in half precision: they fill the memory."""
  return tf.cast(features, tf.float16).numpy()
