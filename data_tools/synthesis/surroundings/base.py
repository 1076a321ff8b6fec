"""The fixed frame of a scene."""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.solids import Point, Solid

Seat = tuple[float, float, float]  # x, y, z in metres
OpenGround = Callable[[np.ndarray, np.ndarray], np.ndarray]  # of x and y


@dataclasses.dataclass(frozen=True)
class Surroundings:
  """The fixed frame of a scene.

  Attributes:
    backdrop: buildings and the like; nobody stands behind them.
    open_ground: tells for x, y [n] in metres whether people may stand there.
    things: what stands where the kind of place puts it.
    seats: places on stands, which face the camera.
    focus: what an audience looks at, or people gather about.
    sight: x, y, z that the camera is aimed at, where it cannot look anywhere.
    ceiling: metres over the ground, which the camera hangs below.
    in_rows: whether all is drawn row by row (farthest y first), which rows of
      seats need, rather than by distance.
  """

  backdrop: Solid
  open_ground: OpenGround
  things: tuple[Solid, ...] = ()
  seats: tuple[Seat, ...] = ()
  focus: tuple[float, float] | None = None
  sight: Point | None = None
  ceiling: float = math.inf
  in_rows: bool = False

  def depth(self, solid: Solid) -> float:
    """Returns what to sort by: what is larger is drawn first."""
    if solid.flat:
      return math.inf
    return solid.position[1] if self.in_rows else solid.distance()


Kind = Callable[[Dice], Surroundings]
