"""Crowds that run out of the top of the picture."""

import dataclasses
import math

import numpy as np
import pytest

from data_tools.synthesis import presets, render
from data_tools.synthesis.crowd.overrun import tilt_down, top_reach
from data_tools.synthesis.engine.camera import UNDER_CEILING, Camera
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.solids import Solid
from data_tools.synthesis.presets.ablations import without
from data_tools.synthesis.surroundings.base import Surroundings

WIDTH, ROWS, TOP = 1024, 768, 0.05  # the share of rows that is the top
SHARES = {  # of pictures with a head there, (least, most)
  "street": (0.42, 0.66),
  "square": (0.42, 0.66),
  "rally": (0.42, 0.66),
  "indoor": (0.25, 0.55),
  "platform": (0.15, 0.5),
  "surveillance": (0.15, 0.5),
  "stadium": (0.15, 0.5),  # its cameras look at the seats, wherever they are
}


class Unseen:
  """Stands for a canvas on which nothing hides anything."""

  def visible_shares(self, count: int) -> np.ndarray:
    return np.ones(count, np.float32)

  def picture(self) -> np.ndarray:
    return np.zeros((ROWS, WIDTH, 3), np.uint8)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
  """Where heads lie shows without drawing them, in a tenth of the time."""
  monkeypatch.setattr(render, "draw_scene", lambda *_: Unseen())
  monkeypatch.setattr(render, "apply_effects", lambda _, image, *__: image)


def crowds(name: str, number: int = 100) -> list[render.Rendered]:
  """Returns pictures of a preset that hold more than eight heads."""
  preset = presets.PRESETS[name]
  made = [
    render.render(preset, 11, index, WIDTH, ROWS, 250)
    for index in range(number)
  ]
  return [each for each in made if len(each.points) > 8]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", sorted(presets.PRESETS))
def test_as_many_crowds_leave_by_the_top_as_in_real_pictures(name: str) -> None:
  least, most = SHARES.get(name, (0, 1))  # a new one says nothing yet
  tops = [each.points[:, 1].min() / ROWS for each in crowds(name)]
  assert least <= np.mean([top < TOP for top in tops]) <= most


@pytest.mark.usefixtures("undrawn")
def test_heads_of_a_street_are_of_many_sizes_and_small_at_the_top() -> None:
  across, at_top = [], []
  for each in crowds("street"):
    sizes = 2 * each.radii
    across.append((sizes.min(), sizes.max()))
    at_top += sizes[each.points[:, 1] < TOP * ROWS].tolist()
  assert np.quantile([small for small, _ in across], 0.1) < 6
  assert np.quantile([large for _, large in across], 0.9) > 55
  assert np.quantile(at_top, 0.1) < 8


def _around(end: float, ceiling: float = math.inf) -> Surroundings:
  return Surroundings(
    Solid([], (0.0, 0.0, 0.0)), lambda x, y: y < end, ceiling=ceiling
  )


@pytest.mark.parametrize("end", [3.0, 12.0, 60.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_top_row_meets_open_ground(end: float, seed: int) -> None:
  low = Camera(1.8, 6.0, WIDTH, ROWS, yaw=15.0, roll=2.0)
  camera = tilt_down(Dice(seed), low, _around(end), 50.0, (4.0, 8.0))
  assert camera.pitch > low.pitch
  assert (camera.yaw, camera.roll) == (low.yaw, low.roll)
  assert max(camera.horizon()) < 0
  assert top_reach(camera) < max(2 * end, 8.0)


def test_a_tilted_camera_stays_under_the_ceiling() -> None:
  for seed in range(10):
    low = Camera(2.3, 6.0, WIDTH, ROWS)
    camera = tilt_down(Dice(seed), low, _around(30.0, 3.2), 50.0, (4.0, 8.0))
    assert 2.3 <= camera.height <= 3.2 - UNDER_CEILING + 1e-6


def test_without_a_camera_s_range_none_is_tilted() -> None:
  assert without(presets.STREET, ["camera"]).crowd.overruns == 0


@pytest.mark.usefixtures("undrawn")
def test_a_packed_crowd_goes_on_beyond_the_top() -> None:
  crowd = dataclasses.replace(
    presets.RALLY.crowd,
    **{"overruns": 1.0, "packed": 1.0, "empty_share": 0.0, "few_share": 0.0},
  )
  preset = dataclasses.replace(presets.RALLY, crowd=crowd)
  highest = [
    render.render(preset, 5, index, WIDTH, ROWS, 200).points[:, 1].min()
    for index in range(12)
  ]
  assert np.mean(np.array(highest) < TOP * ROWS) > 0.8
