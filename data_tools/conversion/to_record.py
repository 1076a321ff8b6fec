"""From one image of a reader to a record, or the reason why there is none."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np

from cdcc_tf.data.records.image_table import Origin
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import first_line
from data_tools.conversion.adaptive_sigma import adaptive_sigmas
from data_tools.conversion.image_files import UnusableImage, read_image
from data_tools.conversion.resizing import (
  Resizing,
  Size,
  into_image,
  pixels_from_top_left,
  region_mask,
  region_png,
  resized_points,
  resized_region,
)
from data_tools.formats.base import Item, LabelledImage

Outcome = tuple[CrowdRecord, Origin] | UnusableImage | None


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


@dataclasses.dataclass(frozen=True)
class Preparation:
  """What is done to pictures.

  Attributes:
    prefix: of the records' ids.
    sigma: `fixed` or `adaptive`.
    resizing: size that records are to have.
    has: tells by a record's id whether it is written already.
  """

  prefix: str
  sigma: str
  resizing: Resizing
  has: Callable[[str], bool]

  def of(self, item: Item) -> Outcome:
    """Returns the record of a picture, or why there is none.

    None if it is written already, or the item is no picture.
    """
    if not self._is_wanted(item):
      return None
    assert isinstance(item, LabelledImage)
    try:
      return to_record(item, self.prefix, self.sigma, self.resizing)
    except UnusableImage as error:
      return error

  def loaded(self, item: Item) -> Item:
    """Loads what must be loaded in order, e.g. the frame of a video."""
    if not self._is_wanted(item):
      return item
    assert isinstance(item, LabelledImage)
    if item.load is None:
      return item
    try:
      content = item.load()
    except (OSError, ValueError) as error:
      return dataclasses.replace(item, load=functools.partial(_fail, error))
    return dataclasses.replace(item, load=functools.partial(_given, content))

  def _is_wanted(self, item: Item) -> bool:
    return isinstance(item, LabelledImage) and not self.has(
      record_id(self.prefix, item)
    )


# Not closures: what is loaded may go to another process.
def _given(content: bytes) -> bytes:
  return content


def _fail(error: Exception) -> bytes:
  raise error
