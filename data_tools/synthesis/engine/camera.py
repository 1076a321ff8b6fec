"""The pinhole camera.

World axes in metres: x right, y forward, z up, the ground at z = 0. The camera
stands over the origin. Pixels: x right, y down, (0, 0) is the outer corner of
the top-left pixel.
"""

import dataclasses
import functools
import math

import numpy as np

MIN_DEPTH = 0.4  # metres: what is nearer is not drawn
FAR = 2000.0  # metres: there the ground ends
UNDER_CEILING = 0.6  # metres: no camera hangs higher


@dataclasses.dataclass(frozen=True)
class Camera:
  """A camera over the ground plane.

  Attributes:
    height: of the lens over the ground, in metres.
    pitch: degrees below the horizontal.
    width: of the picture, in pixels.
    rows: height of the picture, in pixels.
    field_of_view: horizontal, in degrees.
    roll: degrees, clockwise positive.
    yaw: degrees to the right of the y axis.
  """

  height: float
  pitch: float
  width: int
  rows: int
  field_of_view: float = 60.0
  roll: float = 0.0
  yaw: float = 0.0

  @functools.cached_property
  def focal(self) -> float:
    """Focal length in pixels."""
    half = math.radians(self.field_of_view) / 2
    return self.width / 2 / math.tan(half)

  @functools.cached_property
  def axes(self) -> np.ndarray:
    """Rows right, down and forward of the camera, float32 [3, 3]."""
    pitch, yaw, roll = np.radians([self.pitch, self.yaw, self.roll])
    flat = np.array([math.sin(yaw), math.cos(yaw), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    right = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
    forward = flat * math.cos(pitch) - up * math.sin(pitch)
    down = -flat * math.sin(pitch) - up * math.cos(pitch)
    rolled = [
      right * math.cos(roll) + down * math.sin(roll),
      down * math.cos(roll) - right * math.sin(roll),
      forward,
    ]
    return np.stack(rolled).astype(np.float32)

  def project(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Projects world points into the picture.

    Args:
      points: [n, 3] in metres.

    Returns:
      Pixels, [n, 2], and depth along the optical axis in metres, [n]. Pixels
      are meaningless where the depth is below `MIN_DEPTH`.
    """
    lens = np.array([0, 0, self.height], np.float32)
    offset = np.asarray(points, np.float32) - lens
    seen = offset @ self.axes.T
    depth = seen[:, 2]
    scale = self.focal / np.maximum(depth, MIN_DEPTH)
    pixels = seen[:, :2] * scale[:, None]
    middle = np.array([self.width / 2, self.rows / 2], np.float32)
    return pixels + middle, depth

  def ground_grid(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Finds the ground under every pixel.

    Returns:
      World x and y of the ground at the pixels' centres in metres and the
      depth, float32 [rows, width] each. Depth is infinite, and x, y lie
      `FAR` metres away, at and above the horizon.
    """
    columns = (np.arange(self.width) + 0.5 - self.width / 2) / self.focal
    lines = (np.arange(self.rows) + 0.5 - self.rows / 2) / self.focal
    right, down, forward = self.axes

    def component(axis: int) -> np.ndarray:
      across = (columns * right[axis]).astype(np.float32)
      along = (lines * down[axis] + forward[axis]).astype(np.float32)
      return across[None, :] + along[:, None]

    fall = -component(2)
    depth = self.height / np.maximum(fall, self.height / FAR)
    x, y = component(0) * depth, component(1) * depth
    return x, y, np.where(fall * FAR > self.height, depth, np.inf)

  def horizon(self) -> tuple[float, float]:
    """Returns the horizon's row at the left and right edge, in pixels."""
    right, down, forward = self.axes
    ends = []
    for column in (-self.width / 2, self.width / 2):
      tilt = right[2] * column / self.focal + forward[2]
      ends.append(float(self.rows / 2 - self.focal * tilt / down[2]))
    return ends[0], ends[1]
