"""Clothes and bags. A new one is one function and a line in a table below.

Lengths are for a person of 1.70 m; see `body`.
"""

import numpy as np

from data_tools.synthesis.body import SIDES, Joints, limb
from data_tools.synthesis.solids import (
  Colour,
  Part,
  Sphere,
  ball,
  box,
  dim,
  ring,
  vary,
)

# Heights of the torso with its half depth and half width there.
_TORSO = (
  (0.90, 0.105, 0.165),
  (1.08, 0.095, 0.145),
  (1.25, 0.115, 0.165),
  (1.36, 0.095, 0.185),
)
_SHOULDERS: list[Sphere] = [
  (-0.01, 0.14, 1.375, 0.062),
  (-0.01, -0.14, 1.375, 0.062),
  (-0.005, 0.0, 1.41, 0.065),
]


def torso_above(z: float, build: float, loose: float = 1.0) -> list[Sphere]:
  """Returns the hull of the torso from a height up."""
  grow = build * loose
  spheres = [(x, y * build, s, r * loose) for x, y, s, r in _SHOULDERS]
  below = _TORSO[0]
  for row in _TORSO:
    if row[0] > z:
      spheres += ring(row[0], row[1] * grow, row[2] * grow)
    else:
      below = row
  above = next((row for row in _TORSO if row[0] > z), below)
  share = max(0.0, z - below[0]) / max(above[0] - below[0], 1e-6)
  depth = below[1] + share * (above[1] - below[1])
  width = below[2] + share * (above[2] - below[2])
  return spheres + ring(z, depth * grow, width * grow)


def plain(rng: np.random.Generator, colour: Colour, build: float) -> list[Part]:
  """A top of one colour."""
  return [Part(torso_above(0.9, build), colour)]


def striped(
  rng: np.random.Generator, colour: Colour, build: float
) -> list[Part]:
  """A top with stripes around it."""
  other = vary(rng, (0.85, 0.85, 0.83) if sum(colour) < 1.4 else NAVY)
  stripes = int(rng.integers(3, 8))
  parts = plain(rng, colour, build)
  for i, z in enumerate(np.linspace(0.94, 1.36, 2 * stripes)):
    paint = colour if i % 2 else other
    parts.append(
      Part(torso_above(float(z), build * 1.01), paint, lift=0.002 * i)
    )
  return parts


def printed(
  rng: np.random.Generator, colour: Colour, build: float
) -> list[Part]:
  """A top with something printed on chest or back."""
  other = vary(rng, LIVELY[int(rng.integers(len(LIVELY)))], 0.1)
  side = 0.118 * build * (1 if rng.random() < 0.7 else -1)
  low, wide = rng.uniform(1.08, 1.26), rng.uniform(0.04, 0.1)
  patch = box((side, side), (-wide, wide), (low, low + rng.uniform(0.04, 0.14)))
  return [*plain(rng, colour, build), Part(patch, other, flat=True)]


def jacket(
  rng: np.random.Generator, colour: Colour, build: float
) -> list[Part]:
  """An open jacket with a shirt under it."""
  inner = vary(rng, MUTED[int(rng.integers(len(MUTED)))])
  front, wide = 0.122 * build, rng.uniform(0.025, 0.06)
  strip = [
    (front - 0.03, 0.0, 1.41, 0.02),
    (front, wide, 1.25, 0.0),
    (front, -wide, 1.25, 0.0),
    (front, wide * 1.3, 0.9, 0.0),
    (front, -wide * 1.3, 0.9, 0.0),
  ]
  return [
    Part(torso_above(rng.uniform(0.72, 0.9), build, 1.08), colour),
    Part(strip, inner, flat=True),
  ]


def dress(rng: np.random.Generator, colour: Colour, build: float) -> list[Part]:
  """A top and a skirt in one."""
  return [*plain(rng, colour, build), *skirt(rng, colour, build)]


def sleeves(
  joints: Joints, build: float, cloth: Colour, skin: Colour, long: bool
) -> list[Part]:
  """Both arms."""
  parts = []
  for side, elbow, wrist in zip(
    SIDES, joints.elbows, joints.wrists, strict=True
  ):
    shoulder = (-0.01, side * 0.175 * build, 1.37)
    thick = 0.058 * build
    shade = dim(cloth, 0.93)
    if long:
      parts.append(Part(limb(shoulder, elbow, thick, 0.048), shade))
      parts.append(Part(limb(elbow, wrist, 0.047, 0.036), shade))
    else:
      x, y, z = (
        0.4 * a + 0.6 * b for a, b in zip(shoulder, elbow, strict=True)
      )
      parts.append(Part(limb(shoulder, elbow, 0.045, 0.038), skin))
      parts.append(Part(limb(shoulder, (x, y, z), thick, 0.055), shade, 0.01))
      parts.append(Part(limb(elbow, wrist, 0.039, 0.028), skin))
    x, y, z = wrist
    parts.append(Part(ball(x + 0.02, y, z - 0.05, 0.036), skin))
  return parts


