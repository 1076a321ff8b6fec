"""Stage 2: a round labels the target, then learns from both domains."""

import logging
import time
from collections.abc import Sequence

import keras
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig
from cdcc_tf.data.pipeline import joint, stream
from cdcc_tf.data.pipeline.pseudo_labels import (
  PseudoLabels,
  pseudo_label_batches,
  pseudo_label_members,
)
from cdcc_tf.data.pipeline.source import source_batches, source_members
from cdcc_tf.data.pseudo_labels import cache
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import load_model
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training.adaptation.cross_domain_model import CrossDomainModel
from cdcc_tf.training.builders import build_next_model
from cdcc_tf.training.loop.alarms import mass_alarm
from cdcc_tf.training.loop.fit import Stream, fit
from cdcc_tf.training.rounds import label_statistics, labelling, report
from cdcc_tf.training.rounds.contrast import contrast_for
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
) -> bool:
  """Runs one round from the counter that the stage before left.

  Returns:
    False if it did not: its pseudo-labels hardly differ from the round's
    before, so that there is nothing more to learn from them.

  Raises:
    InputError: damaged records, cache or checkpoints.
  """
  with strategy.scope():
    counter = load_model(
      folder.stage(previous.name) / "model.keras", config.training.precision
    )
  if not config.rounds.pseudo_weight:
    with strategy.scope():
      model = build_next_model(config, stage, counter)
    _fit(config, folder, stage, model, None)
    return True
  seen_at = _contrast(config, folder, stage, previous)
  begun = folder.pseudo_labels(stage.name).exists()
  start = time.monotonic()
  summary = labelling.label(
    counter,
    RecordDataset.open(config.data.target_records),
    "train",
    config.data.target_held_out,
    folder.pseudo_labels(stage.name),
    config.pseudo,
    seen_at,
  )
  # Of a pass that was interrupted nobody knows how long it took.
  seconds = None if begun else time.monotonic() - start
  logger.info("%s", label_statistics.table(summary))
  predict = labelling.predictor(counter, config.pseudo.pseudo_mirror, seen_at)
  report.draw(predict, folder, stage, summary)
  comparable = _comparable(folder, stage)
  moved = _movement(folder, stage, summary) if comparable else None
  if moved is not None:
    logger.info(
      "Since the last round the pseudo-labels moved by %.1f %% of their "
      "people.",
      100 * moved,
    )
    if moved < config.rounds.stop_movement:
      logger.info(
        "%s: that is below --stop_movement, so the run ends.", stage.name
      )
      report.add_stop(folder, stage, summary, moved)
      return False
  with strategy.scope():
    model = build_next_model(config, stage, counter)
  labels = PseudoLabels(summary.files, summary.pictures, summary.accepted)
  before = report.mass_before(folder, stage) if comparable else None
  drift = config.rounds.drift_alarm
  alarm = "" if before is None else mass_alarm(before, summary.mass, drift)
  _fit(config, folder, stage, model, labels, [alarm] if alarm else [])
  table = report.add_round(folder, stage, summary, moved, seconds)
  logger.info("%s", table)
  return True


def _contrast(
  config: ExperimentConfig, folder: RunFolder, stage: Stage, previous: Stage
) -> float:
  labels = folder.pseudo_labels(stage.name)
  noted = cache.made_by(labels).get("contrast")
  if isinstance(noted, float):
    return noted
  data, options = config.data, config.pseudo
  return contrast_for(
    previous.name, options, data.source_folders, data.target_records
  )


def _fit(
  config: ExperimentConfig,
  folder: RunFolder,
  stage: Stage,
  model: CrossDomainModel,
  labels: PseudoLabels | None,
  alarms: Sequence[str] = (),
) -> None:
  """Trains on the source and, where there are any, on pseudo-labels."""
  data = config.data
  seed = (config.training.seed + stage.round * _SEED_STRIDE) % 2**32

  def batches(first_step: int) -> tf.data.Dataset:
    source = source_batches(data, seed, first_step)
    if labels is None:
      return joint.joined(source)
    return joint.joined(
      source,
      pseudo_label_batches(data, seed, first_step, labels),
    )

  def ids(step: int) -> dict[str, list[str]]:
    source = source_members(data, seed, step)
    found = {"source": stream.ids_of(source, data.source_batch)}
    if labels is not None:
      target = pseudo_label_members(data, seed, step, labels)
      found["target"] = stream.ids_of(target, data.target_batch)
    return found

  decoder_file = folder.stage("stage1") / "orientation.keras"
  decoder = None
  if decoder_file.is_file():
    decoder = keras.models.load_model(decoder_file, compile=False)
  fit(config, folder, stage, model, Stream(batches, ids), decoder, alarms)


def _comparable(folder: RunFolder, stage: Stage) -> bool:
  """Tells whether this round looked at the pictures as the one before did."""
  if stage.round < 2:
    return False
  now, before = (
    cache.made_by(folder.pseudo_labels(f"round{number}"))
    for number in (stage.round, stage.round - 1)
  )
  return now.get("contrast") == before.get("contrast", now.get("contrast"))


def _movement(
  folder: RunFolder, stage: Stage, summary: label_statistics.Summary
) -> float | None:
  before = folder.pseudo_labels(f"round{stage.round - 1}")
  try:
    shards = cache.finished_shards(before)
  except InputError:
    logger.warning(
      "%s: gone or damaged, so nobody can say how far the pseudo-labels moved "
      "since.",
      before,
    )
    return None
  return report.movement(shards, summary.files)
