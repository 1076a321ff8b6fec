"""Smooth random textures that repeat without a seam."""

import functools

import cv2
import numpy as np

SIZE = 256
COARSE = 3


@functools.cache
def tile(kind: str) -> np.ndarray:
  """Returns a texture of mean 0 and deviation 1, float32 [256, 256].

  The textures are the same in every picture and process; pictures differ by
  where they sample them.

  Args:
    kind: `clouds` (all scales), `grain` (fine), `folds` (soft creases that run
      down more than across).
  """
  rng = np.random.default_rng(20240501)
  frequency = np.fft.fftfreq(SIZE)
  across, down = frequency[None, :], frequency[:, None]
  if kind == "folds":
    radius = np.hypot(across, down * 1.8)
    gain = np.exp(-(((radius - 0.055) / 0.045) ** 2))
  elif kind == "grain":
    gain = np.exp(-((np.hypot(across, down) / 0.25) ** 2))
  else:
    gain = 1 / np.maximum(np.hypot(across, down), 1 / SIZE) ** 1.35
  spectrum = np.fft.fft2(rng.standard_normal((SIZE, SIZE))) * gain
  spectrum[0, 0] = 0
  noise = np.fft.ifft2(spectrum).real
  return (noise / noise.std()).astype(np.float32)


def sample(
  kind: str, x: np.ndarray, y: np.ndarray, metres: float, shift: float = 0.0
) -> np.ndarray:
  """Samples a texture at world coordinates.

  Args:
    kind: see `tile`.
    x: float32 [rows, columns], in metres.
    y: as x.
    metres: over which the texture repeats.
    shift: moves the texture, in [0, 1), so that pictures differ.

  Returns:
    float32 [rows, columns], mean about 0, deviation about 1.
  """
  shape = x.shape
  coarse = kind == "clouds" and min(shape) > 2 * COARSE
  if coarse:  # what is smooth needs no value at every pixel
    x, y = x[::COARSE, ::COARSE], y[::COARSE, ::COARSE]
  column = fraction(x / np.float32(metres) + np.float32(shift))
  row = fraction(y / np.float32(metres) + np.float32(shift * 0.7))
  noise = cv2.remap(
    tile(kind),
    column * np.float32(SIZE),
    row * np.float32(SIZE),
    cv2.INTER_LINEAR,
    borderMode=cv2.BORDER_WRAP,
  )
  return cv2.resize(noise, shape[::-1]) if coarse else noise


def fraction(values: np.ndarray) -> np.ndarray:
  """Returns what is left after the whole number; much faster than np.mod."""
  return values - np.floor(values)
