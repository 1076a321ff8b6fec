"""Stage 2: a round labels the target, then learns from both domains."""

import logging
import time
from collections.abc import Sequence

import keras
import tensorflow as tf

from cdcc_tf.data.pipeline.joint import round_stream
from cdcc_tf.data.pseudo_labels import cache
from cdcc_tf.data.pseudo_labels.cache import PseudoLabelSet
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import load_model
from cdcc_tf.training.adaptation.cross_domain_model import CrossDomainModel
from cdcc_tf.training.builders import build_next_model
from cdcc_tf.training.loop.alarms import pseudo_label_drift_alarm
from cdcc_tf.training.loop.fit import fit
from cdcc_tf.training.rounds import label_statistics, labelling, report
from cdcc_tf.training.rounds.contrast import matching_contrast
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.training.stages import STAGE1

logger = logging.getLogger(__name__)
# Each round sees other crops than stage 1 and other rounds.
_SEED_STRIDE = 1_000_003


def run_round(
  run: StageRun, previous: StageRun, strategy: tf.distribute.Strategy
) -> bool:
  """Runs one round, starting from the counter of the previous stage.

  Returns:
    False if it was not run, because its pseudo-labels hardly differ from those
    of the previous round, so that there is nothing more to learn from them.

  Raises:
    InputError: records, pseudo-labels or checkpoints are damaged.
  """
  config = run.config
  with strategy.scope():
    counter = load_model(
      previous.home / "model.keras", config.training.precision
    )
  if not config.rounds.pseudo_weight:
    with strategy.scope():
      model = build_next_model(config, run.stage, counter)
    _fit(run, model, None)
    return True
  contrast = _contrast(run, previous)
  resumed = run.pseudo_labels.exists()
  start = time.monotonic()
  labels = labelling.label(
    counter,
    run.domains.require_target(),
    "train",
    config.data.target_held_out,
    run.pseudo_labels,
    config.pseudo,
    contrast,
  )
  # The time of an interrupted pass is not known.
  seconds = None if resumed else time.monotonic() - start
  logger.info("%s", label_statistics.table(labels))
  report.draw(labelling.predictor(counter, contrast), run, labels)
  comparable = _comparable(run)
  moved = _movement(run, labels) if comparable else None
  if moved is not None:
    logger.info(
      "Pseudo-labels changed by %.1f %% of their people since the last round.",
      100 * moved,
    )
    if moved < config.rounds.stop_movement:
      logger.info("%s: less than --stop_movement; the run ends.", run.name)
      report.add_stop(run, labels, moved)
      return False
  with strategy.scope():
    model = build_next_model(config, run.stage, counter)
  before = report.mass_before(run) if comparable else None
  alarm = ""
  if before is not None:
    drift = config.rounds.drift_alarm
    alarm = pseudo_label_drift_alarm(before, labels.mass, drift)
  _fit(run, model, labels, [alarm] if alarm else [])
  logger.info("%s", report.add_round(run, labels, moved, seconds))
  return True


def _contrast(run: StageRun, previous: StageRun) -> float:
  """Returns the contrast factor at which a round's images are labelled."""
  noted = cache.made_by(run.pseudo_labels).get("contrast")
  if isinstance(noted, float):
    return noted
  # Counters of rounds have learned to count the images as they are.
  if previous.stage.round or not run.config.pseudo.pseudo_match_contrast:
    return 1.0
  return matching_contrast(run.domains.source, run.domains.require_target())


def _fit(
  run: StageRun,
  model: CrossDomainModel,
  labels: PseudoLabelSet | None,
  alarms: Sequence[str] = (),
) -> None:
  """Trains on the source and, if there are any, on pseudo-labels."""
  config = run.config
  seed = (config.training.seed + run.stage.round * _SEED_STRIDE) % 2**32
  stream = round_stream(config.data, run.domains, seed, labels)
  decoder_file = run.folder.stage(STAGE1) / "orientation.keras"
  decoder = None
  if decoder_file.is_file():
    decoder = keras.models.load_model(decoder_file, compile=False)
  fit(run, model, stream, decoder, alarms)


def _comparable(run: StageRun) -> bool:
  """Returns whether this round and the last one used the same contrast."""
  if run.stage.round < 2:
    return False
  now, before = (
    cache.made_by(run.folder.pseudo_labels(f"round{number}"))
    for number in (run.stage.round, run.stage.round - 1)
  )
  return now.get("contrast") == before.get("contrast", now.get("contrast"))


def _movement(run: StageRun, labels: PseudoLabelSet) -> float | None:
  before = run.folder.pseudo_labels(f"round{run.stage.round - 1}")
  try:
    shards = cache.finished_shards(before)
  except InputError:
    logger.warning(
      "%s: missing or damaged, so the change of the pseudo-labels since then "
      "cannot be measured.",
      before,
    )
    return None
  return report.movement(shards, labels.files)
