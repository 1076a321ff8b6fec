"""Curves as pictures, for TensorBoard, run folders and reports."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Series = Mapping[str, tuple[np.ndarray, np.ndarray]]


def curves(
  series: Series,
  title: str,
  x_label: str,
  y_label: str,
  diagonal: bool = False,
) -> np.ndarray:
  """Draws curves over one pair of axes.

  Args:
    series: name to the x and y of a curve, of equal lengths.
    title: above the axes.
    x_label: below them.
    y_label: beside them.
    diagonal: whether to draw where y = x, for what should lie on it.

  Returns:
    uint8 RGB array of shape [480, 640, 3].
  """
  axes, picture = _axes(title)
  axes.set(xlabel=x_label, ylabel=y_label)
  if diagonal:
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="ideal")
  for name, (x, y) in series.items():
    axes.plot(x, y, marker=".", label=name)
  axes.grid(alpha=0.3)
  axes.legend()
  return picture()


def bars(
  groups: Mapping[str, Sequence[float]], title: str, y_label: str
) -> np.ndarray:
  """Draws a bar for the mean of each group, and a dot for every value.

  Args:
    groups: name to values.
    title: above the axes.
    y_label: beside them.

  Returns:
    uint8 RGB array of shape [480, 640, 3].
  """
  axes, picture = _axes(title)
  axes.set(ylabel=y_label)
  means = [float(np.mean(values)) for values in groups.values()]
  drawn = axes.bar(list(groups), means, color="0.8")
  # In the middle of the bars: dots lie about their tops.
  axes.bar_label(drawn, fmt="%.1f", label_type="center")
  for place, values in enumerate(groups.values()):
    axes.plot([place] * len(values), values, "k.")
  return picture()


def _axes(title: str) -> tuple[Any, Callable[[], np.ndarray]]:
  """Returns axes, and what makes a picture of them when they are drawn on."""
  # Only who draws pays for the import; no window system, no global state.
  from matplotlib.backends.backend_agg import FigureCanvasAgg
  from matplotlib.figure import Figure

  figure = Figure(figsize=(6.4, 4.8), dpi=100, layout="constrained")
  canvas = FigureCanvasAgg(figure)

  def picture() -> np.ndarray:
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()

  return figure.add_subplot(title=title), picture
