"""The picture before anybody is in it: sky, ground, shadows on the ground."""

import math

import cv2
import numpy as np

from data_tools.synthesis.camera import MIN_DEPTH, Camera
from data_tools.synthesis.crowd import seen_spots
from data_tools.synthesis.ground import Texture, lay_over
from data_tools.synthesis.light import Light
from data_tools.synthesis.noise import sample
from data_tools.synthesis.props import LEAFY, Prop
from data_tools.synthesis.solids import Solid
from data_tools.synthesis.surroundings import Surroundings

MANY_SPHERES = 200
MOST_HIDDEN = 0.1  # share of the picture behind one thing
LARGEST_SHADOW = 3.0  # metres above which nothing casts a shadow


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
  if np.isfinite(depth).any():
    x, y, depth = x[top:], y[top:], depth[top:]
    # The scene does not begin at the camera's foot in every picture.
    shift_x, shift_y = rng.uniform(-40, 40, 2)
    footprint = np.minimum(depth, 500.0) / np.float32(camera.focal)
    x += np.float32(shift_x * 0.02)
    y += np.float32(shift_y)
    ground = texture(rng, x, y, footprint).astype(np.float32, copy=False)
    tint = np.array(light.tint, np.float32) * 0.92
    lit = 1 - _shadows(camera, light, solids)[top:]
    clear = np.exp(-depth / np.float32(light.visibility))
    # Channel by channel: NumPy is slow where the last axis has three entries.
    channels = [
      ((channel * tint[i]) * lit - haze[i]) * clear + haze[i]
      for i, channel in enumerate(cv2.split(ground))
    ]
    lay_over(image[top:], cv2.merge(channels), np.isfinite(depth))
  np.clip(image, 0, 1, out=image)
  image *= 255
  return image.astype(np.uint8)


def place_props(
  rng: np.random.Generator,
  camera: Camera,
  surroundings: Surroundings,
  choices: tuple[tuple[Prop, int], ...],
) -> list[Solid]:
  """Draws how many of each prop there are, and where."""
  solids: list[Solid] = []
  for prop, most in choices:
    for _ in range(int(rng.integers(most + 1))):
      parts, footprint = prop(rng)
      far = rng.uniform(0, 1) ** 1.5 * 60 + 4
      side = math.radians(camera.yaw) + rng.uniform(-0.6, 0.6)
      x, y = np.array([far * math.sin(side)]), np.array([far * math.cos(side)])
      seen = seen_spots(camera, x, y, 0.5) | seen_spots(camera, x, y, 3.0)
      if not (seen & surroundings.open_ground(x, y))[0]:
        continue
      position = (float(x[0]), float(y[0]), 0.0)
      if any(
        math.dist(position, other.position) < footprint + other.footprint
        for other in solids
      ):
        continue
      heading = rng.uniform(0, 2 * math.pi)
      leafy = prop in LEAFY
      solid = Solid(parts, position, heading, footprint, leafy=leafy)
      if _share_hidden(camera, solid) < MOST_HIDDEN:
        solids.append(solid)
  return solids


def _share_hidden(camera: Camera, solid: Solid) -> float:
  """Returns the share of the picture that a solid's frame covers."""
  spheres = solid.world_spheres
  pixels, depth = camera.project(spheres[:, :3])
  if depth.min() < MIN_DEPTH:
    return 1.0
  limit = np.array([camera.width, camera.rows])
  breadth, length = np.ptp(np.clip(pixels, 0, limit), axis=0)
  return float(breadth * length / limit.prod())


