"""Drawing solids over a picture, back to front, and who hides whom."""

from collections.abc import Sequence

import cv2
import numpy as np

from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.fabric import fold, weave
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.engine.outlines import SHIFT, Stroke, outline
from data_tools.synthesis.engine.panels import lay
from data_tools.synthesis.engine.solids import Solid
from data_tools.synthesis.engine.swatch import Swatch

FOLDS_FROM = 72  # pixels: shorter figures show no folds of cloth
PRINTS_FROM = 20  # canvas pixels: smaller parts show no pattern
FIRST_PERSON = 1  # in the id-buffer
BODY, HEAD, FLAT = 0, 1, 2  # offsets in it
NUMBERS = 3  # of each person
MOST_PEOPLE = ((1 << 16) - FIRST_PERSON) // NUMBERS

Drawn = tuple[Solid, int | None]  # a solid, and a person's number from 0


class Canvas:
  """A picture some times larger than asked for, and its id-buffer.

  The id-buffer holds 0 for the ground and for things and three numbers for each
  person: their body, their head's disc and what has no folds, as umbrellas.
  Whatever is drawn later overwrites it, as it overwrites the colours, so that
  what is left of a head's disc at the end is what can be seen of it.
  """

  def __init__(
    self, background: np.ndarray, camera: Camera, light: Light, oversample: int
  ):
    """Starts from a background.

    Args:
      background: uint8 [rows, width, 3].
      camera: of the final picture.
      light: of the scene.
      oversample: canvas pixels per picture pixel, along each axis.
    """
    size = (camera.width * oversample, camera.rows * oversample)
    self.pixels = cv2.resize(background, size, interpolation=cv2.INTER_LINEAR)
    self.ids = np.zeros(size[::-1], np.uint16)
    self._camera, self._light, self._oversample = camera, light, oversample
    self._disc_areas: dict[int, int] = {}

  def draw(self, queue: Sequence[Drawn]) -> None:
    """Draws solids, each over what is there.

    Args:
      queue: solids in this order, with the number of those that are people;
        parts that reach the camera are left out.
    """
    queue = [item for item in queue if item[0].parts]
    if not queue:
      return
    solids = [solid for solid, _ in queue]
    people = [person for _, person in queue]
    figures = np.array([person is not None for person in people])
    strokes, frames = outline(
      solids, figures, self._camera, self._light, self._oversample
    )
    tall = (frames.high - frames.low)[:, 1]
    folded = figures & (tall > FOLDS_FROM * self._oversample)
    last: dict[int, Stroke] = {stroke.solid: stroke for stroke in strokes}
    for stroke in strokes:
      number = stroke.solid
      person = people[number]
      identity = 0 if person is None else identity_of(person)
      self._stroke(stroke, identity)
      if folded[number] and stroke is last[number]:
        self._fold(frames.low[number], frames.high[number], identity)

  def visible_shares(self, people: int) -> np.ndarray:
    """Returns how much of each head's disc can be seen, float [people]."""
    numbers = identity_of(people)
    visible = cv2.calcHist([self.ids], [0], None, [numbers], [0, numbers])
    first = FIRST_PERSON + HEAD
    areas = np.array(
      [self._disc_areas.get(identity_of(i) + HEAD, 0) for i in range(people)]
    )
    seen = visible.ravel()[first::NUMBERS][:people]
    return np.where(areas > 0, seen / np.maximum(areas, 1), 0.0)

  def picture(self) -> np.ndarray:
    """Returns the picture at its final size, uint8 [rows, width, 3]."""
    size = (self._camera.width, self._camera.rows)
    return cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)

  def _stroke(self, stroke: Stroke, identity: int) -> None:
    part = stroke.part
    if part.panel is not None:
      self._paste(stroke, part.panel, identity)
      return
    hull = cv2.convexHull(stroke.corners)[:, 0]
    fixed = hull.astype(np.int32)
    if part.colour is None:
      cv2.fillConvexPoly(self.ids, fixed, identity + HEAD, 8, SHIFT)
      self._disc_areas[identity + HEAD] = _area(fixed)
      return
    offset = FLAT if part.flat and identity else BODY
    cv2.fillConvexPoly(self.ids, fixed, identity + offset, 8, SHIFT)
    if stroke.offset is None:
      colour = stroke.colours[0]
      cv2.fillConvexPoly(self.pixels, fixed, colour, 8, SHIFT)
    else:
      tones = (hull * stroke.sizes + stroke.offset).astype(np.int32)
      for tone, colour in zip(tones, stroke.colours, strict=True):
        cv2.fillConvexPoly(self.pixels, tone, colour, 8, SHIFT)
    if part.cloth is not None and stroke.extent > PRINTS_FROM:
      self._weave(fixed, part.cloth)

  def _paste(self, stroke: Stroke, panel: Swatch, identity: int) -> None:
    """Lays a swatch on four corners."""
    corners = (stroke.corners / (1 << SHIFT)).astype(np.float32)
    box = self._box(corners.min(axis=0), corners.max(axis=0) + 2)
    if box is None:
      return
    left, top, right, bottom = box
    lay(
      panel,
      corners - np.array([left, top], np.float32),
      np.array(stroke.colours),
      self.pixels[top:bottom, left:right],
      self.ids[top:bottom, left:right],
      identity + FLAT if identity else 0,
    )

  def _weave(self, fixed: np.ndarray, cloth: Swatch) -> None:
    """Lays a pattern over what has just been filled."""
    whole = 1 << SHIFT
    low, high = fixed.min(axis=0) / whole, fixed.max(axis=0) / whole + 1
    box = self._box(low, high)
    if box is None:
      return
    left, top, right, bottom = box
    shape = np.zeros((bottom - top, right - left), np.uint8)
    moved = (fixed - np.array([left, top]) * whole).astype(np.int32)
    cv2.fillConvexPoly(shape, moved, 255, 8, SHIFT)
    region = self.pixels[top:bottom, left:right]
    weave(region, shape, cloth, float(high[0] - low[0]))

  def _box(
    self, low: np.ndarray, high: np.ndarray
  ) -> tuple[int, int, int, int] | None:
    """Returns left, top, right and bottom of what lies in the picture."""
    rows, columns = self.ids.shape
    left, top = np.maximum(low, 0).astype(int).tolist()
    right, bottom = np.minimum(high, (columns, rows)).astype(int).tolist()
    return (
      None if left >= right or top >= bottom else (left, top, right, bottom)
    )

  def _fold(self, low: np.ndarray, high: np.ndarray, identity: int) -> None:
    """Lays folds of cloth over a figure."""
    box = self._box(low, high + 1)
    if box is None:
      return
    left, top, right, bottom = box
    ids = self.ids[top:bottom, left:right]
    own = cv2.inRange(ids, identity, identity + HEAD)
    region = self.pixels[top:bottom, left:right]
    fold(region, own, float(high[1] - low[1]), identity)


def identity_of(person: int) -> int:
  """Returns a person's first number in the id-buffer."""
  return NUMBERS * person + FIRST_PERSON


def _area(hull: np.ndarray) -> int:
  """Counts an outline's pixels, inside the picture or not, as drawn."""
  whole = 1 << SHIFT
  low = hull.min(axis=0) // whole - 2
  columns, rows = ((hull.max(axis=0) // whole) - low + 4).tolist()
  scratch = np.zeros((rows, columns), np.uint8)
  moved = (hull - low * whole).astype(np.int32)
  cv2.fillConvexPoly(scratch, moved, 1, 8, SHIFT)
  return int(cv2.countNonZero(scratch))
