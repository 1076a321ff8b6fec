"""Many pictures at once: the same ones whatever the number of workers."""

import contextlib
import dataclasses
import functools
import multiprocessing
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

import cv2
import numpy as np

from data_tools.common.contact_sheet import reduced
from data_tools.common.parallel import through
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.presets import ablations, presets_named
from data_tools.synthesis.render import MIN_VISIBLE, draw_labels, render
from data_tools.synthesis.style.effects import encode_jpeg
from data_tools.synthesis.style.look import (
  SMALLEST,
  Look,
  bring_near,
  draw_look,
)

SHEET_IMAGES = 12
_AHEAD = 8  # pictures that wait for their turn, for each worker


@dataclasses.dataclass(frozen=True)
class Order:
  """What to make: see the flags of `data_tools.synthesize`.

  Attributes:
    preset: name of a preset, or several with commas between, used in turns.
    seed: pictures are a function of this, their number and what follows.
    width: in pixels, or None for those of `like`.
    height: in pixels, or None for those of `like`.
    max_heads: most people in a picture, or None.
    min_visible: share of a head's disc that must be seen for a label.
    like: looks that pictures are brought near to; none leaves them as they are.
    without: ingredients to leave out; see `ablations`.
  """

  preset: str
  seed: int
  width: int | None
  height: int | None
  max_heads: int | None = None
  min_visible: float = MIN_VISIBLE
  like: tuple[Look, ...] = ()
  without: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Picture:
  """A finished picture.

  Attributes:
    id: unique, e.g. `street/seed1/00012`.
    jpeg: the file's bytes.
    width: in pixels.
    height: in pixels.
    points: float32 [heads, 2], x and y in pixels.
    thumbnail: uint8 [rows, columns, 3] with heads marked, or None.
  """

  id: str
  jpeg: bytes
  width: int
  height: int
  points: np.ndarray
  thumbnail: np.ndarray | None


def image_id(order: Order, index: int) -> str:
  """Returns the id of a picture of an order."""
  presets = presets_named(order.preset)
  name = presets[index % len(presets)].name
  return f"{name}/seed{order.seed}/{index:05d}"


def make_image(order: Order, with_thumbnail: bool, index: int) -> Picture:
  """Makes one picture of an order."""
  presets = presets_named(order.preset)
  look = None
  if order.like:
    look = draw_look(Dice(f"look {order.seed} {index}"), order.like)
  rendered = render(
    ablations.without(presets[index % len(presets)], order.without),
    order.seed,
    index,
    *size_of(order, look),
    order.max_heads,
    order.min_visible,
  )
  if look is not None:
    image = bring_near(rendered.image, look)
    rendered = dataclasses.replace(rendered, image=image)
  thumbnail = None
  if with_thumbnail:
    # Marks are drawn on the small one: rings of a pixel would be gone.
    small = reduced(rendered.image)
    thumbnail = draw_labels(rendered, small)
  rows, columns = rendered.image.shape[:2]
  return Picture(
    image_id(order, index),
    encode_jpeg(rendered.image, rendered.jpeg_quality),
    columns,
    rows,
    rendered.points,
    thumbnail,
  )


def size_of(order: Order, look: Look | None) -> tuple[int, int]:
  """Returns width and height; one that is given brings the other with it."""
  if look is None or (order.width and order.height):
    return order.width or 0, order.height or 0
  if order.width:
    return order.width, max(
      SMALLEST, round(order.width * look.height / look.width)
    )
  if order.height:
    return max(
      SMALLEST, round(order.height * look.width / look.height)
    ), order.height
  return look.width, look.height


def make_images(
  order: Order,
  numbers: Iterable[int],
  workers: int,
  with_thumbnails: bool = False,
) -> Iterator[Picture]:
  """Yields pictures of an order, in the order of their numbers.

  Args:
    order: what to make.
    numbers: of the pictures.
    workers: processes; with 1, all is done in this one.
    with_thumbnails: whether they come with a thumbnail.

  Raises:
    OSError: a worker was killed.
  """
  make = functools.partial(make_image, order, with_thumbnails)
  if workers == 1:
    yield from map(make, numbers)
    return
  # Spawned, not forked: the parent may have started TensorFlow's threads.
  context = multiprocessing.get_context("spawn")
  with ProcessPoolExecutor(workers, context, _start_worker) as pool:
    with _interrupts_held():
      for _ in range(workers):  # each starts a process
        pool.submit(int)
    try:
      yield from through(pool, make, numbers, _AHEAD * workers)
    except BrokenProcessPool as error:
      raise OSError(
        "a worker was killed, most often for want of memory. Give the same "
        "command again, with fewer --workers or smaller pictures."
      ) from error


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
  """Lets processes start that Ctrl-C does not reach: this one ends them.

  Each would tell of it otherwise, and a pool whose workers die while they start
  may wait for good.
  """
  if threading.current_thread() is not threading.main_thread():
    yield
    return
  held: list[int] = []
  # Another thread may be the one that is told, whatever this one blocks.
  handler = signal.signal(signal.SIGINT, lambda number, _: held.append(number))
  blocked = hasattr(signal, "pthread_sigmask")  # not on Windows
  if blocked:  # which processes inherit
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
  try:
    yield
  finally:
    if blocked:
      signal.pthread_sigmask(signal.SIG_SETMASK, before)
    signal.signal(signal.SIGINT, handler)
  if held and callable(handler):
    handler(held[0], None)


def _start_worker() -> None:
  cv2.setNumThreads(1)  # the processes share the cores already
