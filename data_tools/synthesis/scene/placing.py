"""Where props stand."""

import dataclasses
import itertools
import math

import numpy as np

from data_tools.synthesis.assets.props.street import lamp
from data_tools.synthesis.assets.props.thing import Prop, stand
from data_tools.synthesis.engine.camera import MIN_DEPTH, Camera
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.engine.solids import Solid
from data_tools.synthesis.engine.world import world_spheres
from data_tools.synthesis.surroundings.base import Surroundings
from data_tools.synthesis.surroundings.room import Disc, meet, on_open_ground

MOST_HIDDEN = 0.12  # share of the picture behind one thing, as a rule
LARGE_SHARE = 0.12  # of props that may hide far more
NEAREST, FARTHEST = 3.0, 60.0  # metres


def place_props(
  dice: Dice,
  camera: Camera,
  surroundings: Surroundings,
  choices: tuple[tuple[Prop, int], ...],
  clutter: float,
  taken: list[Disc],
) -> list[Solid]:
  """Draws how many of each prop there are, and where.

  Args:
    dice: of the picture.
    camera: things stand where it may see them.
    surroundings: tells where there is room.
    choices: props and the most of each.
    clutter: factor on how many there are.
    taken: ground on which something stands already.
  """
  solids: list[Solid] = []
  taken = list(taken)
  for prop, most in choices:
    for _ in range(round(dice.uniform(0, most) * clutter)):
      thing = prop(dice)
      far = dice.random() ** 1.5 * (FARTHEST - NEAREST) + NEAREST
      side = math.radians(camera.yaw) + dice.uniform(-0.65, 0.65)
      x, y = far * math.sin(side), far * math.cos(side)
      solid = stand(dice, thing, (x, y, 0.0))
      discs = solid.discs()
      if not on_open_ground(discs, surroundings.open_ground):
        continue
      if meet(discs, taken):
        continue
      limit = 0.45 if dice.random() < LARGE_SHARE else MOST_HIDDEN
      if _share_hidden(camera, solid) < limit:
        solids.append(solid)
        taken += discs
  return solids


def light_within(light: Light, surroundings: Surroundings) -> Light:
  """Returns the light as roofs and houses leave it.

  It does not rain under a roof, and no lamp stands inside a house.

  Args:
    light: as drawn.
    surroundings: where it falls.
  """
  lamps = np.array(light.lamps).reshape(-1, 3)
  free = surroundings.open_ground(lamps[:, 0], lamps[:, 1])
  return dataclasses.replace(
    light,
    lamps=tuple(itertools.compress(light.lamps, free)),
    rain=light.rain if math.isinf(surroundings.ceiling) else 0.0,
  )


def place_lamps(
  dice: Dice, light: Light, surroundings: Surroundings
) -> list[Solid]:
  """Stands a lamp wherever one lights the scene; under a roof they hang."""
  if not math.isinf(surroundings.ceiling):
    return []
  return [stand(dice, lamp(dice), (x, y, 0.0)) for x, y, _ in light.lamps]


def _share_hidden(camera: Camera, solid: Solid) -> float:
  """Returns the share of the picture that a solid's frame covers."""
  spheres = world_spheres([solid])
  pixels, depth = camera.project(spheres[:, :3])
  if depth.min() < MIN_DEPTH:
    return 1.0
  limit = np.array([camera.width, camera.rows])
  breadth, length = np.ptp(np.clip(pixels, 0, limit), axis=0)
  return float(breadth * length / limit.prod())
