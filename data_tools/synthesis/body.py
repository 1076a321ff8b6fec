"""The body under the clothes: proportions, poses, head and hair.

All lengths are for a person of 1.70 m, in metres; `Solid.scale` makes them
taller or shorter. x is the way the person faces, y is to their left.
A new pose is one function that returns `Joints`.
"""

import dataclasses
import math
from collections.abc import Callable

import numpy as np

from data_tools.synthesis.solids import Colour, Part, Sphere, ball, dim

Joint = tuple[float, float, float]
HEAD = (0.012, 0.0, 1.58)  # centre of the head, where the label goes
HEAD_RADIUS = 0.106
SIDES = (1, -1)  # left, right


@dataclasses.dataclass(frozen=True)
class Joints:
  """Where the limbs bend; pairs are left and right.

  Attributes:
    drop: by how much hips and all above them are lower than when standing.
    knees: two joints.
    ankles: two joints.
    elbows: two joints, as if standing.
    wrists: two joints, as if standing.
  """

  drop: float
  knees: tuple[Joint, Joint]
  ankles: tuple[Joint, Joint]
  elbows: tuple[Joint, Joint]
  wrists: tuple[Joint, Joint]


def standing(rng: np.random.Generator) -> Joints:
  """Both feet on the ground, one a little ahead."""
  step = rng.normal(0, 0.05)
  apart = rng.uniform(0.07, 0.15)
  return Joints(
    0.0,
    _pair(lambda side: (side * step * 0.6 + 0.02, side * apart * 0.95, 0.49)),
    _pair(lambda side: (side * step, side * apart, 0.08)),
    *_arms(rng, swing=0.05),
  )


def walking(rng: np.random.Generator) -> Joints:
  """In the middle of a step."""
  stride = rng.uniform(0.12, 0.36) * rng.choice([-1, 1])

  def ankle(side: int) -> Joint:
    ahead = side * stride
    return (ahead, side * 0.08, 0.08 + max(0.0, -ahead) * 0.5)

  return Joints(
    abs(stride) * 0.08,
    _pair(lambda side: (side * stride * 0.55 + 0.07, side * 0.085, 0.5)),
    _pair(ankle),
    *_arms(rng, swing=-stride * 0.8),
  )


def sitting(rng: np.random.Generator) -> Joints:
  """On a step or a bench 0.4 m high."""
  apart = rng.uniform(0.09, 0.2)
  reach = rng.uniform(0.3, 0.5)
  return Joints(
    0.47,
    _pair(lambda side: (0.4, side * apart, 0.5)),
    _pair(lambda side: (reach, side * apart, 0.08)),
    *_arms(rng, swing=0.1),
  )


def _arms(
  rng: np.random.Generator, swing: float
) -> tuple[tuple[Joint, Joint], tuple[Joint, Joint]]:
  """Draws what each arm does: hang, hold something, reach up."""
  elbows: list[Joint] = []
  wrists: list[Joint] = []
  for side in SIDES:
    kind = rng.random()
    if kind < 0.68:
      ahead = side * swing + rng.normal(0, 0.03)
      out = rng.uniform(0.0, 0.07)
      elbows.append((ahead * 0.5 - 0.03, side * (0.235 + out), 1.12))
      wrists.append((ahead + 0.05, side * (0.24 + out), 0.88))
    elif kind < 0.95:
      elbows.append((0.03, side * 0.25, 1.11))
      wrists.append((0.27, side * rng.uniform(0.02, 0.14), 1.12 + 0.2 * kind))
    else:
      elbows.append((0.16, side * 0.26, 1.42))
      wrists.append((0.2, side * 0.16, rng.uniform(1.5, 1.72)))
  return (elbows[0], elbows[1]), (wrists[0], wrists[1])


def _pair(joint: Callable[[int], Joint]) -> tuple[Joint, Joint]:
  return joint(1), joint(-1)


def limb(start: Joint, end: Joint, thick: float, thin: float) -> list[Sphere]:
  """A tapering limb."""
  return [(*start, thick), (*end, thin)]


def lowered(parts: list[Part], drop: float) -> list[Part]:
  """Moves parts down."""
  if not drop:
    return parts
  return [
    part._replace(spheres=[(x, y, z - drop, r) for x, y, z, r in part.spheres])
    for part in parts
  ]


