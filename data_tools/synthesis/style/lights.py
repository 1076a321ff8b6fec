"""Kinds of light. A new one is one `LightRange`; presets name theirs."""

from data_tools.synthesis.engine.light import LightRange

SUNNY = LightRange()
OVERCAST = LightRange(
  cast=(0.0, 0.0), contrast=(0.35, 0.55), level=(0.82, 1.05), wet=0.06
)
SHADE = LightRange(  # between tall houses: no sun, a bright sky
  cast=(0.0, 0.12), contrast=(0.4, 0.65), level=(0.8, 1.1), warmth=(-0.05, 0.06)
)
LOW_SUN = LightRange(
  elevation=(14.0, 35.0),
  cast=(0.35, 0.65),
  contrast=(0.6, 0.85),
  level=(0.95, 1.25),
  warmth=(0.02, 0.14),
  visibility=(150.0, 500.0),
)
AGAINST_SUN = LightRange(
  elevation=(10.0, 28.0),
  cast=(0.3, 0.6),
  contrast=(0.7, 0.9),
  level=(0.6, 0.9),
  warmth=(0.0, 0.12),
  sky=(0.85, 1.05),
  against=True,
)
DUSK = LightRange(
  cast=(0.0, 0.0),
  contrast=(0.4, 0.6),
  level=(0.35, 0.6),
  warmth=(-0.14, 0.1),
  sky=(0.5, 0.9),
  lamps=(0, 4),
)
NIGHT = LightRange(
  cast=(0.0, 0.0),
  contrast=(0.5, 0.8),
  level=(0.22, 0.45),
  warmth=(-0.02, 0.16),
  sky=(0.06, 0.2),
  lamps=(3, 9),
  wet=0.15,
)
FOG = LightRange(
  cast=(0.0, 0.0),
  contrast=(0.3, 0.45),
  level=(0.7, 0.95),
  warmth=(-0.06, 0.02),
  visibility=(22.0, 90.0),
  sky=(0.7, 0.9),
)
RAIN = LightRange(
  cast=(0.0, 0.0),
  contrast=(0.35, 0.5),
  level=(0.55, 0.85),
  warmth=(-0.08, 0.0),
  visibility=(60.0, 250.0),
  sky=(0.55, 0.75),
  wet=1.0,
)
INDOORS = LightRange(
  elevation=(75.0, 89.0),
  cast=(0.0, 0.12),
  contrast=(0.35, 0.6),
  level=(0.7, 1.05),
  warmth=(-0.05, 0.14),
  visibility=(400.0, 2000.0),
)
