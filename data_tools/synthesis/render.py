"""One picture from a preset, a seed and an index: the generator's heart."""

import dataclasses
import math

import cv2
import numpy as np

from data_tools.synthesis.camera import Camera
from data_tools.synthesis.crowd.floor import Place
from data_tools.synthesis.crowd.gather import place_crowd
from data_tools.synthesis.drawing.canvas import MOST_PEOPLE, Canvas, Drawn
from data_tools.synthesis.drawing.solids import Solid, split
from data_tools.synthesis.drawing.world import world_spheres
from data_tools.synthesis.draws import Dice, between, choose, weighted
from data_tools.synthesis.effects import apply_effects, draw_quality
from data_tools.synthesis.light import Light, draw_light
from data_tools.synthesis.people import colours
from data_tools.synthesis.people.person import draw_person, head_spheres
from data_tools.synthesis.presets.base import Preset
from data_tools.synthesis.scene.background import paint_background
from data_tools.synthesis.scene.foreground import foreground
from data_tools.synthesis.scene.placing import place_lamps, place_props
from data_tools.synthesis.surroundings.base import Surroundings

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
    jpeg_quality: with which the camera compresses it.
  """

  image: np.ndarray
  points: np.ndarray
  radii: np.ndarray
  people: int
  jpeg_quality: int


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
  dice = Dice(int(rng.integers(1 << 62)))
  around = weighted(dice, preset.surroundings)(dice)
  camera = preset.camera.draw(dice, width, rows, around)
  light = draw_light(dice, weighted(dice, preset.lights))
  clutter = preset.clutter
  amount = between(dice, clutter.amount)
  things = [*around.things, *place_lamps(dice, light)]
  things += place_props(dice, camera, around, clutter.props, amount)
  obstacles = [disc for thing in things for disc in thing.discs()]
  most = min(max_people or MOST_PEOPLE, MOST_PEOPLE)
  places = place_crowd(rng, dice, camera, around, obstacles, preset.crowd, most)
  people = _people(dice, camera, preset, light, places)
  people.sort(key=around.depth, reverse=True)
  ground = weighted(dice, preset.grounds)
  background = paint_background(rng, camera, light, ground, things + people)
  far = Canvas(background, camera, light, 1)  # needs no fine edges
  far.draw([(around.backdrop, None)])
  canvas = Canvas(far.pixels, camera, light, OVERSAMPLE)
  front = foreground(
    dice, camera, clutter.foreground, clutter.large, clutter.kinds
  )
  canvas.draw(_queue(around, things, people, front))
  points, radii = visible_heads(canvas, camera, people, least_visible)
  image = apply_effects(dice, canvas.picture(), preset.effects, light)
  quality = draw_quality(dice, preset.effects)
  return Rendered(image, points, radii, len(people), quality)


def visible_heads(
  canvas: Canvas, camera: Camera, people: list[Solid], least_visible: float
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
  kept = inside.all(axis=1) & (shares >= least_visible)
  radii = heads[:, 3] * camera.focal / np.maximum(depth, 1e-3)
  return pixels[kept].astype(np.float32), radii[kept].astype(np.float32)


def draw_labels(rendered: Rendered) -> np.ndarray:
  """Returns the picture with a circle around every labelled head."""
  image = rendered.image.copy()
  for (x, y), radius in zip(rendered.points, rendered.radii, strict=True):
    centre = (round(float(x) * 16 - 8), round(float(y) * 16 - 8))
    ring = max(round(float(radius) * 16), 32)
    cv2.circle(image, centre, ring, (0, 255, 60), 1, cv2.LINE_AA, 4)
  return image


def _queue(
  around: Surroundings,
  things: list[Solid],
  people: list[Solid],
  front: list[Solid],
) -> list[Drawn]:
  """Puts all there is in order: what is drawn first is hidden by the rest."""
  queue: list[Drawn] = [
    (piece, None) for thing in things for piece in split(thing)
  ]
  queue += [(person, number) for number, person in enumerate(people)]
  queue.sort(key=lambda item: around.depth(item[0]), reverse=True)
  return [*queue, *((part, None) for part in front)]


def _people(
  dice: Dice,
  camera: Camera,
  preset: Preset,
  light: Light,
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
    )
    for place in places
  ]