def head(skin: Colour, size: float, detailed: bool) -> list[Part]:
  """Neck, skull, face, and the disc that visibility is measured on.

  Args:
    skin: colour.
    size: factor on the head; children have large ones.
    detailed: whether the picture shows eyes.
  """
  x, y, z = HEAD
  disc = Part([(x, y, z, HEAD_RADIUS * size)], None, lift=0.16)
  face = [(0.0, 0.0, z + 0.01, 0.095), (0.03, 0.0, z - 0.055, 0.062)]
  parts = [disc, Part(face, skin)]
  if detailed:
    parts.append(
      Part(limb((-0.01, 0, 1.4), (0, 0, 1.5), 0.058, 0.05), dim(skin, 0.82))
    )
    shade = dim(skin, 0.35)
    for side in SIDES:
      eye = [(0.088, side * 0.024, z, 0.008), (0.082, side * 0.045, z, 0.008)]
      parts.append(Part(eye, shade, lift=0.004, flat=True))
      parts.append(
        Part(ball(0.0, side * 0.092, z - 0.015, 0.022), dim(skin, 0.85))
      )
    mouth = [(0.088, y, z - 0.075, 0.005) for y in (0.022, -0.022)]
    parts.append(Part(mouth, dim(skin, 0.6), lift=0.004, flat=True))
    nose = ball(0.1, 0, z - 0.035, 0.012)
    parts.append(Part(nose, dim(skin, 0.93), 0.004))
  return [grown(part, size) for part in parts]


def grown(part: Part, size: float) -> Part:
  """Scales a part of the head about the chin."""
  if size == 1:
    return part
  spheres = [
    (x * size, y * size, 1.47 + (z - 1.47) * size, r * size)
    for x, y, z, r in part.spheres
  ]
  return part._replace(spheres=spheres)


def short_hair(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """A cap of hair, parted from the face."""
  top = rng.uniform(0.0, 0.014)
  scalp = [
    (-0.022, 0, 1.618 + top, 0.098),
    (-0.042, 0, 1.57, 0.086),
    (0.03, 0, 1.655 + top, 0.052),
  ]
  return [Part(scalp, colour, lift=0.008)]


def long_hair(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """Hair to the shoulders or below, over the back."""
  end = rng.uniform(1.2, 1.46)
  strands = [
    (-0.05, 0.045, 1.58, 0.075),
    (-0.05, -0.045, 1.58, 0.075),
    (-0.085, 0.05, end, 0.05),
    (-0.085, -0.05, end, 0.05),
  ]
  return [Part(strands, colour, lift=0.02), *short_hair(rng, colour)]


def tied_hair(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """A bun or a pony tail."""
  if rng.random() < 0.4:
    knot = ball(-0.08, 0, rng.uniform(1.6, 1.71), 0.05)
  else:
    knot = [(-0.12, 0, 1.62, 0.035), (-0.14, 0, rng.uniform(1.34, 1.5), 0.025)]
  return [Part(knot, colour, lift=0.03), *short_hair(rng, colour)]


def thin_hair(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """Hair around the back of a bald or shaven head."""
  if rng.random() < 0.5:
    return []
  return [Part([(-0.03, 0, 1.565, 0.092)], colour)]


def cap(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """A cap with a peak, which is at times at the back."""
  front = 1 if rng.random() < 0.85 else -1
  dome = [(-0.008, 0, 1.63, 0.1), (-0.008, 0, 1.665, 0.068)]
  peak = [
    (front * 0.07, 0.05, 1.64, 0.012),
    (front * 0.07, -0.05, 1.64, 0.012),
    (front * 0.165, 0.035, 1.625, 0.012),
    (front * 0.165, -0.035, 1.625, 0.012),
  ]
  return [Part(dome, colour, 0.03), Part(peak, dim(colour, 0.8), 0.04)]


def brimmed_hat(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """A sun hat."""
  wide = rng.uniform(0.15, 0.21)
  brim = [
    (wide * 0.92 * math.cos(a), wide * math.sin(a), 1.635, 0.008)
    for a in np.linspace(0, 2 * math.pi, 12, endpoint=False)
  ]
  crown = [(0, 0, 1.66, 0.09), (0, 0, 1.7, 0.062)]
  return [Part(brim, colour, 0.03), Part(crown, dim(colour, 1.08), 0.06)]


def knitted_hat(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """A beanie."""
  high = rng.uniform(1.67, 1.72)
  dome = [(-0.012, 0, 1.625, 0.107), (-0.03, 0, high, 0.05)]
  return [Part(dome, colour, 0.03)]


def headscarf(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """A scarf over hair and shoulders, or a hood."""
  wraps = [
    (-0.03, 0, 1.6, 0.112),
    (-0.05, 0.05, 1.42, 0.09),
    (-0.05, -0.05, 1.42, 0.09),
  ]
  fold = rng.uniform(0.01, 0.04)
  chin = [(0.02, 0.06, 1.46, 0.05), (0.02 + fold, -0.06, 1.46, 0.05)]
  return [Part(wraps, colour, 0.008), Part(chin, dim(colour, 0.92), 0.01)]


HAIR = (
  (short_hair, 0.52),
  (long_hair, 0.24),
  (tied_hair, 0.16),
  (thin_hair, 0.08),
)
HATS = (
  (cap, 0.45),
  (brimmed_hat, 0.25),
  (knitted_hat, 0.15),
  (headscarf, 0.15),
)
