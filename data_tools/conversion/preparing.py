"""Pictures become records, several at a time, in the order of the reader."""

import dataclasses
import functools
import os
from collections.abc import Callable, Generator, Iterable

from cdcc_tf.data.records.image_table import Origin
from cdcc_tf.data.records.record import CrowdRecord
from data_tools.common.parallel import in_order
from data_tools.conversion.image_files import UnusableImage
from data_tools.conversion.resizing import Resizing
from data_tools.conversion.to_record import record_id, to_record
from data_tools.formats.base import Item, LabelledImage

Outcome = tuple[CrowdRecord, Origin] | UnusableImage | None

ON_THIS_MACHINE = "DirectRunner"  # Beam's name for it


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


def prepared(
  items: Iterable[Item], preparation: Preparation, workers: int | None
) -> Generator[Outcome, None, None]:
  """Yields what becomes of each item.

  Args:
    items: from a reader.
    preparation: what is done to them.
    workers: number of threads; None for one on each core.
  """
  loaded = map(preparation.loaded, items)
  yield from in_order(preparation.of, loaded, workers or cores())


# Not closures: what is loaded may go to another process.
def _given(content: bytes) -> bytes:
  return content


def _fail(error: Exception) -> bytes:
  raise error


def cores() -> int:
  """Returns how many cores this process may use."""
  if hasattr(os, "sched_getaffinity"):
    return len(os.sched_getaffinity(0))
  return os.cpu_count() or 1
