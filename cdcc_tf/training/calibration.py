"""Fitting a counter's intervals when a stage ends (docs/method.md §6).

Labels come from the source alone. The target's held-out images, unlabelled,
show what is familiar to the counter.
"""

import dataclasses
import itertools
import logging
import shutil

import numpy as np
from tqdm import tqdm

from cdcc_tf.data.images import decode_image
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, load_model
from cdcc_tf.training import calibration_report
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.uncertainty import conformal, familiarity
from cdcc_tf.uncertainty.conformal import Calibration

logger = logging.getLogger(__name__)
_ENOUGH = 19  # the 95 % quantile is then the largest of the scores


@dataclasses.dataclass(frozen=True)
class Seen:
  """What a counter found in images.

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
    # Images of a source differ far more than those of one site.
    adapted_to = ~labelled if not labelled.all() else labelled
    return conformal.fit(
      self.errors[labelled],
      self.uncertainties[labelled],
      familiarity.fit(self.counts, self.uncertainties, adapted_to=adapted_to),
    )


def calibrate_stage(run: StageRun) -> None:
  """Writes `calibration.json` of a finished stage, and reports how good it is.

  Raises:
    InputError: records or the counter are damaged.
  """
  home = run.home
  if (home / conformal.FILE_NAME).exists():
    return
  model = load_model(home / "model.keras", run.config.training.precision)
  seen = look(CrowdCounter(model), run, f"calibrate {run.name}")
  calibration = seen.calibration()
  logger.info(
    "%s: 90 %% intervals are the count plus or minus %.2f times its "
    "uncertainty, from the errors on %d validation images of the source.",
    run.name,
    calibration.reach(0.9),
    len(calibration.scores),
  )
  if len(calibration.scores) < _ENOUGH:
    logger.warning(
      "%s: the source has %d validation images, and 95 %% intervals need %d: "
      "the widest intervals reach only as far as the largest error. Make the "
      "source's records with a larger --val_fraction.",
      run.name,
      len(calibration.scores),
      _ENOUGH,
    )
  labelled = np.isfinite(seen.errors)
  counts, errors = seen.counts[labelled], seen.errors[labelled]
  calibration_report.write(
    counts - errors, counts, seen.uncertainties[labelled], run
  )
  calibration.save(home)  # last: it marks all of this as done


def calibrate_kept(last: StageRun) -> None:
  """Writes `calibration.json` beside the `best` and the `last` counter.

  Args:
    last: the last stage of a finished run, calibrated; usually both counters
      are from it.

  Raises:
    InputError: records or counters are damaged.
  """
  folder, precision = last.folder, last.config.training.precision
  stage_step = folder.step_of(last.home)
  for which in ("best", "last"):
    home = folder.model(which).parent
    if (home / conformal.FILE_NAME).exists():
      continue
    if folder.step_of(home) == stage_step:
      shutil.copy(last.home / conformal.FILE_NAME, home)
      continue
    counter = CrowdCounter.from_run(folder.path, which, precision)
    look(counter, last, f"calibrate {which}").calibration().save(home)


def look(counter: CrowdCounter, run: StageRun, description: str) -> Seen:
  """Counts the source's validation images and the target's held-out ones.

  Args:
    counter: a trained counter.
    run: whose images are counted.
    description: of the progress bar.

  Raises:
    InputError: the records are damaged, or the region of interest of every
      labelled image is empty.
  """
  rows, data, domains = [], run.config.data, run.domains
  images = [dataset.records("val") for dataset in domains.source]
  if domains.target is not None:
    images.append(domains.target.held_out(data.target_held_out))
  for record in tqdm(
    list(itertools.chain(*images)),
    desc=description,
    unit="image",
    disable=None,
  ):
    prediction = counter.count(
      decode_image(record.image).numpy(), record.region()
    )
    error = prediction.count - len(record.counted_points())
    uncertainty = prediction.uncertainty
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
