"""Many pictures at once: the same ones whatever the number of workers."""

import dataclasses
import functools
import multiprocessing
from collections.abc import Iterator

import cv2
import numpy as np

from data_tools.synthesis.effects import encode_jpeg
from data_tools.synthesis.presets import preset_named
from data_tools.synthesis.render import draw_labels, render

STORED_QUALITY = 92
SHEET_PICTURES, SHEET_COLUMNS, SHEET_WIDTH = 12, 4, 480


@dataclasses.dataclass(frozen=True)
class Order:
  """What to make: see the flags of `data_tools.synthesize`."""

  preset: str
  seed: int
  width: int
  height: int
  max_heads: int | None = None
  min_visible: float = 0.3


@dataclasses.dataclass(frozen=True)
class Picture:
  """A finished picture.

  Attributes:
    id: unique, e.g. `street/seed1/00012`.
    jpeg: the file's bytes.
    points: float32 [heads, 2], x and y in pixels.
    thumbnail: uint8 [rows, columns, 3] with heads marked, or None.
  """

  id: str
  jpeg: bytes
  points: np.ndarray
  thumbnail: np.ndarray | None


def picture_id(order: Order, index: int) -> str:
  """Returns the id of a picture of an order."""
  return f"{order.preset}/seed{order.seed}/{index:05d}"


def make_picture(order: Order, with_thumbnail: bool, index: int) -> Picture:
  """Makes one picture of an order."""
  rendered = render(
    preset_named(order.preset),
    order.seed,
    index,
    order.width,
    order.height,
    order.max_heads,
    order.min_visible,
  )
  thumbnail = None
  if with_thumbnail and index < SHEET_PICTURES:
    marked = draw_labels(rendered)
    width = min(SHEET_WIDTH, order.width)
    size = (width, max(1, round(width * order.height / order.width)))
    thumbnail = cv2.resize(marked, size, interpolation=cv2.INTER_AREA)
  return Picture(
    picture_id(order, index),
    encode_jpeg(rendered.image, STORED_QUALITY),
    rendered.points,
    thumbnail,
  )


def make_pictures(
  order: Order, count: int, workers: int, with_thumbnails: bool = False
) -> Iterator[Picture]:
  """Yields pictures 0 to count - 1 in order.

  Args:
    order: what to make.
    count: how many.
    workers: processes; with 1, all is done in this one.
    with_thumbnails: whether the first ones come with a thumbnail.
  """
  make = functools.partial(make_picture, order, with_thumbnails)
  if workers == 1:
    yield from map(make, range(count))
    return
  # Spawned, not forked: the parent may have started TensorFlow's threads.
  context = multiprocessing.get_context("spawn")
  with context.Pool(workers, initializer=_start_worker) as pool:
    yield from pool.imap(make, range(count), chunksize=4)


def contact_sheet(thumbnails: list[np.ndarray]) -> np.ndarray:
  """Lays thumbnails of one size out in a grid, uint8 RGB."""
  rows, width = thumbnails[0].shape[:2]
  columns = min(SHEET_COLUMNS, len(thumbnails))
  lines = -(-len(thumbnails) // columns)
  sheet = np.full((lines * rows, columns * width, 3), 255, np.uint8)
  for i, thumbnail in enumerate(thumbnails):
    y, x = i // columns * rows, i % columns * width
    sheet[y : y + rows, x : x + width] = thumbnail
  return sheet


def _start_worker() -> None:
  cv2.setNumThreads(1)  # the processes share the cores already
