"""Facts about one record, kept without its image."""

import dataclasses
import hashlib

import cv2
import numpy as np
import tensorflow as tf
from scipy.spatial import cKDTree

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.data.regions import heads_within
from cdcc_tf.errors import first_line
from data_tools.checking import faults
from data_tools.checking.findings import Finding
from data_tools.checking.suspicions import of_points, of_size, one_colour
from data_tools.common.parallel import decoding

_SIDE = 8  # of the grid of brightness by which pictures are alike


@dataclasses.dataclass(frozen=True)
class Facts:
  """What a check keeps of a record.

  Attributes:
    split: its split.
    id: of the record.
    height: in pixels.
    width: in pixels.
    labelled: whether its heads were annotated.
    heads: number of them.
    counted: number of those that lie in the region of interest; None if there
      is no region, or none that fits.
    stored: SHA-256 of the picture's bytes.
    content: hash of its pixels; empty if it cannot be decoded.
    look: 128 bits, bool: whether it gets brighter to the right and downwards,
      on a grid; None if it is of one colour.
    nearest: float32 [heads], distance of each head to the next, in pixels;
      empty with fewer than two.
    extent: largest x and y of the heads; zeros without any.
    slope: rank correlation of y and `nearest`; None with too few heads.
    sigmas: stored standard deviations, float32 [heads], or None.
    findings: what is wrong or odd about this picture alone.
  """

  split: str
  id: str
  height: int
  width: int
  labelled: bool
  heads: int
  counted: int | None
  stored: str
  content: str
  look: np.ndarray | None
  nearest: np.ndarray
  extent: tuple[float, float]
  slope: float | None
  sigmas: np.ndarray | None
  findings: tuple[Finding, ...]


def facts_of(split: str, record: CrowdRecord) -> Facts:
  """Decodes a record's image and examines its heads."""
  points = record.points[np.isfinite(record.points).all(axis=1)]
  odd = [*of_size(record.height, record.width), *of_points(points)]
  wrong = [*faults.of_labels(record)]
  content, look = "", None
  with decoding.hold(record.height * record.width):
    try:
      image = decode_image(record.image).numpy()
    except tf.errors.OpError as error:
      wrong.append(("pictures that cannot be decoded", first_line(error)))
    else:
      wrong += faults.of_size(record, image)
      odd += one_colour(image, len(points))
      content, look = _content(image), _look(image)
  nearest = _nearest(points)
  corner = points.max(axis=0, initial=0.0).tolist()
  return Facts(
    split=split,
    id=record.id,
    height=record.height,
    width=record.width,
    labelled=record.labelled,
    heads=len(record.points),
    counted=_counted(record),
    stored=hashlib.sha256(record.image).hexdigest(),
    content=content,
    look=look,
    nearest=nearest,
    extent=(corner[0], corner[1]),
    slope=_slope(points[:, 1], nearest),
    sigmas=record.sigmas,
    findings=(
      *(Finding(kind, record.id, told, error=True) for kind, told in wrong),
      *(Finding(kind, record.id, told) for kind, told in odd),
    ),
  )


def _counted(record: CrowdRecord) -> int | None:
  """Returns how many heads lie in the region of interest, if there is one."""
  try:
    region = record.region()
  except tf.errors.OpError:
    return None
  if region is None or region.shape != (record.height, record.width):
    return None
  size = [record.width, record.height]
  inside = ((record.points >= 0) & (record.points < size)).all(axis=1)
  return int(heads_within(record.points[inside], region).sum())


def _content(image: np.ndarray) -> str:
  """Returns a hash of a picture's pixels, however they are stored."""
  digest = hashlib.blake2b(repr(image.shape).encode(), digest_size=16)
  digest.update(image.tobytes())
  return digest.hexdigest()


def _look(image: np.ndarray) -> np.ndarray | None:
  """Returns the picture's `look`, the same at any size and compression."""
  grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
  size = (_SIDE + 1, _SIDE + 1)
  small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(int)
  if np.ptp(small) < 2 * _SIDE:  # too even: noise would decide
    return None
  right = small[:-1, 1:] > small[:-1, :-1]
  down = small[1:, :-1] > small[:-1, :-1]
  return np.concatenate([right.ravel(), down.ravel()])


def _nearest(points: np.ndarray) -> np.ndarray:
  if len(points) < 2:
    return np.zeros(0, np.float32)
  distances, _ = cKDTree(points).query(points, k=2)
  return distances[:, 1].astype(np.float32)


def _slope(y: np.ndarray, nearest: np.ndarray) -> float | None:
  """Returns the rank correlation of height in the picture and distance."""
  if len(nearest) < 30 or np.ptp(y) == 0 or np.ptp(nearest) == 0:
    return None
  ranks = np.stack([np.argsort(np.argsort(v)) for v in (y, nearest)])
  return float(np.asarray(np.corrcoef(ranks))[0, 1])
