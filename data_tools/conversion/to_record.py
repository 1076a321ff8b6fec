"""From one picture of a reader to a record, or a reason why not."""

import numpy as np

from cdcc_tf.data.records.image_table import Origin
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import first_line
from data_tools.conversion.adaptive_sigma import adaptive_sigmas
from data_tools.conversion.image_files import UnusableImage, read_image
from data_tools.conversion.regions import region_mask, region_png
from data_tools.conversion.resizing import (
  Resizing,
  Size,
  resized_points,
  resized_region,
)
from data_tools.formats.base import LabelledImage


def record_id(prefix: str, picture: LabelledImage) -> str:
  """Returns the id of a picture's record."""
  return f"{prefix}/{picture.id}"


def to_record(
  picture: LabelledImage,
  prefix: str,
  sigma: str = "fixed",
  resizing: Resizing | None = None,
) -> tuple[CrowdRecord, Origin]:
  """Reads a picture's file and checks its points against its size.

  Args:
    picture: from a reader.
    prefix: of the record's id, which tells data sets apart.
    sigma: `adaptive` to compute `sigmas` of labelled pictures, or `fixed`.
    resizing: size that the record is to have; None to leave it.

  Returns:
    The record, and where it comes from: what was left out and converted.

  Raises:
    UnusableImage: see `read_image`; or the picture is of another size than
      was annotated, or its name is no text.
  """
  id = record_id(prefix, picture)
  try:
    id.encode()
  except UnicodeEncodeError as error:
    raise UnusableImage("its name is not UTF-8; rename it") from error
  file = read_image(
    picture.path,
    picture.upright,
    picture.size,
    picture.load,
    resizing or Resizing(),
  )
  height, width = file.size_given
  if picture.size not in (None, (height, width)):
    raise UnusableImage(
      f"is {width}x{height} pixels, but was annotated at "
      f"{picture.size[1]}x{picture.size[0]}; put the annotated file there"
    )
  given = pixels_from_top_left(picture, height, width)
  points, inside = into_image(given, height, width)
  points = points[inside]
  # As complex numbers, since rows of two take several times as long.
  different = np.unique(points[:, 0] + 1j * points[:, 1])
  duplicates = len(points) - len(different)
  try:
    points, roi = _resized(
      points, picture.roi, file.size_given, (file.height, file.width)
    )
  except ValueError as error:
    raise UnusableImage(first_line(error)) from error
  labelled = picture.points is not None
  sigmas = None
  if sigma == "adaptive" and labelled:
    sigmas = adaptive_sigmas(points, file.height, file.width)
  record = CrowdRecord(
    id=id,
    image=file.image,
    height=file.height,
    width=file.width,
    points=points,
    labelled=labelled,
    sigmas=sigmas,
    roi=roi,
    group=picture.group,
  )
  origin = Origin(
    file=str(picture.path),
    kind=file.kind,
    sha256=file.sha256,
    height_given=height,
    width_given=width,
    converted=file.converted,
    exif_ignored=file.exif_ignored,
    heads_given=len(given),
    outside=int((~inside).sum()),
    duplicates=duplicates,
  )
  return record, origin


def _resized(
  points: np.ndarray, roi: np.ndarray | None, old: Size, new: Size
) -> tuple[np.ndarray, bytes | None]:
  """Returns points and region of interest for a picture of another size."""
  region = None if roi is None else region_mask(roi, *old)
  if new != old:
    before, points = points, resized_points(points, old, new)
    if region is not None:
      region, points = resized_region(region, before, points, new)
  return points, None if region is None else region_png(region)


def pixels_from_top_left(
  picture: LabelledImage, height: int, width: int
) -> np.ndarray:
  """Returns a picture's points in pixels, y from the top; none if unlabelled.

  Args:
    picture: from a reader.
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    float64 array of shape [heads, 2].
  """
  if picture.points is None:
    return np.zeros((0, 2))
  points = np.asarray(picture.points, np.float64).reshape(-1, 2)
  if picture.normalised:
    points = points * [width, height]
  if picture.y_from_bottom:
    points = np.stack([points[:, 0], height - points[:, 1]], axis=1)
  return points


def into_image(
  points: np.ndarray, height: int, width: int
) -> tuple[np.ndarray, np.ndarray]:
  """Tells which points lie in a picture, its far edges included.

  Annotators' tools put heads exactly on the right and bottom edge; those belong
  to the last pixel. What lies beyond was never in the picture.

  Args:
    points: array of shape [heads, 2], pixels.
    height: picture height in pixels.
    width: picture width in pixels.

  Returns:
    float32 points, those on the far edges moved just inside, and a boolean
    array of shape [heads] that is True for points in the picture.
  """
  size = np.array([width, height], np.float32)
  # float32 first, which is how they are stored: 1023.99999999 becomes 1024.
  with np.errstate(over="ignore"):  # what is too large becomes infinite
    points = points.astype(np.float32)
  inside = ((points >= 0) & (points <= size)).all(axis=1)
  last = np.nextafter(size, np.float32(0))
  return np.minimum(points, last), np.asarray(inside)