def trousers(
  joints: Joints, build: float, cloth: Colour, skin: Colour, shoe: Colour
) -> list[Part]:
  """Two legs to the ankle, and shoes."""
  return _legs(joints, build, cloth, cloth, shoe)


def shorts(
  joints: Joints, build: float, cloth: Colour, skin: Colour, shoe: Colour
) -> list[Part]:
  """Two legs to the knee, bare below."""
  return _legs(joints, build, cloth, skin, shoe)


def bare_legs(
  joints: Joints, build: float, cloth: Colour, skin: Colour, shoe: Colour
) -> list[Part]:
  """What a skirt or dress leaves to be seen."""
  return _legs(joints, build, skin, skin, shoe)


def _legs(
  joints: Joints, build: float, upper: Colour, lower: Colour, shoe: Colour
) -> list[Part]:
  parts = []
  for side, knee, ankle in zip(SIDES, joints.knees, joints.ankles, strict=True):
    hip = (0.0, side * 0.085 * build, 0.9 - joints.drop)
    thigh, shin = 0.09 * build, 0.062 if lower == upper else 0.05
    parts.append(Part(limb(hip, knee, thigh, 0.066), upper))
    parts.append(Part(limb(knee, ankle, shin, 0.046), lower, -0.01))
    x, y, z = ankle
    heel, toe = (x - 0.03, y, z - 0.04), (x + 0.15, y * 1.15, z - 0.05)
    parts.append(Part(limb(heel, toe, 0.042, 0.032), shoe, -0.02))
  return parts


def skirt(rng: np.random.Generator, colour: Colour, build: float) -> list[Part]:
  """A skirt of any length."""
  hem, flare = rng.uniform(0.35, 0.62), rng.uniform(1.0, 1.5)
  cloth = ring(hem, 0.13 * flare, 0.19 * flare) + ring(1.0, 0.1, 0.15 * build)
  return [Part(cloth, colour, lift=0.03)]


def backpack(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """On both shoulders."""
  deep = rng.uniform(0.18, 0.27)
  pack = [(-0.14, y, z, 0.045) for y in (0.1, -0.1) for z in (1.05, 1.33)] + [
    (-deep, y, z, 0.04) for y in (0.07, -0.07) for z in (1.05, 1.25)
  ]
  parts = [Part(pack, colour)]
  for side in SIDES:
    strap = [(0.1, side * 0.1, 1.2, 0.018), (0.06, side * 0.11, 1.4, 0.018)]
    parts.append(Part(strap, dim(colour, 0.8), 0.02, flat=True))
  return parts


def shoulder_bag(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """At the hip, its strap across the chest."""
  side = 1 if rng.random() < 0.5 else -1
  low = rng.uniform(0.72, 0.92)
  bag = [
    (x, side * 0.25, z, 0.035) for x in (-0.1, 0.1) for z in (low, low + 0.16)
  ]
  strap = [(0.12, side * 0.14, 1.02, 0.014), (0.09, -side * 0.06, 1.4, 0.014)]
  return [Part(bag, colour, 0.04), Part(strap, colour, 0.02, flat=True)]


def carrier_bag(rng: np.random.Generator, colour: Colour) -> list[Part]:
  """In one hand, near the knee."""
  side = 1 if rng.random() < 0.5 else -1
  paint = vary(rng, LIVELY[int(rng.integers(len(LIVELY)))], 0.1)
  high = rng.uniform(0.2, 0.36)
  bag = box((-0.12, 0.12), (side * 0.25, side * 0.35), (0.75 - high, 0.75))
  return [Part(bag, paint, 0.05)]


NAVY = (0.10, 0.13, 0.26)
MUTED: tuple[Colour, ...] = (
  (0.07, 0.07, 0.08),
  (0.11, 0.11, 0.13),
  (0.90, 0.90, 0.89),
  (0.82, 0.81, 0.78),
  (0.50, 0.51, 0.52),
  (0.32, 0.33, 0.35),
  NAVY,
  (0.24, 0.33, 0.50),
  (0.55, 0.47, 0.36),
  (0.33, 0.27, 0.20),
)
LIVELY: tuple[Colour, ...] = (
  (0.75, 0.12, 0.14),
  (0.92, 0.92, 0.92),
  (0.14, 0.33, 0.72),
  (0.90, 0.72, 0.15),
  (0.16, 0.45, 0.28),
  (0.88, 0.48, 0.62),
  (0.90, 0.45, 0.15),
  (0.42, 0.66, 0.82),
  (0.45, 0.24, 0.50),
)
LEGWEAR: tuple[Colour, ...] = (
  (0.08, 0.08, 0.09),
  NAVY,
  (0.20, 0.27, 0.40),
  (0.32, 0.40, 0.52),
  (0.30, 0.30, 0.31),
  (0.58, 0.52, 0.42),
  (0.78, 0.76, 0.72),
)
TOPS = (
  (plain, 0.45),
  (printed, 0.22),
  (striped, 0.12),
  (jacket, 0.15),
  (dress, 0.06),
)
BAGS = ((backpack, 0.4), (shoulder_bag, 0.4), (carrier_bag, 0.2))
