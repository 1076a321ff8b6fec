"""Errors in a record, whatever was intended.

Each function returns pairs: the kind of error, and its figures.
"""

import numpy as np
import tensorflow as tf

from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import first_line

Faults = list[tuple[str, str]]


def of_labels(record: CrowdRecord) -> Faults:
  """Looks for labels that contradict the picture's size or themselves."""
  faults: Faults = []
  points, sigmas = record.points, record.sigmas
  inside = (points >= 0) & (points < [record.width, record.height])
  outside = int((~inside.all(axis=1)).sum())  # NaN is nowhere
  if outside:
    kind = "heads outside their picture, or nowhere"
    faults.append((kind, f"{outside:,} of {len(points):,}"))
  if len(points) and not record.labelled:
    faults.append(("unlabelled pictures with heads", f"{len(points):,}"))
  if sigmas is not None and len(sigmas) != len(points):
    told = f"{len(sigmas):,} for {len(points):,} heads"
    faults.append(("standard deviations that do not belong to heads", told))
  elif sigmas is not None and not (np.isfinite(sigmas) & (sigmas > 0)).all():
    faults.append(("standard deviations that are not positive", ""))
  try:
    region = record.region()
  except tf.errors.OpError as error:
    told = first_line(error)[:120]
    faults.append(("regions of interest that cannot be read", told))
  else:
    size = record.height, record.width
    if region is not None and region.shape != size:
      told = f"{region.shape[1]}x{region.shape[0]}, not {size[1]}x{size[0]}"
      faults.append(("regions of interest of another size", told))
    elif region is not None and not region.any():
      faults.append(("regions of interest without a pixel", ""))
  return faults


def of_size(record: CrowdRecord, image: np.ndarray) -> Faults:
  """Compares the recorded size with that of the image."""
  height, width = image.shape[:2]
  if (height, width) == (record.height, record.width):
    return []
  told = f"{width}x{height}, not {record.width}x{record.height}"
  return [("images of another size than recorded", told)]
