"""Timing that survives a noisy machine: in turns, medians, ratios."""

import statistics
import time
from collections.abc import Callable, Mapping

import tensorflow as tf


def finished(run: Callable, *arguments: object) -> Callable[[], None]:
  """Returns a call that lasts until its results are in memory."""

  def call() -> None:
    tf.nest.map_structure(lambda tensor: tensor.numpy(), run(*arguments))

  return call


def in_turns(
  sides: Mapping[str, Callable[[], object]], rounds: int
) -> dict[str, list[float]]:
  """Times the sides one after the other, round after round.

  The machine's speed drifts within minutes; sides measured in turns drift
  together, so that their ratio holds.

  Args:
    sides: name to a function that returns when its work is done.
    rounds: counted rounds, after one that is not.

  Returns:
    Seconds of every counted call, by name.
  """
  seconds: dict[str, list[float]] = {name: [] for name in sides}
  for counted in range(-1, rounds):
    for name, work in sides.items():
      start = time.perf_counter()
      work()
      if counted >= 0:
        seconds[name].append(time.perf_counter() - start)
  return seconds


def ratio(first: list[float], second: list[float]) -> float:
  """Returns the median over rounds of first / second."""
  return statistics.median(a / b for a, b in zip(first, second, strict=True))


def rate_share(
  seconds: list[float],
  flop: float,
  yardstick_seconds: list[float],
  yardstick_flop: float,
) -> float:
  """Returns a side's FLOP per second over those of a yardstick."""
  return ratio(yardstick_seconds, seconds) * flop / yardstick_flop


def row(name: str, seconds: list[float], extra: str = "") -> str:
  """Formats a side: median, fastest and slowest round."""
  return (
    f"{name:<34}{statistics.median(seconds):>9.4f} s"
    f"  ({min(seconds):.4f} to {max(seconds):.4f})  {extra}"
  ).rstrip()


def matmul_work(side: int = 4096) -> tuple[Callable[[], object], float]:
  """Returns a float32 product to measure the machine by, and its FLOP."""
  matrix = tf.random.normal((side, side))
  product = tf.function(lambda: tf.reduce_sum(tf.matmul(matrix, matrix)))
  return lambda: product().numpy(), 2.0 * side**3
