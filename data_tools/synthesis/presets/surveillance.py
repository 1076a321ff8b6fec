"""Platforms at night as old surveillance cameras show them."""

import dataclasses

from data_tools.synthesis.presets.platform import PLATFORM
from data_tools.synthesis.style import lights
from data_tools.synthesis.style.effects import EffectRange

SURVEILLANCE = dataclasses.replace(
  PLATFORM,
  name="surveillance",
  summary="platforms at night and in poor light, dull, blurred and noisy, by "
  "an old surveillance camera",
  lights=((lights.INDOORS, 0.5), (lights.NIGHT, 0.3), (lights.DUSK, 0.2)),
  effects=EffectRange(
    exposure=(0.65, 0.95),
    white_balance=(-0.18, 0.18),
    contrast=(0.65, 0.95),
    saturation=(0.1, 0.6),
    vignette=(0.2, 0.6),
    blur=(0.4, 1.2),
    sharpen=(0.4, 1.2),
    noise=(5.0, 11.0),
    jpeg_quality=(35, 70),
    monochrome=0.3,
  ),
)
