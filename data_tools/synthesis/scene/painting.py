"""A whole scene, drawn from the back to the front."""

import dataclasses

import numpy as np

from data_tools.synthesis.assets.ground.base import Texture
from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.canvas import Canvas, Drawn
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.engine.nearness import in_front
from data_tools.synthesis.engine.solids import Solid, split
from data_tools.synthesis.scene.background import paint_background
from data_tools.synthesis.surroundings.base import Surroundings

OVERSAMPLE = 2


@dataclasses.dataclass(frozen=True)
class Scene:
  """All of a picture but its people.

  Attributes:
    camera: that sees it.
    light: that falls on it.
    around: the fixed frame.
    ground: what it stands on.
    things: that stand in it.
    front: what the camera looks past.
  """

  camera: Camera
  light: Light
  around: Surroundings
  ground: Texture
  things: list[Solid]
  front: list[Solid]


def draw_scene(scene: Scene, people: list[Solid], grain: int) -> Canvas:
  """Draws what there is and who is in it.

  Args:
    scene: all but the people.
    people: farthest first.
    grain: seeds what is random in sky and ground.
  """
  camera, light, around = scene.camera, scene.light, scene.around
  background = paint_background(
    np.random.default_rng(grain),
    camera,
    light,
    scene.ground,
    scene.things + people,
  )
  far = Canvas(background, camera, light, 1)  # needs no fine edges
  far.draw([(in_front(around.backdrop, camera), None)])
  canvas = Canvas(far.pixels, camera, light, OVERSAMPLE)
  canvas.draw(_queue(around, scene.things, people, scene.front))
  return canvas


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
