"""Evaluation of a counter on labelled records; figures for reporting only."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cdcc_tf.data.density import density_map
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import InputError
from cdcc_tf.evaluation import files, protocols
from cdcc_tf.evaluation.game import game_errors
from cdcc_tf.evaluation.metrics import (
  GAME_LEVELS,
  Figures,
  ImageResult,
  summarise,
)
from cdcc_tf.evaluation.results import counted_twice, read_all
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.inference.prediction import Prediction
from cdcc_tf.runs.provenance import command_typed, environment
from cdcc_tf.uncertainty import conformal, reliability
from cdcc_tf.visualization import overlays


def evaluate(
  counter: CrowdCounter,
  folder: Path,
  split: str,
  output: Path,
  sigma: float,
  panels: int = 3,
  provenance: Mapping[str, object] | None = None,
  protocol: str = "pictures",
  together_with: Sequence[Path] = (),
  adaptive_sigma: bool = False,
) -> tuple[Figures, protocols.Groups]:
  """Counts every labelled picture of a split and measures the errors.

  Of a calibrated counter its intervals and uncertainty are measured too.

  The truth is the number of points of a picture, in its region of interest if
  it has one. Writes `pictures.csv`,
  `metrics.json` and prediction panels to `output`.

  Args:
    counter: the counter.
    folder: of records.
    split: of the records.
    output: folder for the results.
    sigma: standard deviation, in pixels, of a head in the drawn truth.
    panels: number of pictures to draw, evenly spaced over the true counts.
    provenance: where the counter comes from; what this call knows is added.
    protocol: a key of `protocols.PROTOCOLS`.
    together_with: outputs of earlier evaluations, of other counters, whose
      pictures are among the protocol's groups, too.
    adaptive_sigma: whether records' own deviations take the place of `sigma`,
      where they have them.

  Returns:
    The figures over all pictures, see `figures.summarise`, and those of the
    protocol's groups, see `protocols.by_group`.

  Raises:
    InputError: the output holds what is no evaluation's; there are no such
      records, or no labelled picture among them; a record
      names no group, and the protocol needs one; or a picture was counted by
      several counters.
  """
  files.folder_for(output)
  others = read_all(together_with, protocol)
  records = RecordDataset.open(folder)
  drawn = _to_draw(records, split, panels)
  results, rows, unlabelled = [], [], 0
  cells = reliability.CellFigures()
  for record in tqdm(
    records.records(split),
    desc=f"evaluate {split}",
    total=records.splits.get(split),
    unit="picture",
    disable=None,
  ):
    if not record.labelled:
      unlabelled += 1
      continue
    # Before the work, not after it.
    protocols.require_group(protocol, record.id, record.group)
    if record.id in others:
      raise counted_twice(record.id)
    image = decode_image(record.image).numpy()
    points = record.counted_points()
    size = (record.height, record.width)
    own = record.counted_sigmas() if adaptive_sigma else None
    deviations = sigma if own is None else own
    truth = density_map(points, *size, deviations)[..., 0].numpy()
    prediction = counter.count(image, record.region())
    if counter.calibration is not None:
      cells.add(truth, prediction.density, prediction.std)
    results.append(_result(record, points, prediction))
    if record.id in drawn:
      rows.append(
        overlays.panel(image, prediction.density, prediction.std, truth)
      )
  if not results:
    raise InputError(
      f"{folder}: split {split!r} holds no labelled pictures, so there is "
      "nothing to compare with. Use: python -m cdcc_tf.predict"
    )
  measured = summarise(results)
  if counter.calibration is not None:
    measured |= _reliability(results, counter.calibration) | cells.results()
  groups = protocols.by_group([*others.values(), *results], protocol)
  origin = dict(provenance or {}) | {
    "precision": counter.precision,
    "fast": counter.fast,
    "records": str(folder),
    "split": split,
    "protocol": protocol,
    "together_with": [str(place) for place in together_with],
    "left_out_unlabelled": unlabelled,
    "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
    "command": command_typed(),
    "measured_with": environment(),
  }
  content = measured | {"groups": groups, "provenance": origin}
  files.write(output, content, results, rows)
  return measured, groups


def _result(
  record: CrowdRecord, points: np.ndarray, prediction: Prediction
) -> ImageResult:
  size = (record.height, record.width)
  game = tuple(
    game_errors(points, prediction.density, *size, level)
    for level in GAME_LEVELS
  )
  result = ImageResult(
    record.id, len(points), prediction.count, game, record.group
  )
  if prediction.calibration is None:
    return result
  return dataclasses.replace(
    result,
    uncertainty=prediction.uncertainty,
    interval=prediction.interval(0.9),
    familiar=prediction.familiar,
  )


def _reliability(
  results: list[ImageResult], calibration: conformal.Calibration
) -> Figures:
  return reliability.by_image(
    np.array([float(result.true) for result in results]),
    np.array([result.predicted for result in results]),
    np.array([result.uncertainty for result in results], np.float64),
    calibration,
  )


def _to_draw(records: RecordDataset, split: str, panels: int) -> set[str]:
  """Chooses pictures from few to many people, without holding any of them."""
  if not panels:
    return set()
  by_count = sorted(
    (len(record.points), record.id)
    for record in records.records(split)
    if record.labelled
  )
  if not by_count:
    return set()
  places = np.linspace(0, len(by_count) - 1, min(panels, len(by_count)))
  return {by_count[round(place)][1] for place in places}
