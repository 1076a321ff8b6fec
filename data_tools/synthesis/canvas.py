"""Drawing solids over a picture, back to front, and who hides whom."""

import cv2
import numpy as np

from data_tools.synthesis.camera import MIN_DEPTH, Camera
from data_tools.synthesis.light import Light
from data_tools.synthesis.noise import tile
from data_tools.synthesis.solids import Solid

SHIFT = 4  # fractional bits of OpenCV's polygon corners
SMALLEST = 3.0  # canvas pixels: smaller parts are left out
SHADED_FROM = 9  # canvas pixels: smaller parts have one tone
FOLDS_FROM = 64  # pixels: shorter figures show no folds of cloth
FIRST_PERSON = 2  # in the id-buffer
BODY, HEAD = 0, 1  # offsets in it


class Canvas:
  """A picture some times larger than asked for, and its id-buffer.

  The id-buffer holds 0 for the ground and for things, 1 for leaves, and two
  numbers for each person: their body and their head's disc. Whatever is drawn
  later overwrites it, as it overwrites the colours, so that what is left of a
  head's disc at the end is what can be seen of it.
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
    self.ids = np.zeros(size[::-1], np.int32)
    self._camera, self._light, self._oversample = camera, light, oversample
    self._disc_areas: dict[int, int] = {}
    self._shine = light.highlight(camera)

  def draw(self, solid: Solid, person: int | None = None) -> None:
    """Draws a solid over what is there.

    Args:
      solid: what to draw; parts that reach the camera are left out.
      person: number from 0, or None for a thing.
    """
    spheres = solid.world_spheres
    centres, depth = self._camera.project(spheres[:, :3])
    if depth.max() < MIN_DEPTH:
      return
    depth = np.maximum(depth, MIN_DEPTH)
    scale = self._oversample
    centres = centres * scale - 0.5  # OpenCV counts from pixel centres
    radii = spheres[:, 3] * (self._camera.focal * scale) / depth
    low = (centres - radii[:, None]).min(axis=0)
    high = (centres + radii[:, None]).max(axis=0)
    rows, columns = self.ids.shape
    if high[0] < 0 or high[1] < 0 or low[0] > columns or low[1] > rows:
      return
    tall = high[1] - low[1]
    circle = _circle(6 if tall < 40 else 10 if tall < 200 else 16)
    outlines = centres[:, None] + radii[:, None, None] * circle
    # Far outside, OpenCV's fixed-point corners would overflow.
    outlines = np.clip(outlines, -8000, 24000) * np.float32(1 << SHIFT)
    distinct = (radii > 0)[:, None] | (np.arange(circle.shape[1]) == 0)
    outlines = outlines[distinct]  # a sphere without radius is one corner
    corners = np.add.accumulate(distinct.sum(axis=1))
    identity = int(solid.leafy)
    if person is not None:
      identity = 2 * person + FIRST_PERSON
    counts = np.array([len(part.spheres) for part in solid.parts])
    ends = np.cumsum(counts)
    starts = ends - counts
    lifts = np.array([part.lift for part in solid.parts]) * solid.scale
    away = np.add.reduceat(depth, starts) / counts
    order = np.argsort(lifts - away)
    ends = corners[ends - 1]
    begins = np.concatenate([[0], ends[:-1]])
    lows = np.minimum.reduceat(outlines, begins)
    highs = np.maximum.reduceat(outlines, begins)
    drawn = np.minimum.reduceat(depth, starts) > MIN_DEPTH
    limit = np.array([columns, rows], np.float32) * (1 << SHIFT)
    seen = ((highs > 0) & (lows < limit)).all(axis=1)
    extents = (highs - lows).max(axis=1) / (1 << SHIFT)
    seen &= extents > SMALLEST
    # The disc is counted, however small or far out of the picture it is.
    drawn &= seen | np.array([part.colour is None for part in solid.parts])
    order = order[drawn[order]]
    levels = 0 if tall < 12 else 1 if tall < 90 else 2
    sizes, moves, _ = _TONES[levels]
    colours = self._colours(solid, spheres, away, starts, levels, person)
    offsets = self._offsets(lows, highs, sizes, moves)
    single = (extents < SHADED_FROM).tolist()
    for index in order.tolist():
      part = solid.parts[index]
      hull = cv2.convexHull(outlines[begins[index] : ends[index]])[:, 0]
      fixed = hull.astype(np.int32)
      if part.colour is None:
        cv2.fillConvexPoly(self.ids, fixed, identity + HEAD, 8, SHIFT)
        self._disc_areas[identity + HEAD] = _area(fixed)
        continue
      cv2.fillConvexPoly(self.ids, fixed, identity + BODY, 8, SHIFT)
      if part.flat or single[index]:
        plain = colours[index][_PLAIN[levels]]
        cv2.fillConvexPoly(self.pixels, fixed, plain, cv2.LINE_AA, SHIFT)
        continue
      tones = (hull * sizes + offsets[index]).astype(np.int32)
      for outline, colour in zip(tones, colours[index], strict=True):
        cv2.fillConvexPoly(self.pixels, outline, colour, cv2.LINE_AA, SHIFT)
    if solid.leafy:
      self._mottle(low, high, identity, "grain", 0.3)
    elif person is not None and tall > FOLDS_FROM * scale:
      self._mottle(low, high, identity, "folds", 0.16)

  def visible_shares(self, people: int) -> np.ndarray:
    """Returns how much of each head's disc can be seen, float [people]."""
    visible = np.bincount(self.ids.ravel(), minlength=2 * people + 4)
    areas = np.array(
      [
        self._disc_areas.get(2 * i + FIRST_PERSON + HEAD, 0)
        for i in range(people)
      ],
      np.float64,
    )
    first = FIRST_PERSON + HEAD
    seen = visible[first : 2 * people + first : 2]
    return np.where(areas > 0, seen / np.maximum(areas, 1), 0.0)

  def picture(self) -> np.ndarray:
    """Returns the picture at its final size, uint8 [rows, width, 3]."""
    size = (self._camera.width, self._camera.rows)
    return cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)

  def _colours(
    self,
    solid: Solid,
    spheres: np.ndarray,
    away: np.ndarray,
    starts: np.ndarray,
    levels: int,
    person: int | None,
  ) -> list[list[list[float]]]:
    """Returns each part's colours, dark to bright, [parts, tones, 3]."""
    if person is None:
      heights = np.full(len(starts), np.inf)
    else:
      heights = spheres[starts, 2]
    paints = self._light.paint(
      [part.colour or (0.0, 0.0, 0.0) for part in solid.parts], heights
    )
    share, far = self._light.veil(away)
    paints *= 1 - share[:, None]
    tones = 1 + self._light.contrast * _TONES[levels][2]
    return (tones[None, :, None] * paints[:, None] + far[:, None]).tolist()

  def _offsets(
    self,
    lows: np.ndarray,
    highs: np.ndarray,
    sizes: np.ndarray,
    moves: np.ndarray,
  ) -> np.ndarray:
    """Returns what moves each smaller outline towards the light.

    Returns:
      [parts, tones, 1, 2], in fixed-point canvas pixels.
    """
    middle = ((lows + highs) / 2)[:, None, None]
    half = ((highs - lows) / 2)[:, None, None]
    return middle * (1 - sizes) + moves * half * self._shine

  def _mottle(
    self,
    low: np.ndarray,
    high: np.ndarray,
    identity: int,
    kind: str,
    strength: float,
  ) -> None:
    """Modulates what has just been drawn: folds of cloth, leaves in shade."""
    rows, columns = self.ids.shape
    left, top = np.maximum(low, 0).astype(int)
    right, bottom = np.ceil(np.minimum(high + 1, (columns, rows))).astype(int)
    tall = min(float(high[1] - low[1]), 2.0 * rows)
    wide = min(float(high[0] - low[0]), 2.0 * columns)
    offset = (identity * 37) % 64
    size = max(8, int(max(tall * 0.9, wide + 2))), max(8, int(tall + 2))
    noise = cv2.resize(tile(kind)[offset : offset + 190, offset:], size)
    noise = noise[: bottom - top, : right - left]
    bottom, right = top + noise.shape[0], left + noise.shape[1]
    own = self.ids[top:bottom, left:right]
    own = (own == identity) if identity == 1 else own // 2 == identity // 2
    factor = np.where(own, 1 + strength * noise, 1).astype(np.float32)
    region = self.pixels[top:bottom, left:right]
    cv2.multiply(region, cv2.merge([factor] * 3), dst=region, dtype=cv2.CV_8U)


