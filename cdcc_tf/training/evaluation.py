"""Evaluation of a counter on labelled records; figures for reporting only."""

import csv
import datetime
import io
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cdcc_tf import provenance as provenances
from cdcc_tf.data import manifest, records
from cdcc_tf.data.density import density_map
from cdcc_tf.data.images import decode_picture
from cdcc_tf.data.regions import heads_within
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.inference import overlay
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.training import metrics, protocols
from cdcc_tf.training.figures import (
  GAME_LEVELS,
  Figures,
  PictureResult,
  summarise,
)


def evaluate(
  counter: CrowdCounter,
  folder: Path,
  split: str,
  output: Path,
  sigma: float,
  panels: int = 3,
  provenance: Mapping[str, object] | None = None,
  protocol: str = "pictures",
) -> tuple[Figures, protocols.Groups]:
  """Counts every labelled picture of a split and measures the errors.

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

  Returns:
    The figures over all pictures, see `figures.summarise`, and those of the
    protocol's groups, see `protocols.by_group`.

  Raises:
    InputError: no such records, or no labelled picture among them.
  """
  total = manifest.load_manifest(folder).pictures.get(split)
  drawn = _to_draw(folder, split, panels)
  results, rows, unlabelled = [], [], 0
  for record in tqdm(
    records.read_records(folder, split),
    desc=f"evaluate {split}",
    total=total,
    unit="picture",
    disable=None,
  ):
    if not record.labelled:
      unlabelled += 1
      continue
    image = decode_picture(record.image).numpy()
    region, points = record.region(), record.points
    if region is not None:
      points = points[heads_within(points, region)]
    prediction = counter.count(image, region)
    size = (record.height, record.width)
    game = tuple(
      metrics.game_errors(points, prediction.density, *size, level)
      for level in GAME_LEVELS
    )
    results.append(
      PictureResult(
        record.id, len(points), prediction.count, game, record.group
      )
    )
    if record.id in drawn:
      truth = density_map(points, *size, sigma)[..., 0].numpy()
      rows.append(
        overlay.panel(image, prediction.density, prediction.deviation, truth)
      )
  if not results:
    raise InputError(
      f"{folder}: split {split!r} holds no labelled pictures, so there is "
      "nothing to compare with. Use: python -m cdcc_tf.predict"
    )
  measured = summarise(results)
  groups = protocols.by_group(results, protocol)
  origin = dict(provenance or {}) | {
    "precision": counter.precision,
    "records": str(folder),
    "split": split,
    "protocol": protocol,
    "left_out_unlabelled": unlabelled,
    "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
    "command": provenances.command_typed(),
    "measured_with": provenances.environment(),
  }
  content = measured | {"groups": groups, "provenance": origin}
  text = json.dumps(content, indent=1, allow_nan=False)
  write_atomically(output / "metrics.json", text + "\n")
  write_atomically(output / "pictures.csv", _table(results))
  for index, row in enumerate(rows):
    overlay.save(row, output / f"panel_{index + 1}.png")
  return measured, groups


def _table(results: list[PictureResult]) -> str:
  text = io.StringIO()
  rows = csv.writer(text)
  levels = [f"game{level}" for level in GAME_LEVELS]
  rows.writerow(["id", "group", "true", "predicted", "error", *levels])
  for result in results:
    measured = (result.predicted, result.predicted - result.true, *result.game)
    decimals = [f"{figure:.3f}" for figure in measured]
    rows.writerow([result.id, result.group, result.true, *decimals])
  return text.getvalue()


def _to_draw(folder: Path, split: str, panels: int) -> set[str]:
  """Chooses pictures from few to many people, without holding any of them."""
  if not panels:
    return set()
  by_count = sorted(
    (len(record.points), record.id)
    for record in records.read_records(folder, split)
    if record.labelled
  )
  if not by_count:
    return set()
  places = np.linspace(0, len(by_count) - 1, min(panels, len(by_count)))
  return {by_count[round(place)][1] for place in places}
