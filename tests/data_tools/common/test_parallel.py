"""Threads share work, and nobody can tell from what comes out."""

import contextlib
import itertools
import threading
import time
import warnings
from collections.abc import Iterator

import pytest

from data_tools.common.parallel import Shared, WeightedSemaphore, in_order


def workers_alive() -> int:
  """Counts the threads of pools; others come and go as they like."""
  return sum("Pool" in thread.name for thread in threading.enumerate())


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_results_come_in_order(workers: int):
  def work(number: int) -> int:
    time.sleep(0.01 * (number % 3 == 0))  # some take longer
    return number * number

  assert list(in_order(work, range(20), workers)) == [n * n for n in range(20)]
  assert list(in_order(work, [], workers)) == []


def test_work_is_shared():
  """Two at a time: each waits until another is at work too."""
  both = threading.Barrier(2, timeout=30)

  def work(number: int) -> int:
    return both.wait()

  assert sorted(in_order(work, range(2), 2)) == [0, 1]


def test_no_more_is_taken_than_there_is_room_for():
  taken = []

  def items() -> Iterator[int]:
    for number in itertools.count():
      taken.append(number)
      yield number

  results = in_order(lambda number: number, items(), 3)
  for expected in range(30):
    assert next(results) == expected
    assert taken[-1] <= expected + 2 * 3
  results.close()


def test_items_are_taken_by_the_thread_of_the_caller():
  def items() -> Iterator[str]:
    for _ in range(9):
      yield threading.current_thread().name

  names = set(in_order(lambda name: name, items(), 3))
  assert names == {threading.current_thread().name}


@pytest.mark.parametrize("workers", [1, 3])
def test_errors_are_raised_where_they_are_met(workers: int):
  def work(number: int) -> int:
    if number == 4:
      raise ValueError("four")
    return number

  results = in_order(work, range(100), workers)
  assert [next(results) for _ in range(4)] == [0, 1, 2, 3]
  with pytest.raises(ValueError, match="four"):
    next(results)
  assert not workers_alive()


def test_leaving_early_leaves_no_threads():
  results = in_order(lambda number: number, range(100), 3)
  assert next(results) == 0
  assert workers_alive()
  results.close()
  assert not workers_alive()


def test_room_is_never_overdrawn():
  room = WeightedSemaphore(10)
  held, most = 0, 0
  lock = threading.Lock()

  def work(amount: int) -> int:
    nonlocal held, most
    with room.hold(amount):
      with lock:
        held += amount
        most = max(most, held)
      time.sleep(0.001)
      with lock:
        held -= amount
    return amount

  amounts = [3, 4, 5, 10, 1, 2] * 10
  assert list(in_order(work, amounts, 6)) == amounts
  assert 0 < most <= 10


def test_who_wants_more_than_all_has_it_alone():
  room = WeightedSemaphore(10)
  alone = []

  def work(amount: int) -> None:
    with room.hold(amount):
      if amount > 10:
        alone.append(room._free)

  list(in_order(work, [3, 99, 3, 99], 4))
  assert alone == [0, 0]
  assert room._free == 10
  with pytest.raises(KeyError), room.hold(4):
    raise KeyError
  assert room._free == 10


def test_shared_context_is_entered_once_at_a_time():
  entered = []

  @contextlib.contextmanager
  def context() -> Iterator[None]:
    entered.append("in")
    yield
    entered.append("out")

  shared = Shared(context)
  with shared, shared:
    pass
  with shared:
    assert entered == ["in", "out", "in"]
  assert entered == ["in", "out"] * 2

  both = threading.Barrier(3, timeout=30)

  def work(number: int) -> None:
    with shared:
      both.wait()

  list(in_order(work, range(3), 3))
  assert entered == ["in", "out"] * 3


def test_filters_of_warnings_are_as_before():
  @contextlib.contextmanager
  def silent() -> Iterator[None]:
    with warnings.catch_warnings():
      warnings.simplefilter("ignore")
      yield

  shared = Shared(silent)
  before = list(warnings.filters)

  def work(number: int) -> None:
    with shared:
      warnings.warn("not heard", stacklevel=1)
      time.sleep(0.001)

  list(in_order(work, range(50), 4))
  assert warnings.filters == before
