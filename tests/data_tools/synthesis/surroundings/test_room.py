"""Synthetic scenes hold together: walls near the lens, things on the ground."""

import itertools
import math

import numpy as np
import pytest

from data_tools.synthesis.engine.camera import MIN_DEPTH, Camera
from data_tools.synthesis.engine.canvas import Canvas
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.engine.nearness import in_front
from data_tools.synthesis.engine.shapes import upright
from data_tools.synthesis.engine.solids import Part, Solid, ball
from data_tools.synthesis.engine.swatch import Swatch
from data_tools.synthesis.engine.world import world_spheres
from data_tools.synthesis.surroundings import facade, indoors, outdoors
from data_tools.synthesis.surroundings.room import apart, meet, on_open_ground

LIGHT = Light((0.0, 0.0, 1.0), 0.0, 0.5, (1.0, 1.0, 1.0), (0.7,) * 3, 1e4)
PLACES = (
  *(outdoors.between_houses, outdoors.before_houses),
  *(outdoors.park, outdoors.before_a_stage, outdoors.open_place),
)


def drawn(solid: Solid, camera: Camera) -> np.ndarray:
  picture = np.zeros((camera.rows, camera.width, 3), np.uint8)
  canvas = Canvas(picture, camera, LIGHT, 1)
  canvas.draw([(solid, None)])
  return canvas.pixels


def two_coloured(start: float, end: float) -> Swatch:
  """A wall's swatch, from y = start to y = end: red before 8 m, then blue."""
  columns = np.linspace(start, end, 400, endpoint=False)
  pixels = np.zeros((8, 400, 3), np.uint8)
  pixels[:, columns < 8.0, 0] = 250
  pixels[:, columns >= 8.0, 2] = 250
  return Swatch(pixels)


@pytest.mark.parametrize("yaw", [0.0, 20.0])
def test_wall_that_reaches_behind_the_lens_is_drawn_as_far_as_it_is_seen(
  yaw: float,
) -> None:
  camera = Camera(2.0, 0.0, 320, 240, field_of_view=70.0, yaw=yaw)
  enters = 2.0 / math.tan(math.radians(35.0 - yaw))  # where the picture begins

  def wall(start: float) -> Solid:
    panel = two_coloured(start, 20.0)
    part = upright((-2.0, start), (-2.0, 20.0), (0.0, 4.0), swatch=panel)
    return Solid([part], (0.0, 0.0, 0.0))

  behind, ahead = wall(-12.0), wall(0.9 * enters)
  assert not drawn(behind, camera).any()
  cut = in_front(behind, camera)
  _, depth = camera.project(world_spheres([cut])[:, :3])
  assert MIN_DEPTH < depth.min() < 2 * MIN_DEPTH
  seen, expected = drawn(cut, camera), drawn(ahead, camera)
  # A wall whose near end is out of the picture looks the same.
  assert expected.any(axis=2).mean() > 0.02
  different = (np.abs(seen.astype(int) - expected) > 60).any(axis=2)
  assert different.mean() < 0.01


def test_what_lies_before_the_lens_is_not_cut() -> None:
  camera = Camera(2.0, 0.0, 320, 240)
  wall = upright((-2.0, 3.0), (2.0, 3.0), (0.0, 2.0), (0.5, 0.5, 0.5))
  gone = upright((-2.0, -3.0), (2.0, -3.0), (0.0, 2.0), (0.5, 0.5, 0.5))
  round_one = Part([*ball(0, -1, 1, 0.2), *ball(0, 4, 1, 0.2)], (1, 1, 1))
  solid = Solid([wall, gone, round_one], (0.0, 0.0, 0.0))
  assert in_front(solid, camera).parts == solid.parts


def test_wall_over_the_camera_is_cut_at_its_top() -> None:
  camera = Camera(2.0, 40.0, 320, 240)
  wall = upright((-5.0, 3.0), (5.0, 3.0), (0.0, 12.0), (0.5, 0.5, 0.5))
  (part,) = in_front(Solid([wall], (0.0, 0.0, 0.0)), camera).parts
  heights = sorted(sphere[2] for sphere in part.spheres)
  assert heights[:2] == [0.0, 0.0]
  assert heights[2] == pytest.approx(heights[3])
  assert 2.0 < heights[2] < 12.0


def test_things_that_are_in_the_way_are_left_out() -> None:
  def box(x: float) -> Solid:
    return Solid([], (x, 5.0, 0.0), reach=(0.5, 0.5))

  row = [box(0.0), box(0.8), box(1.2), box(3.0)]
  assert apart(row) == [row[0], row[2], row[3]]
  assert apart(row, taken=[(3.0, 5.4, 0.2)]) == [row[0], row[2]]


def distance(disc, start, end) -> float:
  """Distance in metres of a disc's centre from a wall's foot."""
  along, out = np.subtract(end, start), np.subtract(disc[:2], start)
  share = np.clip(along @ out / (along @ along), 0, 1)
  return float(np.linalg.norm(out - share * along))


@pytest.mark.parametrize("place", PLACES, ids=lambda p: p.__name__)
def test_fixed_things_stand_clear_of_each_other_and_of_houses(place) -> None:
  shown = 0
  for seed in range(40):
    around = place(Dice(seed))
    shown += len(around.things)
    for one, other in itertools.combinations(around.things, 2):
      assert not meet(one.discs(), other.discs())
    feet = [
      [sphere[:2] for sphere in part.spheres[2:]]
      for part in around.backdrop.parts
      if part.spheres[2][2] == 0.0
    ]
    for thing, (start, end) in itertools.product(around.things, feet):
      for disc in thing.discs():
        assert distance(disc, start, end) > disc[2] - 0.05
  assert shown > 20


def test_audience_looks_at_the_stage() -> None:
  for seed in range(10):
    around = outdoors.before_a_stage(Dice(seed))
    assert around.things[0].position[:2] == around.focus
    assert on_open_ground([(*around.focus, 1.0)], around.open_ground) is False


def test_columns_stand_on_the_floor_and_reach_the_ceiling() -> None:
  for seed in range(20):
    column = indoors._column(Dice(seed), 2.0, 9.0, 4.0)
    ends = [
      (low - radius, low + radius)
      for part in column.parts
      for _, _, low, radius in part.spheres
    ]
    assert min(low for low, _ in ends) == 0.0
    assert max(high for _, high in ends) == 4.0


def test_no_house_of_one_storey_ends_in_nothing() -> None:
  kinds = set()
  for seed in range(30):
    parts = facade.house(
      Dice(seed), (0.0, 9.0), (12.0, 9.0), shops=1.0, tall=0.0, roofs=0.6
    )
    shop, top = parts
    assert max(z for _, _, z, _ in shop.spheres) == facade.GROUND_FLOOR
    assert min(z for _, _, z, _ in top.spheres) == facade.GROUND_FLOOR
    kinds.add(
      min(y for _, y, _, _ in top.spheres)
      < max(y for _, y, _, _ in top.spheres)
    )
  assert kinds == {True, False}  # roofs slope away, parapets stand


def test_shops_in_a_hall_have_no_roof() -> None:
  parts = facade.house(
    Dice(1), (0.0, 9.0), (12.0, 9.0), shops=1.0, tall=0.0, roofs=0.0
  )
  assert len(parts) == 1
