"""What a camera does to a picture: lens, sensor, processing, compression."""

import dataclasses

import cv2
import numpy as np


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
    jpeg_quality: of a compression before the picture is stored.
  """

  exposure: tuple[float, float]
  white_balance: tuple[float, float]
  contrast: tuple[float, float]
  saturation: tuple[float, float]
  vignette: tuple[float, float]
  blur: tuple[float, float]
  sharpen: tuple[float, float]
  noise: tuple[float, float]
  jpeg_quality: tuple[int, int]


def apply_effects(
  rng: np.random.Generator, image: np.ndarray, choice: EffectRange
) -> np.ndarray:
  """Draws a camera and looks through it.

  Args:
    rng: of the picture.
    image: uint8 [rows, width, 3], RGB.
    choice: of the preset.

  Returns:
    uint8, same shape.
  """
  picture = image.astype(np.float32)
  picture = _tone(rng, picture, choice)
  picture = _lens(rng, picture, choice)
  picture = _sensor(rng, picture, rng.uniform(*choice.noise))
  picture = cv2.convertScaleAbs(np.maximum(picture, 0))
  quality = int(rng.integers(*choice.jpeg_quality, endpoint=True))
  return decode_rgb(encode_jpeg(picture, quality))


def encode_jpeg(image: np.ndarray, quality: int) -> bytes:
  """Encodes a uint8 RGB picture."""
  swapped = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
  _, data = cv2.imencode(".jpg", swapped, [cv2.IMWRITE_JPEG_QUALITY, quality])
  return data.tobytes()


def decode_rgb(data: bytes) -> np.ndarray:
  """Decodes a JPEG into a uint8 RGB picture."""
  swapped = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
  return cv2.cvtColor(swapped, cv2.COLOR_BGR2RGB)


def _tone(
  rng: np.random.Generator, picture: np.ndarray, choice: EffectRange
) -> np.ndarray:
  """Exposure, white balance, saturation and contrast: one matrix."""
  exposure = rng.uniform(*choice.exposure)
  red, blue = rng.uniform(*choice.white_balance, 2)
  gains = exposure * np.array([1 + red, 1.0, 1 + blue])
  saturation = rng.uniform(*choice.saturation)
  grey = np.full((3, 3), 1 / 3)
  mix = saturation * np.eye(3) + (1 - saturation) * grey
  contrast = rng.uniform(*choice.contrast)
  matrix = contrast * mix * gains[None, :]
  offset = np.full((3, 1), 118 * (1 - contrast))
  return cv2.transform(picture, np.hstack([matrix, offset]).astype(np.float32))


def _lens(
  rng: np.random.Generator, picture: np.ndarray, choice: EffectRange
) -> np.ndarray:
  """Vignetting, blur, and the sharpening that follows it."""
  rows, width = picture.shape[:2]
  x = np.linspace(-1, 1, width, dtype=np.float32)
  y = np.linspace(-1, 1, rows, dtype=np.float32)
  loss = rng.uniform(*choice.vignette) / 2
  fall = (1 - loss * (x[None, :] ** 2 + y[:, None] ** 2)).astype(np.float32)
  picture = cv2.multiply(picture, cv2.merge([fall] * 3))
  sigma = rng.uniform(*choice.blur) * max(0.5, width / 1024)
  if sigma > 0.25:
    picture = cv2.GaussianBlur(picture, (0, 0), sigma)
  strength = rng.uniform(*choice.sharpen)
  soft = cv2.GaussianBlur(picture, (0, 0), 1.1)
  return cv2.addWeighted(picture, 1 + strength, soft, -strength, 0)


def _sensor(
  rng: np.random.Generator, picture: np.ndarray, deviation: float
) -> np.ndarray:
  """Adds noise, a little stronger where it is bright, coarser in colour."""
  rows, width = picture.shape[:2]
  fine = rng.standard_normal((rows, width), np.float32)
  coarse = rng.standard_normal((rows // 2 + 1, width // 2 + 1, 3), np.float32)
  noise = cv2.resize(coarse, (width, rows), interpolation=cv2.INTER_LINEAR)
  noise = cv2.addWeighted(noise, 0.6, cv2.merge([fine] * 3), 0.8, 0)
  noise *= deviation * (0.7 + 0.6 * picture / 255)
  return picture + noise
