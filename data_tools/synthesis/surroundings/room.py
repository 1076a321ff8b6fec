"""Room on the ground: what stands in the way of what."""

from collections.abc import Sequence

import numpy as np

from data_tools.synthesis.engine.solids import Solid, unit_ring
from data_tools.synthesis.surroundings.base import OpenGround

Disc = tuple[float, float, float]  # x, y, radius in metres


def meet(discs: Sequence[Disc], taken: Sequence[Disc]) -> bool:
  """Tells whether some disc lies over some that is taken."""
  return any(
    (x - a) ** 2 + (y - b) ** 2 < (radius + other) ** 2
    for x, y, radius in discs
    for a, b, other in taken
  )


def on_open_ground(discs: Sequence[Disc], open_ground: OpenGround) -> bool:
  """Tells whether discs lie where people may stand, all around."""
  x, y, radius = np.array(discs).reshape(-1, 3).T
  rim = [(radius * cosine, radius * sine) for cosine, sine in unit_ring(8)]
  return all(open_ground(x + out, y + up).all() for out, up in rim)


def apart(things: Sequence[Solid], taken: Sequence[Disc] = ()) -> list[Solid]:
  """Returns the things that stand in no earlier one's way.

  Args:
    things: what would stand there, in order.
    taken: ground on which something stands already.
  """
  discs, kept = list(taken), []
  for thing in things:
    if not meet(thing.discs(), discs):
      discs += thing.discs()
      kept.append(thing)
  return kept
