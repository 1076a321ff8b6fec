"""Work shared by several threads or processes, in order and in bounded memory.

A conversion uses threads, not processes: its slow parts (decoding, hashing,
writing) release the interpreter lock, and every process would load TensorFlow
again.
"""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2  # results that wait for their turn, for each worker


def in_order(
  work: Callable[[T], R], items: Iterable[T], workers: int | None
) -> Generator[R, None, None]:
  """Yields what `work` returns for each item, in the order of the items.

  Args:
    work: is called by several threads at once; what it raises is raised here.
    items: are taken one by one, by the caller's thread, when there is room.
    workers: number of threads, None for one on each core; with 1, everything
      is done in the caller's thread.
  """
  workers = workers or cores()
  if workers == 1:
    yield from map(work, items)
    return
  with ThreadPoolExecutor(workers) as pool:
    yield from through(pool, work, items, _AHEAD * workers)


def through(
  pool: Executor, work: Callable[[T], R], items: Iterable[T], ahead: int
) -> Iterator[R]:
  """Yields what a pool makes of each item, in the order of the items.

  Args:
    pool: of threads or processes.
    work: is called in it; what it raises is raised here.
    items: are taken one by one, by the caller's thread, when there is room.
    ahead: largest number of results that wait for their turn.
  """
  waiting: deque[Future[R]] = deque()
  try:
    for item in items:
      waiting.append(pool.submit(work, item))
      if len(waiting) > ahead:
        yield waiting.popleft().result()
    while waiting:
      yield waiting.popleft().result()
  finally:
    for future in waiting:
      future.cancel()


def cores() -> int:
  """Returns how many cores this process may use."""
  if hasattr(os, "sched_getaffinity"):
    return len(os.sched_getaffinity(0))
  return os.cpu_count() or 1


class WeightedSemaphore:
  """Limits the total weight that threads hold at the same time.

  A thread that asks for more than the limit waits until it is the only holder.
  """

  def __init__(self, limit: int):
    self._limit = self._free = limit
    self._changed = threading.Condition()

  @contextlib.contextmanager
  def hold(self, weight: int) -> Iterator[None]:
    """Waits until the weight fits, and holds it while the block runs."""
    weight = min(weight, self._limit)
    with self._changed:
      self._changed.wait_for(lambda: self._free >= weight)
      self._free -= weight
    try:
      yield
    finally:
      with self._changed:
        self._free += weight
        self._changed.notify_all()


class Shared:
  """A context of the whole process, for threads that come and go.

  The first of them enters it, and the last leaves it.
  """

  def __init__(
    self, context: Callable[[], contextlib.AbstractContextManager[object]]
  ):
    self._context, self._inside = context, 0
    self._lock, self._entered = threading.Lock(), contextlib.ExitStack()

  def __enter__(self) -> None:
    with self._lock:
      if not self._inside:
        self._entered.enter_context(self._context())
      self._inside += 1

  def __exit__(self, *exception: object) -> None:
    with self._lock:
      self._inside -= 1
      if not self._inside:
        self._entered.close()


# Pixels that all threads together decode at the same time.
decoding = WeightedSemaphore(32_000_000)
