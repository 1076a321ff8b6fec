"""All parts of a scene at once: where they are seen, in which order and shade.

Working on whole scenes lets NumPy do what would otherwise be thirty small calls
for each of a thousand people.
"""

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from data_tools.synthesis.engine.camera import MIN_DEPTH, Camera
from data_tools.synthesis.engine.detail import LEVELS
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.engine.solids import Part, Solid
from data_tools.synthesis.engine.world import world_spheres

SHIFT = 4  # fractional bits of OpenCV's polygon corners
SMALLEST = 3.0  # canvas pixels: smaller parts are left out
GLEAM = 0.6  # share of white in the brightest tones
SHADED_FROM = 12  # canvas pixels: smaller parts have one tone
_FAR_OUT = 8000  # canvas pixels: farther out, fixed-point corners overflow


class Stroke(NamedTuple):
  """A part, ready to draw; lengths in canvas pixels.

  Attributes:
    part: what it is.
    solid: number of the solid it belongs to.
    corners: float32 [n, 2] in fixed point, what the outline is the hull of.
    colours: dark to bright, [tones][3]; for a panel, factor and offset.
    sizes: of the tones, [tones, 1, 1].
    offset: that moves the tones, [tones, 1, 2].
    extent: of the outline.
  """

  part: Part
  solid: int
  corners: np.ndarray
  colours: list[list[float]]
  sizes: np.ndarray
  offset: np.ndarray | None
  extent: float


@dataclasses.dataclass(frozen=True)
class Frames:
  """Where solids are seen, in canvas pixels: low and high are [solids, 2]."""

  low: np.ndarray
  high: np.ndarray


def outline(
  solids: Sequence[Solid],
  figures: np.ndarray,
  camera: Camera,
  light: Light,
  scale: int,
) -> tuple[list[Stroke], Frames]:
  """Works out how to draw solids.

  Args:
    solids: in the order in which to draw them.
    figures: bool [solids], which of them are people.
    camera: of the picture.
    light: of the scene.
    scale: canvas pixels per pixel of the picture.

  Returns:
    What to draw, first to last, and each solid's frame.
  """
  parts = [part for solid in solids for part in solid.parts]
  counts = np.array([len(part.spheres) for part in parts])
  owners = np.repeat(np.arange(len(solids)), [len(s.parts) for s in solids])
  ends = np.cumsum(counts)
  starts = ends - counts
  spheres = world_spheres(solids)
  centres, depth = camera.project(spheres[:, :3])
  near = np.minimum.reduceat(depth, starts)
  away = np.add.reduceat(np.maximum(depth, MIN_DEPTH), starts) / counts
  depth = np.maximum(depth, MIN_DEPTH)
  centres = centres * scale - 0.5  # OpenCV counts from pixel centres
  radii = spheres[:, 3] * np.float32(camera.focal * scale) / depth
  lows = np.minimum.reduceat(centres - radii[:, None], starts)
  highs = np.maximum.reduceat(centres + radii[:, None], starts)
  firsts = np.searchsorted(owners, np.arange(len(solids)))
  frames = Frames(
    np.minimum.reduceat(lows, firsts), np.maximum.reduceat(highs, firsts)
  )
  limit = np.array([camera.width, camera.rows], np.float32) * scale
  seen = ((highs > 0) & (lows < limit)).all(axis=1)
  extents = (highs - lows).max(axis=1)
  # A head's disc is counted, however small or far out of the picture it is.
  discs = np.array([part.colour is None for part in parts])
  drawn = (near > MIN_DEPTH) & (discs | (seen & (extents > SMALLEST)))
  lifts = np.array([part.lift for part in parts])
  lifts *= np.array([solid.scale for solid in solids])[owners]
  order = np.lexsort((lifts - away, owners))
  order = order[drawn[order]]
  tall = (frames.high - frames.low)[:, 1]
  heights = np.where(figures[owners], spheres[starts, 2], np.inf)
  paints, veil = _paints(parts, solids, owners, heights, away, light)
  details = np.searchsorted([level.tall for level in LEVELS], tall)[owners]
  shine = light.highlight(camera)
  middles, halves = (lows + highs) / 2, (highs - lows) / 2
  strokes: dict[int, Stroke] = {}
  for number, level in enumerate(LEVELS):
    chosen = np.flatnonzero(drawn & (details == number))
    if not len(chosen):
      continue
    picked = np.repeat(details == number, counts)
    outlines, corners = _outlines(centres[picked], radii[picked], level.circle)
    reached = np.cumsum(np.where(details == number, counts, 0))
    sizes, moves, bright = level.tones
    tones = 1 + light.contrast * bright
    colours = tones[None, :, None] * paints[chosen, None] + veil[chosen, None]
    # Without a gleam, black hair would be a flat black.
    gleam = 255 * GLEAM * np.maximum(bright, 0)[None, :, None]
    colours += gleam * np.asarray(light.tint)
    offsets = moves * halves[chosen, None, None] * shine
    offsets = offsets + middles[chosen, None, None] * (1 - sizes)
    offsets *= 1 << SHIFT
    for place, index in enumerate(chosen.tolist()):
      end = int(reached[index])
      begin = end - len(parts[index].spheres)
      first = int(corners[begin - 1]) if begin else 0
      part, tint = parts[index], colours[place].tolist()
      plain = part.flat or extents[index] < SHADED_FROM
      if part.panel is not None:
        tint = [paints[index].tolist(), veil[index].tolist()]
      elif plain:
        tint = [tint[level.plain]]
      strokes[index] = Stroke(
        part,
        int(owners[index]),
        outlines[first : int(corners[end - 1])],
        tint,
        sizes,
        None if plain else offsets[place],
        float(extents[index]),
      )
  return [strokes[index] for index in order.tolist()], frames


def _outlines(
  centres: np.ndarray, radii: np.ndarray, circle: int
) -> tuple[np.ndarray, np.ndarray]:
  """Returns corners of spheres' outlines, and where each sphere's end."""
  points = centres[:, None] + radii[:, None, None] * _circle(circle)
  points = np.clip(points, -_FAR_OUT, 3 * _FAR_OUT) * np.float32(1 << SHIFT)
  # A sphere without radius is one corner.
  distinct = (radii > 0)[:, None] | (np.arange(circle) == 0)
  return points[distinct], np.cumsum(distinct.sum(axis=1))


def _paints(
  parts: list[Part],
  solids: Sequence[Solid],
  owners: np.ndarray,
  heights: np.ndarray,
  away: np.ndarray,
  light: Light,
) -> tuple[np.ndarray, np.ndarray]:
  """Returns parts' colours in this light, and what haze adds: [parts, 3]."""
  places = np.array([solid.position[:2] for solid in solids], np.float32)
  colours = np.array([part.colour or (0.0, 0.0, 0.0) for part in parts])
  bright = np.array([part.bright for part in parts])
  reach = light.level_at(places[:, 0], places[:, 1])[owners]
  share, far = light.veil(away)
  paints = light.paint(colours, heights, reach, bright)
  return paints * (1 - share[:, None]), far


def _circle(corners: int) -> np.ndarray:
  """Corners of a polygon with the area of the unit disc, [1, corners, 2]."""
  angles = 2 * np.pi * (np.arange(corners) + 0.5) / corners
  circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
  grow = np.sqrt(2 * np.pi / (corners * np.sin(2 * np.pi / corners)))
  return (circle * grow).astype(np.float32)[None]
