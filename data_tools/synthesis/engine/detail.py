"""How much of a solid is drawn, by its size in the picture."""

import dataclasses

import numpy as np

Tones = tuple[np.ndarray, np.ndarray, np.ndarray]


def _tones(*rows: tuple[float, float, float]) -> Tones:
  """Columns of (size, move towards the light, brightness), ready to use."""
  table = np.array(rows, np.float32)
  return table[:, 0, None, None], table[:, 1, None, None], table[:, 2]


@dataclasses.dataclass(frozen=True)
class Level:
  """A level of detail.

  Attributes:
    tall: solids up to so many canvas pixels have it.
    circle: corners of a sphere's outline.
    tones: outlines drawn one over the other, dark to bright.
    plain: the tone of flat and of small parts.
  """

  tall: float
  circle: int
  tones: Tones
  plain: int


LEVELS = (
  Level(20, 6, _tones((1.0, 0.0, -0.06)), 0),
  Level(60, 7, _tones((1.0, 0.0, -0.4), (0.8, 0.16, 0.0)), 1),
  Level(180, 10, _tones((1.0, 0.0, -0.4), (0.75, 0.18, 0.03)), 1),
  Level(
    np.inf,
    14,
    _tones((1.0, 0.0, -0.42), (0.84, 0.12, -0.08), (0.55, 0.28, 0.08)),
    1,
  ),
)
