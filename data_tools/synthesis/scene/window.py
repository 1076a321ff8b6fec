"""Pieces that are placed in the picture rather than in the world."""

import dataclasses

from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.shapes import quad
from data_tools.synthesis.engine.solids import WHITE, Colour, Part, Point
from data_tools.synthesis.engine.swatch import Swatch


@dataclasses.dataclass(frozen=True)
class Window:
  """What the camera looks through.

  Attributes:
    camera: of the picture.
    dice: of the picture.
    large: least and greatest share of the picture's height or width.
  """

  camera: Camera
  dice: Dice
  large: tuple[float, float]

  def size(self) -> float:
    """Draws how far into the picture something comes, as a share of it."""
    return self.dice.uniform(*self.large)

  def side(self) -> int:
    """Draws a side, 0 left or 1 right."""
    return self.dice.randrange(2)

  def piece(
    self,
    left: float,
    top: float,
    right: float,
    bottom: float,
    swatch: Swatch | None = None,
    colour: Colour = WHITE,
    depth: float = 2.0,
    slant: float = 0.0,
  ) -> Part:
    """Returns a flat piece that covers a frame of the picture.

    Args:
      left: share of the width; as all four it may lie outside [0, 1].
      top: share of the height.
      right: as left.
      bottom: as top.
      swatch: what is on it.
      colour: or factor on the swatch.
      depth: metres from the camera.
      slant: share of the picture's height by which its right end is lower.
    """
    corners = [
      self.point(left, top, depth),
      self.point(right, top + slant, depth),
      self.point(right, bottom + slant, depth),
      self.point(left, bottom, depth),
    ]
    return quad(corners, colour, swatch, lift=-depth)

  def point(self, x: float, y: float, depth: float) -> Point:
    """Returns the world's point behind a place in the picture."""
    camera = self.camera
    across = (x - 0.5) * camera.width / camera.focal * depth
    down = (y - 0.5) * camera.rows / camera.focal * depth
    right, below, ahead = camera.axes.tolist()
    world = [
      across * right[i] + down * below[i] + depth * ahead[i] for i in range(3)
    ]
    return world[0], world[1], world[2] + camera.height
