"""Pictures of a check's contact sheet: which, and with their heads drawn."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw, ImageFont

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.manifest import Manifest
from cdcc_tf.data.records.record import CrowdRecord
from data_tools.checking.facts import Facts
from data_tools.checking.integrity import Reading
from data_tools.common.contact_sheet import reduced

PICTURES, _SUSPICIOUS = 16, 8
_HEAD, _HEAD_OUTSIDE = (0, 255, 60), (255, 120, 0)  # colours of rings
_CAPTION, _LETTERS = 20, 60


def chosen(pictures: Sequence[Facts]) -> list[str]:
  """Returns the ids of the pictures to show, always the same ones.

  First of those in which something was found, then from the emptiest to the
  fullest in equal steps.
  """
  found = [facts.id for facts in pictures if facts.findings][:_SUSPICIOUS]
  by_heads = sorted(
    (facts for facts in pictures if facts.id not in found),
    key=lambda facts: (facts.heads, facts.id),
  )
  wanted = min(PICTURES - len(found), len(by_heads))
  places = np.linspace(0, len(by_heads) - 1, wanted).round().astype(int)
  return [*found, *(by_heads[place].id for place in places)]


def thumbnails(
  folder: Path, manifest: Manifest, ids: Sequence[str]
) -> list[np.ndarray]:
  """Draws the records of the given ids, those that can be decoded."""
  drawn: dict[str, np.ndarray] = {}
  for split, record in Reading(folder, manifest).records():
    if record.id not in ids or record.id in drawn:
      continue
    try:
      image = decode_image(record.image).numpy()
    except tf.errors.OpError:
      continue
    drawn[record.id] = _drawn(split, record, image)
  return [drawn[id] for id in ids if id in drawn]


def _drawn(split: str, record: CrowdRecord, image: np.ndarray) -> np.ndarray:
  """Returns a small picture with a ring around each head, and a caption.

  Outside the region of interest it is dark, and rings are orange.
  """
  small = np.ascontiguousarray(reduced(image))
  points = record.points[np.isfinite(record.points).all(axis=1)]
  region = _small_region(record, *small.shape[:2])
  small[~region] //= 3
  scale = [small.shape[1] / record.width, small.shape[0] / record.height]
  last = [small.shape[1] - 1, small.shape[0] - 1]
  for point in np.clip(points * scale, -1e4, 1e4):
    column, row = np.clip(point, 0, last).astype(int)
    colour = _HEAD if region[row, column] else _HEAD_OUTSIDE
    # Sixteenths of a pixel, and its centre at 0, as OpenCV counts.
    centre = [round(float(side)) for side in point * 16 - 8]
    cv2.circle(small, centre, 3 * 16, colour, 1, cv2.LINE_AA, 4)
  count = f"{len(record.points):,} heads" if record.labelled else "unlabelled"
  caption = Image.new("RGB", (max(200, small.shape[1]), _CAPTION), "white")
  ImageDraw.Draw(caption).text(
    (4, 3),
    f"{count}  {split}  {_end_of(record.id)}",
    fill="black",
    font=ImageFont.load_default(12),
  )
  sheet = np.full((small.shape[0] + _CAPTION, caption.width, 3), 255, np.uint8)
  sheet[: small.shape[0], : small.shape[1]] = small
  sheet[small.shape[0] :] = np.asarray(caption)
  return sheet


def _small_region(record: CrowdRecord, height: int, width: int) -> np.ndarray:
  """Returns where to count, bool of the given size; all where nobody knows."""
  try:
    region = record.region()
  except tf.errors.OpError:
    region = None
  if region is None:
    return np.ones((height, width), bool)
  small = Image.fromarray(region).resize(
    (width, height), Image.Resampling.NEAREST
  )
  return np.asarray(small)


def _end_of(id: str) -> str:
  return id if len(id) <= _LETTERS else "…" + id[1 - _LETTERS :]
