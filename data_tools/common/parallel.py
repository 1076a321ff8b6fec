"""Work that several workers share: in order, and in bounded memory.

A conversion's are threads, not processes: what takes long in it, to decode, to
hash and to write, lets other threads run, and every process would load
TensorFlow for itself.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 2  # results that wait for their turn, for each worker


def in_order(
  work: Callable[[T], R], items: Iterable[T], workers: int
) -> Iterator[R]:
  """Yields what `work` returns for each item, in the order of the items.

  Args:
    work: is called by several threads at once; what it raises is raised here.
    items: are taken one by one, by the caller's thread, when there is room.
    workers: number of threads; with 1, all is done in the caller's.
  """
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
    ahead: so many results wait for their turn at most.
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


class Room:
  """What threads may hold at once of something; who wants more has it alone."""

  def __init__(self, most: int):
    self._most = self._free = most
    self._changed = threading.Condition()

  @contextlib.contextmanager
  def taken(self, amount: int) -> Iterator[None]:
    """Waits until there is room, and takes it while the block runs."""
    amount = min(amount, self._most)
    with self._changed:
      self._changed.wait_for(lambda: self._free >= amount)
      self._free -= amount
    try:
      yield
    finally:
      with self._changed:
        self._free += amount
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
