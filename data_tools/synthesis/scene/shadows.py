"""Shadows on the ground: cast by the sun, and under all that stands."""

import cv2
import numpy as np

from data_tools.synthesis.engine.camera import MIN_DEPTH, Camera
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.engine.solids import Part, Solid
from data_tools.synthesis.engine.world import world_spheres

LARGEST = 9.0  # metres above which nothing casts a shadow
RAISED = 0.05  # metres: what stands higher has its shadow out of sight
_CONTACT = ((1.5, 50), (1.1, 95), (0.7, 150))  # factor on the radius, darkness


def shadows(camera: Camera, light: Light, solids: list[Solid]) -> np.ndarray:
  """Returns the share of light that each pixel of ground lacks."""
  solids = [
    s for s in solids if s.parts and s.position[2] < RAISED and max(s.reach)
  ]
  solids.sort(key=Solid.distance, reverse=True)
  contact = _contacts(camera, solids)
  blur = max(1.0, camera.width / 400)
  contact = cv2.GaussianBlur(contact, (0, 0), blur)
  dark = contact.astype(np.float32) * np.float32(1 / 255)
  if not light.cast or not solids:
    return dark
  cast = cv2.GaussianBlur(_casts(camera, light, solids), (0, 0), blur * 0.5)
  lit = 1 - cast.astype(np.float32) * np.float32(light.cast / 255)
  return 1 - (1 - dark) * lit


def _contacts(camera: Camera, solids: list[Solid]) -> np.ndarray:
  """Returns how dark the ground is where things touch it, uint8."""
  mask = np.zeros((camera.rows, camera.width), np.uint8)
  discs = np.array([d for s in solids for d in s.discs()], np.float32)
  if not len(discs):
    return mask
  grow = np.array([factor for factor, _ in _CONTACT], np.float32)
  radii = np.maximum(0.2, discs[:, 2] * 0.9)[:, None, None, None]
  rim = radii * grow[:, None, None] * _RIM[None, None, :, :2]
  rim = rim + discs[:, None, None, :2]
  rim = np.concatenate([rim, np.zeros_like(rim[..., :1])], axis=-1)
  pixels, depth = camera.project(rim.reshape(-1, 3))
  corners = (np.clip(pixels, -4000, 12000) * 16).astype(np.int32)
  corners = corners.reshape(len(discs), len(_CONTACT), -1, 2)
  near = depth.reshape(len(discs), -1).min(axis=1) > MIN_DEPTH
  for outlines in corners[near]:
    for outline, (_, dark) in zip(outlines, _CONTACT, strict=True):
      cv2.fillConvexPoly(mask, outline, dark, 8, 4)
  return mask


def _casts(camera: Camera, light: Light, solids: list[Solid]) -> np.ndarray:
  """Returns where the sun does not reach the ground, uint8."""
  mask = np.zeros((camera.rows, camera.width), np.uint8)
  solids = [_figure(solid) if solid.bends else solid for solid in solids]
  discs = _cast(light, world_spheres(solids))
  rim = discs[:, None, :3] + discs[:, None, 3:] * _RIM[::2]
  pixels, depth = camera.project(rim.reshape(-1, 3))
  corners = np.clip(pixels, -4000, 12000).astype(np.float32) * 16
  counts = [sum(len(p.spheres) for p in solid.parts) for solid in solids]
  ends = np.cumsum(counts) * len(_RIM[::2])
  starts = np.concatenate([[0], ends[:-1]])
  nearest = np.minimum.reduceat(depth, starts)
  for start, end, near in zip(
    starts.tolist(), ends.tolist(), nearest.tolist(), strict=True
  ):
    if near > MIN_DEPTH:
      hull = cv2.convexHull(corners[start:end]).astype(np.int32)
      cv2.fillConvexPoly(mask, hull, 255, 8, 4)
  return mask


def _figure(person: Solid) -> Solid:
  """Returns a body that casts about the same shadow as a person."""
  return Solid(_FIGURE, person.position, person.heading, scale=person.scale)


def _cast(light: Light, spheres: np.ndarray) -> np.ndarray:
  """Returns spheres' shadows as discs on the ground, [n, 4]."""
  discs = spheres.copy()
  toward = np.array(light.sun[:2], np.float32)
  height = np.clip(spheres[:, 2:3], 0, LARGEST)
  discs[:, :2] -= height / np.float32(light.sun[2]) * toward
  discs[:, 2] = 0
  discs[:, 3] = np.maximum(spheres[:, 3], 0.02)
  return discs


_FIGURE = [
  Part(
    [
      (0.0, 0.0, 1.6, 0.1),
      (0.0, 0.2, 1.35, 0.06),
      (0.0, -0.2, 1.35, 0.06),
      (0.1, 0.12, 0.05, 0.06),
      (-0.1, -0.12, 0.05, 0.06),
    ],
    (0.0, 0.0, 0.0),
  )
]
_ANGLES = 2 * np.pi * np.arange(8) / 8
_RIM = np.stack([np.cos(_ANGLES), np.sin(_ANGLES), 0 * _ANGLES], axis=1).astype(
  np.float32
)