def _sky(
  rng: np.random.Generator, camera: Camera, light: Light, haze: np.ndarray
) -> np.ndarray:
  """A gradient from the horizon up, with clouds."""
  left, right = camera.horizon()
  columns = np.linspace(left, right, camera.width, dtype=np.float32)[None, :]
  rows = np.arange(camera.rows, dtype=np.float32)[:, None]
  up = np.clip((columns - rows) / np.float32(camera.focal), 0, 1)
  blue = np.array([0.40, 0.58, 0.85], np.float32)
  blue *= np.array(light.tint, np.float32)
  grey = haze * rng.uniform(0.9, 1.15)
  share = 0.85 if light.cast else 0.1
  zenith = blue * share + grey * (1 - share)
  up = np.minimum(1, 2.2 * up)
  clouds = np.zeros_like(up)
  if max(left, right) > 0:
    across = np.arange(camera.width, dtype=np.float32)[None, :] + 0 * rows
    along = 2.2 * rows + 0 * across
    period = camera.width * 1.3
    clouds = sample("clouds", across, along, period, rng.random())
    clouds = 0.08 * np.clip(clouds, -1, 2)
  return cv2.merge(
    [haze[i] + (zenith - haze)[i] * up + clouds for i in range(3)]
  )


def _shadows(camera: Camera, light: Light, solids: list[Solid]) -> np.ndarray:
  """Returns the share of light that each pixel of ground lacks."""
  solids = sorted(solids, key=Solid.distance, reverse=True)
  contacts, darkness, casts = [], [], []
  for solid in solids:
    radius = max(0.22, solid.footprint * 0.8)
    for grow, dark in ((1.5, 50), (1.1, 95), (0.7, 150)):
      contacts.append(np.array([[*solid.position, radius * grow]]))
      darkness.append(dark)
    if light.cast:
      casts.append(_cast(light, solid.world_spheres))
  contact = _ground_hulls(camera, contacts, darkness)
  cast = _ground_hulls(camera, casts, [255] * len(casts))
  blur = max(1.0, camera.width / 400)
  contact = cv2.GaussianBlur(contact, (0, 0), blur)
  cast = cv2.GaussianBlur(cast, (0, 0), blur * 0.5)
  dark = contact.astype(np.float32) / 255
  return 1 - (1 - dark) * (1 - light.cast * cast.astype(np.float32) / 255)


def _cast(light: Light, spheres: np.ndarray) -> np.ndarray:
  """Returns spheres' shadows as discs on the ground, [n, 4]."""
  if len(spheres) > MANY_SPHERES:  # leaves: trunk and core are enough
    spheres = spheres[:3]
  else:
    spheres = spheres[spheres[:, 2] < LARGEST_SHADOW][::3]
  discs = spheres.copy()
  toward = np.array(light.sun[:2], np.float32)
  discs[:, :2] -= spheres[:, 2:3] / light.sun[2] * toward
  discs[:, 2] = 0
  discs[:, 3] = np.maximum(spheres[:, 3], 0.05)
  return discs


def _ground_hulls(
  camera: Camera, groups: list[np.ndarray], values: list[int]
) -> np.ndarray:
  """Fills the hulls of groups of discs [n, 4] that lie on the ground.

  Returns:
    uint8 [rows, width]; a later group overwrites an earlier one.
  """
  mask = np.zeros((camera.rows, camera.width), np.uint8)
  if not groups:
    return mask
  discs = np.concatenate(groups).astype(np.float32)
  rim = discs[:, None, :3] + discs[:, None, 3:] * _RIM
  pixels, depth = camera.project(rim.reshape(-1, 3))
  corners = np.clip(pixels, -4000, 12000).astype(np.float32) * 16
  ends = np.cumsum([len(group) * _RIM.shape[1] for group in groups])
  start = 0
  for end, value in zip(ends.tolist(), values, strict=True):
    if end > start and depth[start:end].min() > MIN_DEPTH:
      hull = cv2.convexHull(corners[start:end]).astype(np.int32)
      cv2.fillConvexPoly(mask, hull, value, 8, 4)
    start = end
  return mask


_ANGLES = 2 * np.pi * np.arange(8) / 8
_RIM = np.stack([np.cos(_ANGLES), np.sin(_ANGLES), 0 * _ANGLES], axis=1).astype(
  np.float32
)[None]
