"""Rows of motorcycles, and where they stand."""

import math

import numpy as np
import pytest

from data_tools.synthesis.assets.props import motorcycles
from data_tools.synthesis.assets.props.thing import stand
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.solids import split
from data_tools.synthesis.surroundings import outdoors


def test_rows_are_short_or_as_long_as_a_kerb() -> None:
  counts = [motorcycles.motorcycles(Dice(seed)).pieces for seed in range(60)]
  assert min(counts) < 5
  assert max(counts) > 25
  assert np.mean([count >= 10 for count in counts]) > 0.4


@pytest.mark.parametrize("seed", range(5))
def test_each_keeps_to_its_place_in_the_row(seed: int) -> None:
  thing = motorcycles.motorcycles(Dice(seed))
  centres = np.array(
    [sphere[:3] for part in thing.parts for sphere in part.spheres]
  )
  assert np.abs(centres[:, 0]).max() < thing.reach[0] + 0.35
  assert np.abs(centres[:, 1]).max() < thing.reach[1] + 0.5
  assert 0 <= centres[:, 2].min() <= centres[:, 2].max() < 1.4
  pieces = split(stand(Dice(seed), thing, (0.0, 9.0, 0.0)))
  assert len(pieces) == thing.pieces


def test_each_has_a_fork_a_lamp_and_two_mirrors_and_some_a_helmet() -> None:
  heights, balls = [], []
  for seed in range(40):
    parts = motorcycles._motorcycle(Dice(seed))
    tops = [part for part in parts if max(s[2] for s in part.spheres) > 1.1]
    sides = {np.sign(part.spheres[-1][1]) for part in tops}
    assert {-1.0, 1.0} <= sides
    heights.append(len(parts))
    balls.append(sum(len(part.spheres) == 1 for part in parts))
  assert set(balls) == {1, 2}  # the lamp, and the helmet of some
  assert 0.1 < np.mean(np.array(balls) == 2) < 0.6
  assert min(heights) > 18


@pytest.mark.parametrize("place", ["between_houses", "before_houses"])
def test_rows_stand_along_the_kerb(
  place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
  """Their backs to a front and no farther from it than they are long."""
  monkeypatch.setattr(outdoors, "_ALONG_STREETS", (motorcycles.motorcycles,))
  found = 0
  for seed in range(12):
    around = getattr(outdoors, place)(Dice(seed))
    for solid in around.things:
      found += solid.pieces >= 10
      x, y = solid.position[:2]
      back = np.array([[math.cos(solid.heading), math.sin(solid.heading)]])
      behind = np.array([[x, y]]) - 3.0 * back
      assert around.open_ground(np.array([x]), np.array([y])).all()
      assert not around.open_ground(*behind.T).any()
  assert found > 5
