"""GAME against values worked by hand."""

import numpy as np
import pytest

from cdcc_tf.evaluation.game import game_errors


def one_person_map(rows: int, columns: int, row: int, column: int):
  density = np.zeros((rows, columns))
  density[row, column] = 1.0
  return density


def test_game_zero_is_the_absolute_error() -> None:
  points = np.array([[5.0, 5.0], [60.0, 40.0]])
  density = one_person_map(6, 8, 0, 0)
  assert game_errors(points, density, 48, 64, 0) == pytest.approx(1)


def test_game_punishes_people_in_the_wrong_place() -> None:
  points = np.array([[60.0, 4.0]])  # top right
  right = one_person_map(8, 8, 0, 7)
  wrong = one_person_map(8, 8, 7, 0)  # bottom left
  for level in (1, 2, 3):
    assert game_errors(points, right, 64, 64, level) == 0
    assert game_errors(points, wrong, 64, 64, level) == 2


def test_game_loses_no_pixel_of_odd_sizes() -> None:
  """Cells are shared where an edge crosses them; nothing is dropped."""
  height, width = 45, 61
  density = np.random.default_rng(0).random((6, 8))
  for level in range(4):
    error = game_errors(np.zeros((0, 2)), density, height, width, level)
    assert error == pytest.approx(density.sum())


def test_game_never_falls_with_the_level() -> None:
  random = np.random.default_rng(1)
  points = random.random((30, 2)) * (61, 45)
  density = random.random((6, 8))
  errors = [game_errors(points, density, 45, 61, level) for level in range(4)]
  assert errors == sorted(errors)