def _circle(corners: int) -> np.ndarray:
  """Corners of a polygon with the area of the unit disc, [1, corners, 2]."""
  if corners not in _CIRCLES:
    angles = 2 * np.pi * (np.arange(corners) + 0.5) / corners
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    grow = np.sqrt(2 * np.pi / (corners * np.sin(2 * np.pi / corners)))
    _CIRCLES[corners] = (circle * grow).astype(np.float32)[None]
  return _CIRCLES[corners]


def _area(hull: np.ndarray) -> int:
  """Counts an outline's pixels, inside the picture or not, as drawn."""
  whole = 1 << SHIFT
  low = hull.min(axis=0) // whole - 2
  columns, rows = ((hull.max(axis=0) // whole) - low + 4).tolist()
  scratch = np.zeros((rows, columns), np.uint8)
  moved = (hull - low * whole).astype(np.int32)
  cv2.fillConvexPoly(scratch, moved, 1, 8, SHIFT)
  return int(cv2.countNonZero(scratch))


def _tones(
  *rows: tuple[float, float, float],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
  """Columns of (size, move towards the light, brightness), ready to use."""
  table = np.array(rows, np.float32)
  return table[:, 0, None, None], table[:, 1, None, None], table[:, 2]


_CIRCLES: dict[int, np.ndarray] = {}
# How a part is shaded at three levels of detail, and which tone is the one of
# flat and of small parts.
_PLAIN = (0, 1, 2)
_TONES = (
  _tones((1.0, 0.0, -0.06)),
  _tones((1.0, 0.0, -0.5), (0.8, 0.16, -0.02)),
  _tones(
    (1.0, 0.0, -0.6), (0.86, 0.1, -0.2), (0.7, 0.2, 0.0), (0.45, 0.34, 0.13)
  ),
)
