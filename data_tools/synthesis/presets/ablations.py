"""Presets with one ingredient left out, to find out what it is worth.

A new one is a function of a preset, and a line in `INGREDIENTS`.
"""

import dataclasses
from collections.abc import Callable, Iterable

from cdcc_tf.errors import InputError
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.engine.draws import Pair
from data_tools.synthesis.presets.base import Preset
from data_tools.synthesis.style import lights
from data_tools.synthesis.style.effects import EffectRange


def _occlusion(preset: Preset) -> Preset:
  """Whoever's head is hidden is not there: all heads are in sight."""
  clutter = dataclasses.replace(preset.clutter, foreground=0.0)
  crowd = dataclasses.replace(preset.crowd, apart=True)
  return dataclasses.replace(preset, clutter=clutter, crowd=crowd)


def _clutter(preset: Preset) -> Preset:
  """Nothing but people, ground, houses, walls and stands."""
  clutter = dataclasses.replace(preset.clutter, props=(), foreground=0.0)
  return dataclasses.replace(preset, clutter=clutter, bare=True)


def _weather(preset: Preset) -> Preset:
  """A bright, overcast day and a clean camera."""
  dry = dataclasses.replace(lights.OVERCAST, wet=0.0)
  return dataclasses.replace(
    preset,
    lights=((dry, 1.0),),
    effects=EffectRange(
      exposure=(1.0, 1.0),
      white_balance=(0.0, 0.0),
      contrast=(1.0, 1.0),
      saturation=(0.9, 0.9),
      vignette=(0.0, 0.0),
      blur=(0.0, 0.0),
      sharpen=(0.3, 0.3),
      noise=(1.0, 1.0),
      jpeg_quality=(92, 92),
    ),
  )


def _camera(preset: Preset) -> Preset:
  """One camera: the middle of the range, level."""
  ranges = vars(preset.camera) | {"roll": (0.0, 0.0)}
  camera = type(preset.camera)(
    **{name: _middle(pair) for name, pair in ranges.items()}
  )
  crowd = dataclasses.replace(preset.crowd, overruns=0.0)
  return dataclasses.replace(preset, camera=camera, crowd=crowd)


def _variety(preset: Preset) -> Preset:
  """All wear plain grey, carry nothing and have no hat, whatever it rains."""
  plain = Wardrobe(
    **dict.fromkeys(
      (
        *("lively", "patterned", "hats", "bags", "in_hand", "demonstrate"),
        *("umbrellas", "prams"),
      ),
      0.0,
    ),
    children=0.0,
    uniform=True,
    skins=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    hairs=(1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
  )
  return dataclasses.replace(preset, wardrobe=plain)


INGREDIENTS: dict[str, Callable[[Preset], Preset]] = {
  "occlusion": _occlusion,
  "clutter": _clutter,
  "weather": _weather,
  "camera": _camera,
  "variety": _variety,
}


def check(names: Iterable[str]) -> None:
  """Raises InputError where a name is none of an ingredient."""
  for name in names:
    if name not in INGREDIENTS:
      raise InputError(
        f"--without={name}: unknown. Give one, or several with commas "
        f"between, of: {', '.join(INGREDIENTS)}."
      )


def without(preset: Preset, names: Iterable[str]) -> Preset:
  """Returns a preset that lacks ingredients.

  Args:
    preset: whole.
    names: of `INGREDIENTS`.
  """
  for name in names:
    preset = INGREDIENTS[name](preset)
  return preset


def _middle(pair: Pair) -> Pair:
  middle = (pair[0] + pair[1]) / 2
  return middle, middle
