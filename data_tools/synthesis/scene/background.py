"""Sky and ground, and the shadows on it."""

import cv2
import numpy as np

from data_tools.synthesis.assets.ground.base import Texture, lay_over
from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.engine.noise import sample
from data_tools.synthesis.engine.solids import Solid
from data_tools.synthesis.scene.shadows import shadows

_COARSE = 4  # lamplight needs no value at every pixel


def paint_background(
  rng: np.random.Generator,
  camera: Camera,
  light: Light,
  texture: Texture,
  solids: list[Solid],
) -> np.ndarray:
  """Paints sky and ground, and the shadows that solids cast on the ground.

  Returns:
    uint8 [rows, width, 3], RGB.
  """
  haze = np.minimum(light.haze, 1).astype(np.float32)
  image = _sky(rng, camera, light, haze)
  x, y, depth = camera.ground_grid()
  top = int(np.argmax(np.isfinite(depth).any(axis=1)))
  if not np.isfinite(depth).any():
    return image
  x, y, depth = x[top:], y[top:], depth[top:]
  lit = 1 - shadows(camera, light, solids)[top:]
  lit *= _lamplight(light, x, y)
  # The pattern does not begin at the camera's foot in every picture.
  y += np.float32(rng.uniform(-40, 40))
  footprint = np.minimum(depth, 500.0) / np.float32(camera.focal)
  ground = texture(rng, x, y, footprint).astype(np.float32, copy=False)
  clear = np.exp(depth * np.float32(-1 / light.visibility))
  lit *= clear
  lit *= np.float32(255 * 0.92 * (0.72 if light.rain else 1.0))
  clear *= _wet(rng, light, x, y) - 1
  clear += 1  # the share of what is mirrored or veiled
  # Channel by channel: NumPy is slow where the last axis has three entries.
  channels = []
  for i, channel in enumerate(cv2.split(ground)):
    channel *= lit
    channel *= np.float32(light.tint[i])
    channel += clear * np.float32(255 * haze[i])
    channels.append(channel)
  painted = cv2.convertScaleAbs(cv2.merge(channels))
  lay_over(image[top:], painted, np.isfinite(depth))
  return image


def _sky(
  rng: np.random.Generator, camera: Camera, light: Light, haze: np.ndarray
) -> np.ndarray:
  """A gradient from the horizon up, with clouds; haze below it."""
  left, right = camera.horizon()
  # What lies between the sky's last row and the ground's first is haze too.
  image = np.empty((camera.rows, camera.width, 3), np.uint8)
  image[:] = (255 * haze).astype(np.uint8)
  seen = int(np.clip(max(left, right) + 2, 0, camera.rows))
  if not seen:
    return image
  columns = np.linspace(left, right, camera.width, dtype=np.float32)[None, :]
  rows = np.arange(seen, dtype=np.float32)[:, None]
  up = np.clip((columns - rows) / np.float32(camera.focal), 0, 1)
  up = np.minimum(1, 2.2 * up)
  blue = np.array([0.40, 0.58, 0.85], np.float32)
  blue *= np.array(light.tint, np.float32) * float(haze.mean()) / 0.75
  grey = haze * rng.uniform(0.9, 1.15)
  share = rng.uniform(0.5, 0.95) if light.cast > 0.2 else 0.1
  zenith = blue * share + grey * (1 - share)
  across = np.arange(camera.width, dtype=np.float32)[None, :] + 0 * rows
  along = 2.2 * rows + 0 * across
  clouds = sample("clouds", across, along, camera.width * 1.3, rng.random())
  clouds = 0.05 * np.clip(clouds, -1, 2) * np.float32(haze.mean())
  channels = [haze[i] + (zenith - haze)[i] * up + clouds for i in range(3)]
  image[:seen] = cv2.convertScaleAbs(cv2.merge(channels), alpha=255)
  return image


def _lamplight(light: Light, x: np.ndarray, y: np.ndarray) -> np.ndarray:
  """Returns the factor of lamps on the ground, [rows, columns]."""
  if not light.lamps:
    return np.ones((1, 1), np.float32)
  level = light.level_at(x[::_COARSE, ::_COARSE], y[::_COARSE, ::_COARSE])
  return cv2.resize(level, x.shape[::-1])


def _wet(
  rng: np.random.Generator, light: Light, x: np.ndarray, y: np.ndarray
) -> np.ndarray:
  """Returns the share of the sky that wet ground mirrors, [rows, columns]."""
  if not light.rain:
    return np.zeros((1, 1), np.float32)
  pools = sample("clouds", x, y, 13.0, rng.random())
  return np.clip(0.12 + 0.12 * pools, 0, 0.45) * np.float32(light.rain)
