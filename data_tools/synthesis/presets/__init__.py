"""Kinds of pictures. A new one is a file here and its name in `PRESETS`."""

from cdcc_tf.errors import InputError
from data_tools.synthesis.presets.base import Preset
from data_tools.synthesis.presets.indoor import INDOOR
from data_tools.synthesis.presets.platform import PLATFORM
from data_tools.synthesis.presets.rally import RALLY
from data_tools.synthesis.presets.square import SQUARE
from data_tools.synthesis.presets.stadium import STADIUM
from data_tools.synthesis.presets.street import STREET
from data_tools.synthesis.presets.surveillance import SURVEILLANCE

PRESETS = {
  preset.name: preset
  for preset in (
    *(STREET, SQUARE, RALLY, INDOOR, STADIUM, PLATFORM, SURVEILLANCE),
  )
}


def presets_named(names: str) -> list[Preset]:
  """Returns presets.

  Args:
    names: one name, or several with commas between.

  Raises:
    InputError: there is none of that name.
  """
  chosen = [name.strip() for name in names.split(",")]
  for name in chosen:
    if name not in PRESETS:
      raise InputError(
        f"--preset={names}: {name!r} is unknown. Give one, or several with "
        f"commas between, of: {', '.join(sorted(PRESETS))}."
      )
  return [PRESETS[name] for name in chosen]
