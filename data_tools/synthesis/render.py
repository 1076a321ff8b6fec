"""One picture from a preset, a seed and an index: the generator's heart."""

import contextlib
import dataclasses
import gc
import itertools
import math
import zlib
from collections.abc import Iterator

import cv2
import numpy as np

from data_tools.synthesis.assets.people import colours
from data_tools.synthesis.assets.people.person import draw_person, head_spheres
from data_tools.synthesis.crowd.floor import Place
from data_tools.synthesis.crowd.gather import place_crowd
from data_tools.synthesis.crowd.overrun import tilt_down
from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.canvas import MOST_PEOPLE, Canvas
from data_tools.synthesis.engine.draws import (
  Dice,
  between,
  chance,
  choose,
  weighted,
)
from data_tools.synthesis.engine.light import Light, draw_light
from data_tools.synthesis.engine.solids import Solid
from data_tools.synthesis.engine.world import world_spheres
from data_tools.synthesis.presets.base import Preset
from data_tools.synthesis.scene.foreground import foreground
from data_tools.synthesis.scene.painting import Scene, draw_scene
from data_tools.synthesis.scene.placing import (
  light_within,
  place_lamps,
  place_props,
)
from data_tools.synthesis.style.effects import apply_effects, draw_quality

MIN_VISIBLE = 0.3  # share of a head's disc, below which it has no label
IN_SIGHT = 0.9  # share of the disc of a head that nobody hides


@dataclasses.dataclass(frozen=True)
class Rendered:
  """A picture and its labels.

  Attributes:
    image: uint8 [rows, width, 3], RGB.
    points: float32 [heads, 2], x and y in pixels, of the heads that can be
      seen, farthest first.
    radii: float32 [heads], of those heads in pixels.
    people: how many stand in the scene, hidden ones counted.
    jpeg_quality: with which the camera compresses it.
  """

  image: np.ndarray
  points: np.ndarray
  radii: np.ndarray
  people: int
  jpeg_quality: int


@contextlib.contextmanager
def _collected_later() -> Iterator[None]:
  """Keeps Python from looking for cycles of garbage meanwhile.

  A crowd is a hundred thousand tuples, none of them in a cycle; looking through
  them again and again takes an eighth of the time.
  """
  before = gc.isenabled()
  gc.disable()
  try:
    yield
  finally:
    if before:
      gc.enable()


@_collected_later()
def render(
  preset: Preset,
  seed: int,
  index: int,
  width: int,
  rows: int,
  max_heads: int | None = None,
  min_visible: float = MIN_VISIBLE,
) -> Rendered:
  """Renders a picture; the same arguments give the same picture.

  Args:
    preset: what kind of picture.
    seed: of the data set.
    index: of the picture in it.
    width: in pixels.
    rows: height in pixels.
    max_heads: no more people than this.
    min_visible: share of a head's disc that must be seen for a label.
  """
  # By its name, or presets with like ranges would show the same scenes.
  kind = zlib.crc32(preset.name.encode())
  rng = np.random.default_rng(np.random.SeedSequence([seed, index, kind]))
  dice = Dice(int(rng.integers(1 << 62)))
  around = weighted(dice, preset.surroundings)(dice)
  camera = preset.camera.draw(dice, width, rows, around)
  crowd = preset.crowd
  overruns = chance(dice, crowd.overruns)
  if overruns:
    camera = tilt_down(dice, camera, around, crowd.farthest, crowd.least_head)
  light = draw_light(dice, weighted(dice, preset.lights), camera.yaw)
  light = light_within(light, around)
  clutter = preset.clutter
  amount = between(dice, clutter.amount)
  fixed = () if preset.bare else around.things
  things = [*fixed, *place_lamps(dice, light, around)]
  taken = [disc for thing in things for disc in thing.discs()]
  things += place_props(dice, camera, around, clutter.props, amount, taken)
  obstacles = [disc for thing in things for disc in thing.discs()]
  most = min(max_heads or MOST_PEOPLE, MOST_PEOPLE)
  places = place_crowd(
    rng, dice, camera, around, obstacles, crowd, most, overruns
  )
  people = _people(dice, camera, preset, light, around.ceiling, places)
  people.sort(key=around.depth, reverse=True)
  ground = weighted(dice, preset.grounds)
  front = foreground(
    dice, camera, clutter.foreground, clutter.large, clutter.kinds
  )
  scene = Scene(camera, light, around, ground, things, front)
  grain = int(rng.integers(1 << 62))
  canvas = draw_scene(scene, people, grain)
  if crowd.apart:
    shares = canvas.visible_shares(len(people))
    people = list(itertools.compress(people, shares >= IN_SIGHT))
    canvas = draw_scene(scene, people, grain)
  points, radii = visible_heads(canvas, camera, people, min_visible)
  image = apply_effects(dice, canvas.picture(), preset.effects, light)
  quality = draw_quality(dice, preset.effects)
  return Rendered(image, points, radii, len(people), quality)


def visible_heads(
  canvas: Canvas, camera: Camera, people: list[Solid], min_visible: float
) -> tuple[np.ndarray, np.ndarray]:
  """Finds the heads that can be seen, after all has been drawn.

  Returns:
    Points float32 [heads, 2] and radii float32 [heads], both in pixels.
  """
  if not people:
    return np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
  heads = world_spheres(head_spheres(people))
  pixels, depth = camera.project(heads[:, :3])
  inside = (pixels >= 0) & (pixels < [camera.width, camera.rows])
  shares = canvas.visible_shares(len(people))
  kept = inside.all(axis=1) & (shares >= min_visible)
  radii = heads[:, 3] * camera.focal / np.maximum(depth, 1e-3)
  return pixels[kept].astype(np.float32), radii[kept].astype(np.float32)


def draw_labels(rendered: Rendered, reduced: np.ndarray) -> np.ndarray:
  """Returns a reduced picture with a circle around every labelled head.

  Args:
    rendered: the picture with its heads.
    reduced: the same at any size, uint8 [rows, columns, 3].
  """
  image = reduced.copy()
  factor = reduced.shape[1] / rendered.image.shape[1]
  points, radii = rendered.points * factor, rendered.radii * factor
  for (x, y), radius in zip(points, radii, strict=True):
    centre = (round(float(x) * 16 - 8), round(float(y) * 16 - 8))
    ring = max(round(float(radius) * 16), 16)
    cv2.circle(image, centre, ring, (0, 255, 60), 1, cv2.LINE_AA, 4)
  return image


def _people(
  dice: Dice,
  camera: Camera,
  preset: Preset,
  light: Light,
  ceiling: float,
  places: list[Place],
) -> list[Solid]:
  team = choose(dice, colours.LIVELY)
  umbrellas = dice.uniform(0.1, 0.8) if light.rain else 0.0
  return [
    draw_person(
      dice,
      preset.wardrobe,
      (place.x, place.y, place.z),
      place.heading,
      camera.focal
      / math.hypot(place.x, place.y, camera.height - place.z - 1.2),
      place.pose,
      umbrellas,
      team,
      math.isfinite(ceiling),
    )
    for place in places
  ]
