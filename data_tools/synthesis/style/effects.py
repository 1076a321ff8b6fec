"""What a camera does to a picture: lens, sensor, processing, compression."""

import dataclasses
import functools

import cv2
import numpy as np

from data_tools.synthesis.engine.draws import Dice, Pair, between
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.style.weather import spread_light, streak

METERED = 120.0  # of 255: mean that cameras expose for
TRUST = 0.8  # exponent on how far off it is
_SHIFT = 256  # pixels by which noise is moved from picture to picture
_TILE = (1024, 1280)  # rows and columns over which it repeats


@dataclasses.dataclass(frozen=True)
class EffectRange:
  """From what camera effects a preset draws; all pairs are (least, most).

  Attributes:
    exposure: factor on brightness.
    white_balance: relative deviation of red and blue gains.
    contrast: factor on the distance from mid grey.
    saturation: factor on the distance from grey.
    vignette: share of light lost in the corners.
    blur: standard deviation in pixels at 1024 pixels of width.
    sharpen: strength of unsharp masking, as phones do.
    noise: standard deviation in a mid grey, of 255.
    jpeg_quality: of the compression.
    monochrome: share of pictures without colour.
  """

  exposure: Pair = (0.85, 1.25)
  white_balance: Pair = (-0.06, 0.06)
  contrast: Pair = (0.9, 1.2)
  saturation: Pair = (0.65, 1.1)
  vignette: Pair = (0.0, 0.2)
  blur: Pair = (0.2, 1.0)
  sharpen: Pair = (0.0, 0.8)
  noise: Pair = (0.5, 4.0)
  jpeg_quality: tuple[int, int] = (70, 96)
  monochrome: float = 0.0


def apply_effects(
  dice: Dice, image: np.ndarray, choice: EffectRange, light: Light
) -> np.ndarray:
  """Draws a camera and looks through it.

  Args:
    dice: of the picture.
    image: uint8 [rows, width, 3], RGB.
    choice: of the preset.
    light: of the scene: rain falls and glare spreads before the lens.

  Returns:
    uint8, same shape.
  """
  if light.rain:
    image = streak(dice, image, light.rain)
  if light.glare or light.lamps:
    image = spread_light(image, light.glare or 0.25)
  picture = _tone(dice, image, choice, light)
  picture = _lens(dice, picture, choice)
  # Dark pictures are noisy ones: cameras turn up the gain.
  dark = 1 + 0.7 * max(0.0, 0.8 - light.tint[1])
  return _sensor(dice, picture, between(dice, choice.noise) * dark)


def draw_quality(dice: Dice, choice: EffectRange) -> int:
  """Draws the quality to which a picture is compressed."""
  return dice.randint(*choice.jpeg_quality)


def encode_jpeg(image: np.ndarray, quality: int) -> bytes:
  """Encodes a uint8 RGB picture."""
  swapped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
  _, data = cv2.imencode(".jpg", swapped, [cv2.IMWRITE_JPEG_QUALITY, quality])
  return data.tobytes()


def _metered(image: np.ndarray, light: Light) -> float:
  """Returns the exposure that a camera chooses; dark scenes stay darker."""
  mean = float(image[::8, ::8].mean()) + 1
  wanted = METERED * min(1.0, 0.45 + 0.65 * light.tint[1])
  return float(np.clip((wanted / mean) ** TRUST, 0.6, 3.5))


def _tone(
  dice: Dice, image: np.ndarray, choice: EffectRange, light: Light
) -> np.ndarray:
  """Exposure, white balance, saturation and contrast: one matrix."""
  exposure = between(dice, choice.exposure) * _metered(image, light)
  red, blue = (between(dice, choice.white_balance) for _ in range(2))
  gains = exposure * np.array([1 + red, 1.0, 1 + blue])
  saturation = between(dice, choice.saturation)
  if dice.random() < choice.monochrome:
    saturation = dice.uniform(0.0, 0.12)
  grey = np.full((3, 3), 1 / 3)
  mix = saturation * np.eye(3) + (1 - saturation) * grey
  contrast = between(dice, choice.contrast)
  matrix = contrast * mix * gains[None, :]
  # About the middle of a dim picture, or all of its shadows would be black.
  middle = min(118.0, exposure * float(image[::8, ::8].mean()))
  offset = np.full((3, 1), middle * (1 - contrast))
  matrix = np.hstack([matrix, offset]).astype(np.float32)
  return cv2.transform(image, matrix)


def _lens(dice: Dice, picture: np.ndarray, choice: EffectRange) -> np.ndarray:
  """Vignetting, blur, and the sharpening that follows it."""
  rows, width = picture.shape[:2]
  loss = between(dice, choice.vignette) / 2
  if loss > 0.02:
    x = np.linspace(-1, 1, width, dtype=np.float32)
    y = np.linspace(-1, 1, rows, dtype=np.float32)
    fall = (1 - loss * (x[None, :] ** 2 + y[:, None] ** 2)).astype(np.float32)
    fall = cv2.merge([fall] * 3)
    cv2.multiply(picture, fall, dst=picture, dtype=cv2.CV_8U)
  sigma = between(dice, choice.blur) * max(0.5, width / 1024)
  if sigma > 0.25:
    cv2.GaussianBlur(picture, (0, 0), sigma, dst=picture)
  strength = between(dice, choice.sharpen)
  if strength > 0.05:
    soft = cv2.GaussianBlur(picture, (5, 5), 1.1)
    cv2.addWeighted(picture, 1 + strength, soft, -strength, 0, dst=picture)
  return picture


def _sensor(dice: Dice, picture: np.ndarray, deviation: float) -> np.ndarray:
  """Adds noise, a little stronger where it is bright."""
  rows, width = picture.shape[:2]
  noise = _noise()
  times = (-(-rows // (_TILE[0] - _SHIFT)), -(-width // (_TILE[1] - _SHIFT)), 1)
  if max(times) > 1:
    noise = np.tile(noise, times)
  y, x = dice.randrange(_SHIFT), dice.randrange(_SHIFT)
  strength = picture * np.float32(0.6 / 255 * deviation)
  strength += np.float32(0.7 * deviation)
  strength *= noise[y : y + rows, x : x + width]
  return cv2.add(picture, strength, dtype=cv2.CV_8U)


@functools.cache
def _noise() -> np.ndarray:
  """Returns noise, coarser in colour, float32 [rows, columns, 3]."""
  rng = np.random.default_rng(20240502)
  fine = rng.standard_normal(_TILE, np.float32)
  coarse = rng.standard_normal((_TILE[0] // 2, _TILE[1] // 2, 3), np.float32)
  coarse = cv2.resize(coarse, _TILE[::-1], interpolation=cv2.INTER_LINEAR)
  return cv2.addWeighted(coarse, 0.6, cv2.merge([fine] * 3), 0.8, 0)
