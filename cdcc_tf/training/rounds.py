"""Stage 2: a round labels the target, then learns from both domains."""

import logging

import keras
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data import pipeline
from cdcc_tf.inference.counter import load_model
from cdcc_tf.run_folder import RunFolder
from cdcc_tf.training import pseudo_labels
from cdcc_tf.training.builders import build_next_model
from cdcc_tf.training.fitting import fit
from cdcc_tf.training.stages import Stage

logger = logging.getLogger(__name__)
# Rounds are to see other crops than stage 1 and each other.
_SEED_STRIDE = 1_000_003


def next_stage(
  config: ExperimentConfig,
  folder: RunFolder,
  stage: Stage,
  previous: Stage,
  strategy: tf.distribute.Strategy,
) -> None:
  """Runs one round from the counter that the stage before left.

  Raises:
    InputError: damaged records, cache or checkpoints.
  """
  with strategy.scope():
    counter = load_model(
      folder.stage(previous.name) / "model.keras", config.training.precision
    )
  summary = pseudo_labels.label(
    counter,
    config.data.target_records,
    "train",
    config.data.target_held_out,
    folder.pseudo_labels(stage.name),
    config.pseudo,
  )
  logger.info("%s", pseudo_labels.table(summary))
  with strategy.scope():
    model = build_next_model(config, stage, counter)
  seed = (config.training.seed + stage.round * _SEED_STRIDE) % 2**32

  def batches(first_step: int) -> tf.data.Dataset:
    return pipeline.joined(
      pipeline.source_batches(config.data, seed, first_step),
      pipeline.pseudo_label_batches(
        config.data,
        seed,
        first_step,
        summary.files,
        summary.accepted,
        summary.largest_uncertainty,
      ),
    )

  decoder_file = folder.stage("stage1") / "orientation.keras"
  decoder = None
  if decoder_file.is_file():
    decoder = keras.models.load_model(decoder_file, compile=False)
  fit(config, folder, stage, model, batches, decoder)
