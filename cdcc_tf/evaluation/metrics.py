"""Figures over pictures, with the field's names beside honest ones."""

import dataclasses
from collections.abc import Sequence

import numpy as np

GAME_LEVELS = (1, 2, 3)

Figures = dict[str, float | None]


@dataclasses.dataclass(frozen=True)
class ImageResult:
  """One picture's figures.

  Attributes:
    id: of its record.
    true: number of its points.
    predicted: people counted.
    game: the errors at GAME levels 1 to 3.
    group: of its record, e.g. a scene or a fold.
    uncertainty: of the count, see `intervals.count_uncertainty`; None if it
      was counted in one pass.
    interval: 90 % bounds of the count, None likewise.
    familiar: whether it lies within what the counter was adapted to; None
      likewise.
  """

  id: str
  true: int
  predicted: float
  game: tuple[float, ...]
  group: str = ""
  uncertainty: float | None = None
  interval: tuple[float, float] | None = None
  familiar: bool | None = None


def summarise(results: Sequence[ImageResult]) -> Figures:
  """Computes the figures over pictures.

  Returns:
    `pictures`, `mae`, `rmse`, `nae` (over pictures with people), `game1` …
    `game3`, `bias` (mean of predicted minus true), `correlation`, `mean_true`;
    None where a figure is not defined.
  """
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


_NAMES = {
  "mae": "MAE",
  "rmse": 'RMSE (the field\'s "MSE")',
  "nae": "NAE",
  "game1": "GAME(1)",
  "game2": "GAME(2)",
  "game3": "GAME(3)",
  "bias": "bias",
  "correlation": "correlation",
  "mean_true": "mean true count",
  "ause": "AUSE, 0 is best",
  "uncertainty_correlation": "sigma with |error|",
  "familiar": "share that is familiar",
}


def table(figures: Figures) -> str:
  """Formats figures for the terminal, the field's names beside ours."""
  lines = [f"{'pictures':<26}{figures['pictures']:>10}"]
  for key, name in _NAMES.items():
    if key in figures:
      lines.append(f"{name:<26}{_text(figures[key]):>10}")
  for key, value in figures.items():
    if key.startswith("coverage_"):
      level = key.removeprefix("coverage_")
      width = _text(figures[f"width_{level}"])
      lines.append(
        f"{f'{level} % intervals hold':<26}{_text(value):>10}"
        f"  of the counts, {width} people wide"
      )
  return "\n".join(lines)


def _text(value: float | None) -> str:
  return "undefined" if value is None else f"{value:.3f}"
