"""Presets with an ingredient left out."""

import pytest

from cdcc_tf.errors import InputError
from data_tools.synthesis import ablations, pictures
from data_tools.synthesis.camera import Camera
from data_tools.synthesis.crowd.apart import unhidden
from data_tools.synthesis.crowd.floor import Place
from data_tools.synthesis.draws import Dice
from data_tools.synthesis.light import draw_light
from data_tools.synthesis.people import poses
from data_tools.synthesis.presets import PRESETS
from data_tools.synthesis.surroundings import outdoors

STREET = PRESETS["street"]


def place(x: float, y: float) -> Place:
  return Place(x, y, 0.0, poses.standing)


@pytest.mark.parametrize("name", ablations.INGREDIENTS)
def test_pictures_differ_but_not_their_ids(name: str) -> None:
  whole = pictures.Order("street", 3, 96, 64, max_heads=30)
  lacking = pictures.Order("street", 3, 96, 64, max_heads=30, without=(name,))
  one, other = (
    pictures.make_picture(order, False, 1) for order in (whole, lacking)
  )
  assert one.id == other.id
  assert one.jpeg != other.jpeg


@pytest.mark.parametrize("name", ablations.INGREDIENTS)
def test_every_preset_can_lack_it(name: str) -> None:
  for preset in PRESETS.values():
    assert ablations.without(preset, [name]) != preset


def test_who_is_hidden_goes_and_the_others_stay() -> None:
  camera = Camera(2.0, 5.0, 640, 480)
  near, behind, beside = place(0.0, 5.0), place(0.1, 8.0), place(2.0, 8.0)
  assert unhidden(camera, [behind, near, beside]) == [near, beside]
  # From above, one sees both heads.
  above = Camera(12.0, 50.0, 640, 480)
  assert unhidden(above, [behind, near]) == [behind, near]
  assert unhidden(camera, []) == []


def test_one_camera_for_all() -> None:
  lacking = ablations.without(STREET, ["camera"])
  around = outdoors.open_place(Dice(0))
  cameras = [
    [preset.camera.draw(Dice(i), 640, 480, around) for i in range(2)]
    for preset in (STREET, lacking)
  ]
  assert cameras[0][0] != cameras[0][1]
  assert cameras[1][0] == cameras[1][1]


def test_no_weather_is_dry_and_by_day() -> None:
  lacking = ablations.without(PRESETS["square"], ["weather"])
  for seed in range(20):
    (choice, _), *others = lacking.lights
    assert not others
    light = draw_light(Dice(seed), choice)
    assert not light.rain
    assert not light.lamps
    assert not light.glare


def test_several_at_once() -> None:
  lacking = ablations.without(STREET, ["clutter", "variety"])
  assert not lacking.clutter.props
  assert not lacking.wardrobe.hats
  assert lacking.crowd == STREET.crowd


def test_an_unknown_one_is_refused() -> None:
  with pytest.raises(InputError, match=r"--without=fog.*occlusion"):
    ablations.check(["clutter", "fog"])
