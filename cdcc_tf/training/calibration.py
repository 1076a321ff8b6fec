"""Fitting a counter's intervals when a stage ends (docs/method.md §6).

Labels are the source's only. The target's unlabelled pictures, those that were
held out of training, say what the counter may call familiar.
"""

import dataclasses
import logging
import shutil
from collections.abc import Iterator

import numpy as np
from tqdm import tqdm

from cdcc_tf.config import DataConfig, ExperimentConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, load_model
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import calibration_report
from cdcc_tf.training.stages import Stage
from cdcc_tf.uncertainty import conformal, familiarity
from cdcc_tf.uncertainty.conformal import Calibration

logger = logging.getLogger(__name__)
_ENOUGH = 19  # scores, of which the 95 % interval reaches to the last


@dataclasses.dataclass(frozen=True)
class Seen:
  """Pictures that a counter has looked at.

  Attributes:
    counts: people counted, [pictures].
    uncertainties: of the counts, people, [pictures].
    errors: of the counts, people; NaN where there is no label, [pictures].
  """

  counts: np.ndarray
  uncertainties: np.ndarray
  errors: np.ndarray

  def calibration(self) -> Calibration:
    """Fits intervals to the labelled ones."""
    labelled = np.isfinite(self.errors)
    # A source's pictures may differ far more than those of a site do.
    adapted_to = ~labelled if not labelled.all() else labelled
    return conformal.fit(
      self.errors[labelled],
      self.uncertainties[labelled],
      familiarity.fit(self.counts, self.uncertainties, adapted_to=adapted_to),
    )


def calibrate_stage(
  config: ExperimentConfig, folder: RunFolder, stage: Stage
) -> None:
  """Writes `calibration.json` of a finished stage, and shows how good it is.

  Raises:
    InputError: records or the counter are damaged.
  """
  home = folder.stage(stage.name)
  if (home / conformal.FILE_NAME).exists():
    return
  model = load_model(home / "model.keras", config.training.precision)
  seen = look(CrowdCounter(model), config.data, f"calibrate {stage.name}")
  calibration = seen.calibration()
  logger.info(
    "%s: its counts come with intervals that hold the truth in 90 of 100 "
    "pictures like the source's: a count, %.2f times its uncertainty up and "
    "down, by the errors on %d validation pictures of the source.",
    stage.name,
    calibration.reach(0.9),
    len(calibration.scores),
  )
  if len(calibration.scores) < _ENOUGH:
    logger.warning(
      "%s: the source has %d validation pictures, too few to tell what holds "
      "95 of 100 counts, which takes %d: the widest intervals reach as far as "
      "the largest error among them. Make the source's records with a larger "
      "--val_fraction.",
      stage.name,
      len(calibration.scores),
      _ENOUGH,
    )
  labelled = np.isfinite(seen.errors)
  counts, errors = seen.counts[labelled], seen.errors[labelled]
  calibration_report.write(
    counts - errors, counts, seen.uncertainties[labelled], folder, stage
  )
  calibration.save(home)  # last: it says that all of this is done


def calibrate_kept(
  config: ExperimentConfig, folder: RunFolder, last: Stage
) -> None:
  """Writes `calibration.json` beside the `best` and the `last` counter.

  Args:
    config: the experiment.
    folder: of a run that has come to its end.
    last: its last stage, calibrated; usually both are its counter.

  Raises:
    InputError: records or counters are damaged.
  """
  stage_step = folder.step_of(folder.stage(last.name))
  for which in ("best", "last"):
    home = folder.model(which).parent
    if (home / conformal.FILE_NAME).exists():
      continue
    if folder.step_of(home) == stage_step:
      shutil.copy(folder.stage(last.name) / conformal.FILE_NAME, home)
      continue
    counter = CrowdCounter.from_run(
      folder.path, which, config.training.precision
    )
    look(counter, config.data, f"calibrate {which}").calibration().save(home)


def look(counter: CrowdCounter, data: DataConfig, description: str) -> Seen:
  """Counts the source's validation pictures and the target's held-out ones.

  Args:
    counter: a trained counter.
    data: the experiment's pictures.
    description: of the progress bar.

  Raises:
    InputError: the records are damaged, or no labelled picture has a place to
      count in.
  """
  rows = []
  for record in tqdm(
    list(_pictures(data)), desc=description, unit="picture", disable=None
  ):
    prediction = counter.count(
      decode_image(record.image).numpy(), record.region()
    )
    error = prediction.count - len(record.counted_points())
    uncertainty = conformal.count_uncertainty(prediction.deviation)
    if not uncertainty:  # its region of interest is empty
      continue
    rows.append(
      (prediction.count, uncertainty, error if record.labelled else np.nan)
    )
  if not any(np.isfinite(error) for *_, error in rows):
    raise InputError(
      f"--source_records={data.source_records}: the region of interest of "
      "every validation picture is empty. Convert again with other regions, "
      "or none."
    )
  return Seen(*np.array(rows).T)


def _pictures(data: DataConfig) -> Iterator[CrowdRecord]:
  for folder in data.source_folders:
    yield from RecordDataset.open(folder).records("val")
  if data.target_records:
    target = RecordDataset.open(data.target_records)
    yield from target.held_out_records(data.target_held_out)
