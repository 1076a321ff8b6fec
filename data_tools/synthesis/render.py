"""One picture from a preset, a seed and an index: the generator's heart."""

import dataclasses
import math

import cv2
import numpy as np

from data_tools.synthesis.camera import Camera
from data_tools.synthesis.canvas import Canvas
from data_tools.synthesis.crowd import Place, place_crowd
from data_tools.synthesis.effects import apply_effects
from data_tools.synthesis.light import draw_light
from data_tools.synthesis.people import Wardrobe, draw_person, head_centre
from data_tools.synthesis.presets import Preset
from data_tools.synthesis.scene import paint_background, place_props
from data_tools.synthesis.solids import Solid

LEAST_VISIBLE = 0.3  # share of a head's disc, below which it has no label
OVERSAMPLE = 2


@dataclasses.dataclass(frozen=True)
class Rendered:
  """A picture and its labels.

  Attributes:
    image: uint8 [rows, width, 3], RGB.
    points: float32 [heads, 2], x and y in pixels, of the heads that can be
      seen, farthest first.
    radii: float32 [heads], of those heads in pixels.
    people: how many stand in the scene, hidden ones counted.
  """

  image: np.ndarray
  points: np.ndarray
  radii: np.ndarray
  people: int


def render(
  preset: Preset,
  seed: int,
  index: int,
  width: int,
  rows: int,
  max_people: int | None = None,
  least_visible: float = LEAST_VISIBLE,
) -> Rendered:
  """Renders a picture; the same arguments give the same picture.

  Args:
    preset: what kind of picture.
    seed: of the data set.
    index: of the picture in it.
    width: in pixels.
    rows: height in pixels.
    max_people: no more people than this.
    least_visible: share of a head's disc that must be seen for a label.
  """
  rng = np.random.default_rng(np.random.SeedSequence([seed, index]))
  camera = preset.camera.draw(rng, width, rows)
  light = draw_light(rng, preset.light)
  around = preset.surroundings(rng)
  things = place_props(rng, camera, around, preset.props)
  places = place_crowd(
    rng,
    camera,
    around,
    [(*thing.position[:2], thing.footprint) for thing in things],
    preset.crowd,
    max_people,
  )
  places.sort(key=lambda place: -math.hypot(place.x, place.y))
  people = [_person(rng, camera, preset.wardrobe, place) for place in places]
  texture = preset.textures[int(rng.integers(len(preset.textures)))]
  background = paint_background(rng, camera, light, texture, things + people)
  canvas = Canvas(background, camera, light, OVERSAMPLE)
  canvas.draw(around.backdrop)
  draw_all(canvas, things, people)
  points, radii = visible_heads(canvas, camera, people, least_visible)
  image = apply_effects(rng, canvas.picture(), preset.effects)
  return Rendered(image, points, radii, len(people))


def draw_all(canvas: Canvas, things: list[Solid], people: list[Solid]) -> None:
  """Draws things and people, the farthest first."""
  queue: list[tuple[Solid, int | None]] = [(thing, None) for thing in things]
  queue += [(person, number) for number, person in enumerate(people)]
  for solid, number in sorted(queue, key=lambda item: -item[0].distance()):
    canvas.draw(solid, number)


def visible_heads(
  canvas: Canvas, camera: Camera, people: list[Solid], least_visible: float
) -> tuple[np.ndarray, np.ndarray]:
  """Finds the heads that can be seen, after all has been drawn.

  Returns:
    Points float32 [heads, 2] and radii float32 [heads], both in pixels.
  """
  if not people:
    return np.zeros((0, 2), np.float32), np.zeros(0, np.float32)
  heads = np.array([head_centre(person) for person in people], np.float32)
  pixels, depth = camera.project(heads[:, :3])
  inside = (pixels >= 0) & (pixels < [camera.width, camera.rows])
  shares = canvas.visible_shares(len(people))
  kept = inside.all(axis=1) & (shares >= least_visible)
  radii = heads[:, 3] * camera.focal / np.maximum(depth, 1e-3)
  return pixels[kept].astype(np.float32), radii[kept].astype(np.float32)


def _person(
  rng: np.random.Generator, camera: Camera, wardrobe: Wardrobe, place: Place
) -> Solid:
  distance = math.hypot(place.x, place.y, camera.height - 1.2)
  return draw_person(
    rng,
    wardrobe,
    (place.x, place.y, 0.0),
    place.heading,
    camera.focal / distance,
    place.moving,
    place.seated,
  )


def draw_labels(rendered: Rendered) -> np.ndarray:
  """Returns the picture with a circle around every labelled head."""
  image = rendered.image.copy()
  for (x, y), radius in zip(rendered.points, rendered.radii, strict=True):
    centre = (round(float(x) * 16 - 8), round(float(y) * 16 - 8))
    ring = max(round(float(radius) * 16), 32)
    cv2.circle(image, centre, ring, (0, 255, 60), 1, cv2.LINE_AA, 4)
  return image
