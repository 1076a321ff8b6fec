"""Presets with an ingredient left out."""

import dataclasses

import pytest

from cdcc_tf.errors import InputError
from data_tools.synthesis import generate, render
from data_tools.synthesis.assets.people.person import draw_person
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.light import draw_light
from data_tools.synthesis.presets import PRESETS, ablations
from data_tools.synthesis.style import lights
from data_tools.synthesis.surroundings import outdoors

STREET = PRESETS["street"]


@pytest.mark.parametrize("name", ablations.INGREDIENTS)
def test_pictures_differ_but_not_their_ids(name: str) -> None:
  whole = generate.Order("street", 3, 96, 64, max_heads=300)
  lacking = generate.Order("street", 3, 96, 64, max_heads=300, without=(name,))
  differ = False
  for index in range(4):  # nobody is hidden in some
    one, other = (
      generate.make_image(order, False, index) for order in (whole, lacking)
    )
    assert one.id == other.id
    differ = differ or one.jpeg != other.jpeg
  assert differ


@pytest.mark.parametrize("name", ablations.INGREDIENTS)
def test_every_preset_can_lack_it(name: str) -> None:
  for preset in PRESETS.values():
    assert ablations.without(preset, [name]) != preset


@pytest.mark.parametrize("name", ["street", "rally", "stadium"])
def test_without_occlusion_every_head_has_a_label(name: str) -> None:
  preset = PRESETS[name]
  crowd = dataclasses.replace(
    preset.crowd, people=(90, 90), empty_share=0.0, few_share=0.0
  )
  clutter = dataclasses.replace(preset.clutter, foreground=0.0)
  preset = dataclasses.replace(preset, crowd=crowd, clutter=clutter)
  whole = render.render(preset, 4, 1, 320, 240, min_visible=0.9)
  assert len(whole.points) < whole.people
  lacking = ablations.without(preset, ["occlusion"])
  sparse = render.render(lacking, 4, 1, 320, 240, min_visible=0.9)
  assert 5 < len(sparse.points) == sparse.people < whole.people


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


@pytest.mark.parametrize("name", ["street", "square", "rally", "platform"])
def test_no_clutter_leaves_houses_alone(name: str, monkeypatch) -> None:
  drawn = []
  draw_scene = render.draw_scene

  def watched(scene, people, grain):
    drawn.append([thing for thing in scene.things if thing.parts])
    return draw_scene(scene, people, grain)

  monkeypatch.setattr(render, "draw_scene", watched)
  for index in range(4):
    whole = dataclasses.replace(PRESETS[name], lights=((lights.OVERCAST, 1.0),))
    render.render(whole, 1, index, 64, 48)
    render.render(ablations.without(whole, ["clutter"]), 1, index, 64, 48)
  assert sum(map(len, drawn[::2])) > 10
  assert not any(drawn[1::2])


def test_without_variety_all_look_alike_even_in_the_rain() -> None:
  wardrobe = ablations.without(STREET, ["variety"]).wardrobe
  worn, wide = set(), []
  for seed in range(40):
    person = draw_person(
      Dice(seed), wardrobe, (0.0, 5.0, 0.0), 0.0, 200.0, umbrellas=1.0
    )
    assert not any(part.panel or part.cloth for part in person.parts)
    spheres = [s for part in person.parts for s in part.spheres]
    wide.append(max(abs(y) for _, y, _, _ in spheres))
    trunk = max(person.parts, key=lambda part: len(part.spheres))
    worn.add(trunk.colour)
  assert len(worn) == 1
  assert max(wide) < 0.45  # an umbrella is wider


def test_several_at_once() -> None:
  lacking = ablations.without(STREET, ["clutter", "variety"])
  assert not lacking.clutter.props
  assert not lacking.wardrobe.hats
  assert lacking.crowd == STREET.crowd


def test_an_unknown_one_is_refused() -> None:
  with pytest.raises(InputError, match=r"--without=fog.*occlusion"):
    ablations.check(["clutter", "fog"])
