"""Drawing solids over a picture, back to front, and who hides whom."""

import cv2
import numpy as np

from data_tools.synthesis.camera import MIN_DEPTH, Camera
from data_tools.synthesis.light import Light
from data_tools.synthesis.noise import tile
from data_tools.synthesis.solids import Solid

SHIFT = 4  # fractional bits of OpenCV's polygon corners
FOLDS_FROM = 50  # pixels: shorter figures show no folds of cloth
BODY, HEAD = 0, 1  # offsets in the id-buffer


class Canvas:
  """A picture some times larger than asked for, and its id-buffer.

  The id-buffer holds 0 for the ground and for things, and two numbers for each
  person: their body and their head's disc. Whatever is drawn later overwrites
  it, as it overwrites the colours, so that what is left of a head's disc at the
  end is what can be seen of it.
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
    self._tones = {
      levels: (np.array(size), np.array(move), 1 + light.contrast * bright)
      for levels, size, move, bright in (
        (1, [1.0], [0.0], np.array([-0.06])),
        (2, [1.0, 0.8], [0.0, 0.16], np.array([-0.5, -0.02])),
        (
          4,
          [1.0, 0.86, 0.7, 0.45],
          [0.0, 0.1, 0.2, 0.34],
          np.array([-0.6, -0.2, 0.0, 0.13]),
        ),
      )
    }

  def draw(self, solid: Solid, person: int | None = None) -> None:
    """Draws a solid over what is there.

    Args:
      solid: what to draw; it is left out where it reaches the camera.
      person: number from 0, or None for a thing.
    """
    spheres = solid.world_spheres()
    centres, depth = self._camera.project(spheres[:, :3])
    if depth.min() < MIN_DEPTH:
      return
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
    np.clip(outlines, -8000, 24000, out=outlines)
    identity = 0 if person is None else 2 * person + 1
    counts = np.array([len(part.spheres) for part in solid.parts])
    ends = np.cumsum(counts)
    starts = ends - counts
    lifts = np.array([part.lift for part in solid.parts]) * solid.scale
    order = np.argsort(lifts - np.add.reduceat(depth, starts) / counts)
    heights = np.add.reduceat(spheres[:, 2], starts) / counts
    if person is None:
      heights[:] = np.inf
    paints = self._light.paint(
      [part.colour or (0, 0, 0) for part in solid.parts], heights
    )
    haze = self._light.veil(float(depth[0]))
    for index in order.tolist():
      part = solid.parts[index]
      corners = outlines[starts[index] : ends[index]].reshape(-1, 2)
      hull = cv2.convexHull(corners)[:, 0]
      fixed = np.rint(hull * (1 << SHIFT)).astype(np.int32)
      if part.colour is None:
        self._fill_ids(fixed, identity + HEAD)
        self._disc_areas[identity + HEAD] = _area(hull)
        continue
      self._fill_ids(fixed, identity + BODY)
      shaded = not part.flat and tall >= 12
      levels = 1 if not shaded else 2 if tall < 90 else 4
      self._paint(fixed, paints[index], haze, levels)
    if person is not None and tall > FOLDS_FROM * scale:
      self._fold(low, high, identity)

  def visible_shares(self, people: int) -> np.ndarray:
    """Returns how much of each head's disc can be seen, float [people]."""
    visible = np.bincount(self.ids.ravel(), minlength=2 * people + 3)
    areas = np.array(
      [self._disc_areas.get(2 * i + 1 + HEAD, 0) for i in range(people)],
      np.float64,
    )
    seen = visible[1 + HEAD : 2 * people + 1 + HEAD : 2]
    return np.where(areas > 0, seen / np.maximum(areas, 1), 0.0)

  def picture(self) -> np.ndarray:
    """Returns the picture at its final size, uint8 [rows, width, 3]."""
    size = (self._camera.width, self._camera.rows)
    return cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA)

  def _paint(
    self,
    outline: np.ndarray,
    paint: np.ndarray,
    haze: tuple[float, np.ndarray],
    levels: int,
  ) -> None:
    """Fills an outline in some tones, brightest towards the light."""
    sizes, moves, tones = self._tones[levels]
    colours = (np.outer(tones, paint) * (1 - haze[0]) + haze[1]).tolist()
    if levels > 1:
      middle = outline.mean(axis=0)
      half = (outline.max(axis=0) - outline.min(axis=0)) / 2
      shift = middle + moves[:, None] * (half * self._shine)
      outlines = (outline - middle) * sizes[:, None, None] + shift[:, None]
      outlines = outlines.astype(np.int32)
    else:
      outlines = [outline]
    for corners, colour in zip(outlines, colours, strict=True):
      cv2.fillConvexPoly(self.pixels, corners, colour, cv2.LINE_AA, SHIFT)

  def _fill_ids(self, fixed: np.ndarray, identity: int) -> None:
    cv2.fillConvexPoly(self.ids, fixed, identity, cv2.LINE_8, SHIFT)

  def _fold(self, low: np.ndarray, high: np.ndarray, identity: int) -> None:
    """Modulates a figure by noise, as folds of cloth and strands of hair do."""
    rows, columns = self.ids.shape
    left, top = np.maximum(low, 0).astype(int)
    right, bottom = np.ceil(np.minimum(high + 1, (columns, rows))).astype(int)
    tall = high[1] - low[1]
    part = tile("folds")
    size = max(8, int(tall * 0.9)), max(8, int(tall * 1.1))
    offset = (identity * 37) % 64
    noise = cv2.resize(part[offset : offset + 190, offset:], size)
    noise = noise[: bottom - top, : right - left]
    bottom, right = top + noise.shape[0], left + noise.shape[1]
    own = self.ids[top:bottom, left:right]
    own = (own == identity) | (own == identity + HEAD)
    factor = np.where(own, 1 + 0.16 * noise, 1).astype(np.float32)
    region = self.pixels[top:bottom, left:right]
    cv2.multiply(
      region, cv2.merge([factor] * 3), dst=region, dtype=cv2.CV_8U
    )


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
  low = np.floor(hull.min(axis=0)) - 2
  columns, rows = (np.ceil(hull.max(axis=0)) - low + 3).astype(int)
  scratch = np.zeros((rows, columns), np.uint8)
  fixed = np.rint((hull - low) * (1 << SHIFT)).astype(np.int32)
  cv2.fillConvexPoly(scratch, fixed, 1, cv2.LINE_8, SHIFT)
  return int(cv2.countNonZero(scratch))


_CIRCLES: dict[int, np.ndarray] = {}
