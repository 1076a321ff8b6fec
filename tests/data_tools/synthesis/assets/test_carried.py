"""Who carries what, and where."""

import dataclasses

import pytest

from data_tools.synthesis import presets, render
from data_tools.synthesis.assets.people import carried
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.people.person import draw_person
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.presets.base import Preset
from data_tools.synthesis.surroundings import indoors, outdoors


def drawn_with(
  monkeypatch: pytest.MonkeyPatch, preset: Preset, number: int = 6
) -> tuple[int, dict[str, int]]:
  """Returns how many people a preset's pictures hold, and what they hold."""
  drawn: dict[str, int] = {}

  def counted(name):
    original = getattr(carried, name)

    def draw(dice, colour, figure):
      drawn[name] = drawn.get(name, 0) + 1
      return original(dice, colour, figure)

    return draw

  with monkeypatch.context() as patch:
    for field in ("IN_HAND", "DEMONSTRATED"):
      rows = tuple(
        (counted(each.__name__), weight)
        for each, weight in getattr(carried, field)
      )
      patch.setattr(carried, field, rows)
    patch.setattr(carried, "umbrella", counted("umbrella"))
    people = sum(
      render.render(preset, 5, index, 256, 192).people
      for index in range(number)
    )
  return people, drawn


def crowded(name: str, **changes: object) -> Preset:
  preset = presets.PRESETS[name]
  crowd = dataclasses.replace(
    preset.crowd, people=(200, 400), empty_share=0.0, few_share=0.0
  )
  return dataclasses.replace(preset, crowd=crowd, **changes)


@pytest.mark.parametrize("name", sorted(presets.PRESETS))
def test_people_demonstrate_at_rallies_and_not_in_streets(
  name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
  people, drawn = drawn_with(monkeypatch, crowded(name))
  assert people > 100
  shown = sum(drawn.get(each, 0) for each in ("flag", "placard", "balloon"))
  most = {"rally": 0.07, "stadium": 0.07, "square": 0.02}.get(name, 0.0)
  assert shown <= most * people


def test_what_demonstrators_carry_is_drawn() -> None:
  """Beside what others have in their hands."""
  empty = Wardrobe(bags=0.0, in_hand=0.0, umbrellas=0.0)
  full = dataclasses.replace(empty, demonstrate=1.0)
  plain, more = (
    draw_person(Dice(3), wardrobe, (0.0, 9.0, 0.0), 0.0, 60.0)
    for wardrobe in (empty, full)
  )
  assert len(more.parts) > len(plain.parts)


@pytest.mark.parametrize("name", ["indoor", "platform", "street"])
def test_umbrellas_stay_shut_under_a_roof(
  name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
  place = {"indoor": indoors.hall, "street": outdoors.before_houses}.get(
    name, _roofed_platform
  )
  wardrobe = dataclasses.replace(presets.PRESETS[name].wardrobe, umbrellas=0.5)
  _, drawn = drawn_with(
    monkeypatch,
    crowded(name, surroundings=((place, 1.0),), wardrobe=wardrobe),
    3,
  )
  assert ("umbrella" in drawn) is (name == "street")


def _roofed_platform(dice: Dice):
  while True:
    around = indoors.platform(dice)
    if around.ceiling < 99:
      return around
