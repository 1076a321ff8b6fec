"""Evaluation of a counter on labelled records; figures for reporting only."""

import csv
import dataclasses
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
from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.inference import overlay
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.training import metrics

GAME_LEVELS = (1, 2, 3)

Figures = dict[str, float | None]


@dataclasses.dataclass(frozen=True)
class PictureResult:
  """One picture's figures; `game` holds the errors at levels 1 to 3."""

  id: str
  true: int
  predicted: float
  game: tuple[float, ...]


def evaluate(
  counter: CrowdCounter,
  folder: Path,
  split: str,
  output: Path,
  sigma: float,
  panels: int = 3,
  provenance: Mapping[str, object] | None = None,
) -> Figures:
  """Counts every labelled picture of a split and measures the errors.

  The truth is the number of points of a picture. Writes `pictures.csv`,
  `metrics.json` and prediction panels to `output`.

  Args:
    counter: the counter.
    folder: of records.
    split: of the records.
    output: folder for the results.
    sigma: standard deviation, in pixels, of a head in the drawn truth.
    panels: number of pictures to draw, evenly spaced over the true counts.
    provenance: where the counter comes from; what this call knows is added.

  Returns:
    `pictures`, `mae`, `rmse`, `nae`, `game1` … `game3`, `bias` (mean of
    predicted minus true), `correlation`, `mean_true`; None where a figure is
    not defined.

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
    prediction = counter.count(image)
    size = (record.height, record.width)
    game = tuple(
      metrics.game_errors(record.points, prediction.density, *size, level)
      for level in GAME_LEVELS
    )
    results.append(
      PictureResult(record.id, len(record.points), prediction.count, game)
    )
    if record.id in drawn:
      truth = density_map(record.points, *size, sigma)[..., 0].numpy()
      rows.append(
        overlay.panel(image, prediction.density, prediction.deviation, truth)
      )
  if not results:
    raise InputError(
      f"{folder}: split {split!r} holds no labelled pictures, so there is "
      "nothing to compare with. Use: python -m cdcc_tf.predict"
    )
  figures = summarise(results)
  origin = dict(provenance or {}) | {
    "precision": counter.precision,
    "records": str(folder),
    "split": split,
    "left_out_unlabelled": unlabelled,
    "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
    "command": provenances.command_typed(),
    "measured_with": provenances.environment(),
  }
  text = json.dumps(figures | {"provenance": origin}, indent=1, allow_nan=False)
  write_atomically(output / "metrics.json", text + "\n")
  write_atomically(output / "pictures.csv", _table(results))
  for index, row in enumerate(rows):
    overlay.save(row, output / f"panel_{index + 1}.png")
  return figures


def summarise(results: list[PictureResult]) -> Figures:
  """Computes the figures over pictures; see `evaluate`."""
  true = np.array([result.true for result in results], np.float64)
  predicted = np.array([result.predicted for result in results])
  error = predicted - true
  peopled = true > 0
  figures = {
    "pictures": len(results),
    "mae": np.abs(error).mean(),
    "rmse": np.sqrt((error**2).mean()),
    "nae": (np.abs(error)[peopled] / true[peopled]).mean()
    if peopled.any()
    else np.nan,
    "bias": error.mean(),
    "correlation": np.corrcoef(true, predicted)[0, 1]
    if true.std() and predicted.std()
    else np.nan,
    "mean_true": true.mean(),
  }
  for index, level in enumerate(GAME_LEVELS):
    figures[f"game{level}"] = np.mean([r.game[index] for r in results])
  defined = {
    name: float(value) if np.isfinite(value) else None
    for name, value in figures.items()
  }
  return defined | {"pictures": len(results)}


def table(figures: Figures) -> str:
  """Formats figures for the terminal, the field's names beside ours."""
  names = {
    "mae": "MAE",
    "rmse": 'RMSE (the field\'s "MSE")',
    "nae": "NAE",
    "game1": "GAME(1)",
    "game2": "GAME(2)",
    "game3": "GAME(3)",
    "bias": "bias",
    "correlation": "correlation",
    "mean_true": "mean true count",
  }
  lines = []
  for key, name in names.items():
    value = figures[key]
    text = "undefined" if value is None else f"{value:.3f}"
    lines.append(f"{name:<26}{text:>10}")
  return "\n".join([f"{'pictures':<26}{figures['pictures']:>10}", *lines])


def _table(results: list[PictureResult]) -> str:
  text = io.StringIO()
  rows = csv.writer(text)
  levels = [f"game{level}" for level in GAME_LEVELS]
  rows.writerow(["id", "true", "predicted", "error", *levels])
  for result in results:
    figures = (result.predicted, result.predicted - result.true, *result.game)
    rows.writerow([result.id, result.true, *(f"{f:.3f}" for f in figures)])
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
