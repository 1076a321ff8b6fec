"""Augmentation moves pictures and points together, and loses nobody."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.data.density import density_map
from cdcc_tf.data.pipeline import augment
from tests.helpers import (
  assert_same,
  lopsided_points,
  noise_picture,
  run_eagerly_and_in_tf_data,
)

SEEDS = [[0, 1], [5, 7], [123, 9], [2, 2]]
CROP = 32


def dotted_picture(
  height: int, width: int, points: np.ndarray, side: int = 5
) -> np.ndarray:
  """Paints a white square about each point on black."""
  picture = np.zeros((height, width, 3), np.uint8)
  for x, y in points:
    top, left = round(y - side / 2), round(x - side / 2)
    picture[max(top, 0) : top + side, max(left, 0) : left + side] = 255
  return picture


def brightest(picture: np.ndarray) -> np.ndarray:
  """Returns the centre of mass, x then y, of what is bright."""
  weight = np.asarray(picture, np.float64).sum(-1)
  ys, xs = np.indices(weight.shape) + 0.5
  return np.array([(xs * weight).sum(), (ys * weight).sum()]) / weight.sum()


def view_of(
  picture: np.ndarray, seed: list[int], scale_min: float, scale_max: float
) -> augment.View:
  """Draws a view that is not mirrored, to look at crop and scale alone."""
  view = augment.random_view(
    tf.shape(picture)[:2], seed, CROP, scale_min, scale_max
  )
  return dataclasses.replace(view, mirrored=tf.constant(False))


def whole_view(side: int, mirrored: bool) -> augment.View:
  """Returns the view of a whole square picture, in a mirror or not."""
  return augment.View(
    tf.constant([0.0, 0.0, side]), tf.constant(mirrored), side
  )


def crop_and_scale(
  picture: np.ndarray,
  points: np.ndarray,
  seed: list[int],
  scale_min: float = 0.4,
  scale_max: float = 1.2,
) -> tuple[np.ndarray, np.ndarray]:
  """Crops twice, eagerly and in tf.data."""

  def look(picture: tf.Tensor, points: tf.Tensor, seed: tf.Tensor) -> tuple:
    view = view_of(picture, seed, scale_min, scale_max)
    return view.picture(picture), view.points(points)

  return run_eagerly_and_in_tf_data(look, picture, points, np.int64(seed))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("point", [(40, 33), (70, 20)])
def test_crop_and_scale_move_picture_and_point_together(
  seed: list[int], point: tuple[int, int]
):
  points = np.float32([point])
  picture = dotted_picture(60, 100, points + 0.5)
  cut, moved = crop_and_scale(picture, points + 0.5, seed)
  assert cut.shape == (CROP, CROP, 3)
  assert cut.min() >= 0
  assert cut.max() <= 255
  if not len(moved):
    assert cut[4:-4, 4:-4].max() < 5  # at most a rim of the dot
    return
  near_border = (moved[0] < 5).any() or (moved[0] > CROP - 5).any()
  if not near_border:
    np.testing.assert_allclose(brightest(cut), moved[0], atol=0.6)


def test_some_crop_shows_the_dot_and_some_does_not():
  """Or the test above would never look."""
  points = np.float32([[40, 33]])
  picture = dotted_picture(60, 100, points)
  seen = [
    len(view_of(picture, [number, 0], 0.6, 1.2).points(points))
    for number in range(30)
  ]
  assert 0 < sum(seen) < 30


@pytest.mark.parametrize("seed", SEEDS)
def test_crop_at_scale_one_is_a_window(seed: list[int]):
  """Pixels are copied; the points are those of the window, all of them."""
  picture = noise_picture(60, 100, 1)
  grid = np.stack(np.meshgrid(np.arange(100), np.arange(60)), -1)
  points = np.float32(grid.reshape(-1, 2))
  cut, moved = crop_and_scale(picture, points, seed, 1.0, 1.0)
  corners = [
    (left, top)
    for top in range(60 - CROP + 1)
    for left in range(100 - CROP + 1)
    if np.array_equal(picture[top, left], cut[0, 0])
    and np.array_equal(picture[top : top + CROP, left : left + CROP], cut)
  ]
  assert len(corners) == 1
  # One point stands on the corner of every pixel, so the borders are tried.
  expected = points - np.float32(corners[0])
  expected = expected[((expected >= 0) & (expected < CROP)).all(1)]
  assert len(expected) == CROP * CROP
  np.testing.assert_allclose(moved, expected, atol=1e-3)


@pytest.mark.parametrize("seed", SEEDS[:3])
@pytest.mark.parametrize("scales", [(0.4, 1.2), (0.5, 0.5), (3.0, 3.0)])
def test_heads_on_the_window_border_are_not_lost(
  seed: list[int], scales: tuple[float, float]
):
  """Of points 1/64 pixel apart, each line keeps as many as the window holds."""
  xs, ys = np.meshgrid(np.arange(0, 100, 1 / 64), np.arange(0, 60, 5))
  points = np.float32(np.stack([xs.ravel(), ys.ravel()], 1))
  _, moved = crop_and_scale(noise_picture(60, 100, 0), points, seed, *scales)
  assert ((moved >= 0) & (moved < CROP)).all()
  _, members = np.unique(moved[:, 1], return_counts=True)
  assert len(members) >= 2
  assert len(set(members)) == 1
  line = np.float64(moved[moved[:, 1] == moved[0, 1], 0])
  scale = 64 * np.diff(line[1:-1]).mean()
  assert members[0] == round(64 * CROP / scale)


def test_scales_that_a_picture_is_too_small_for_are_not_drawn():
  """Nor do they become the smallest that it allows, all of them."""
  size = tf.constant([2 * CROP, 3 * CROP])
  sides = [
    float(augment.random_view(size, [seed, 0], CROP, 0.1, 1.0).window[2])
    for seed in range(200)
  ]
  assert max(sides) == 2 * CROP
  assert 0 < sum(side == 2 * CROP for side in sides) < 20
  assert 70 < sum(side > 2**0.5 * CROP for side in sides) < 130


def test_scale_is_the_same_in_both_axes_and_spans_its_range():
  xs, ys = np.meshgrid(np.arange(0, 200, 10), np.arange(0, 200, 10))
  points = np.float32(np.stack([xs.ravel(), ys.ravel()], 1))
  picture = noise_picture(200, 200, 0)
  scales = []
  for number in range(60):
    moved = view_of(picture, [number, 3], 0.25, 1.0).points(points).numpy()
    across, down = (np.unique(np.round(moved[:, i], 3)) for i in (0, 1))
    scales.append((across[1] - across[0]) / 10)
    assert (down[1] - down[0]) / 10 == pytest.approx(scales[-1], abs=1e-3)
  assert 0.24 < min(scales) < 0.3
  assert 0.8 < max(scales) < 1.01
  # Log-uniform: half of them below the geometric mean.
  assert 20 < sum(scale < 0.5 for scale in scales) < 40


@pytest.mark.parametrize(("height", "width"), [(10, 50), (50, 10), (7, 7)])
@pytest.mark.parametrize("seed", SEEDS[:3])
def test_small_pictures_are_enlarged(height: int, width: int, seed: list[int]):
  side = min(height, width)
  points = np.float32([[side / 2, side / 2]])
  everywhere = np.float32(
    [[x + 0.5, y + 0.5] for x in range(width) for y in range(height)]
  )
  cut, moved = crop_and_scale(noise_picture(height, width, 2), everywhere, seed)
  assert cut.shape == (CROP, CROP, 3)
  assert len(moved) == side * side  # the window is as large as can be
  if height == width:
    cut, moved = crop_and_scale(
      dotted_picture(height, width, points, 1), points, seed
    )
    np.testing.assert_allclose(moved, [[CROP / 2, CROP / 2]], atol=1e-3)
    np.testing.assert_allclose(brightest(cut), moved[0], atol=0.6)


def test_the_mirror_swaps_left_and_right_only():
  picture = noise_picture(16, 16, 0)
  points = np.float32([[1, 2], [15.5, 0.25]])
  view = whole_view(16, mirrored=True)
  np.testing.assert_allclose(view.picture(picture), picture[:, ::-1], atol=1e-3)
  np.testing.assert_allclose(view.points(points), [[15, 2], [0.5, 0.25]])
  view = whole_view(16, mirrored=False)
  np.testing.assert_allclose(view.picture(picture), picture, atol=1e-3)
  np.testing.assert_allclose(view.points(points), points)


@pytest.mark.parametrize("width", [8, 40, 256, 4096])
def test_the_mirror_keeps_heads_on_the_far_left_inside(width: int):
  points = np.float32(
    [[0, 1], [1e-9, 1], [np.nextafter(np.float32(width), 0), 1]]
  )
  moved = whole_view(width, mirrored=True).points(points).numpy()
  assert len(moved) == 3
  assert ((moved[:, 0] >= 0) & (moved[:, 0] < width)).all()


def test_both_sides_of_the_mirror_are_drawn_about_equally():
  drawn = [
    bool(augment.random_view([50, 60], [number, 0], CROP, 1.0, 1.0).mirrored)
    for number in range(200)
  ]
  assert 70 < sum(drawn) < 130


@pytest.mark.parametrize("seed", [*SEEDS, [8, 1], [9, 1]])
@pytest.mark.parametrize("size", [(60, 100), (97, 61)])
def test_maps_move_with_the_points(seed: list[int], size: tuple[int, int]):
  """A map of the points, seen in a view, is the map of the points seen."""
  points = lopsided_points(60, *size, 3)
  whole = density_map(points, *size, sigma=1e-3).numpy()

  def look(maps: tf.Tensor, points: tf.Tensor, seed: tf.Tensor) -> tuple:
    view = augment.random_view(tf.constant(size), seed, CROP, 0.4, 1.2)
    return view.maps(maps, *size), view.points(points), view.window

  seen, moved, window = run_eagerly_and_in_tf_data(
    look, whole, points, np.int64(seed)
  )
  assert seen.shape == (CROP // 8, CROP // 8, 1)
  # Heads within a cell of the window's border may be shared with outside.
  top, left, side = window
  inner = [
    (left + 8 <= x < left + side - 8) and (top + 8 <= y < top + side - 8)
    for x, y in points
  ]
  outer = [
    (left - 8 <= x < left + side + 8) and (top - 8 <= y < top + side + 8)
    for x, y in points
  ]
  assert sum(inner) - 1e-3 <= seen.sum() <= sum(outer) + 1e-3
  if len(moved) > 5:
    ys, xs = np.indices(seen.shape[:2]) * 8 + 4
    centre = np.array([(xs * seen[..., 0]).sum(), (ys * seen[..., 0]).sum()])
    np.testing.assert_allclose(
      centre / seen.sum(), moved.mean(0), atol=8 * CROP / side
    )


def test_a_view_of_everything_keeps_everybody():
  """Also in the last row and column of cells, which reach past the picture."""
  maps = np.float32(np.random.default_rng(0).random((8, 8, 2)))
  for side in (57, 60, 64):
    view = augment.View(
      tf.constant([0.0, 0.0, side]), tf.constant(True), 2 * CROP
    )
    seen = view.maps(maps, side, side).numpy()
    np.testing.assert_allclose(seen.sum((0, 1)), maps.sum((0, 1)), rtol=1e-5)


@pytest.mark.parametrize("strength", [0.1, 0.5, 2.0])
@pytest.mark.parametrize("seed", SEEDS)
def test_colour_keeps_shape_and_range(strength: float, seed: list[int]):
  picture = np.float32(noise_picture(8, 12, 0))
  picture[0, :2] = [[0, 0, 0], [255, 255, 255]]
  changed = run_eagerly_and_in_tf_data(
    lambda picture, seed: augment.random_colour(picture, seed, strength),
    picture,
    np.int64(seed),
  )
  assert changed.shape == picture.shape
  assert np.isfinite(changed).all()
  assert changed.min() >= 0
  assert changed.max() <= 255
  assert np.abs(changed - picture).max() > 1


def test_colour_of_strength_zero_changes_nothing():
  picture = np.float32(noise_picture(8, 12, 0))
  assert_same(np.asarray(augment.random_colour(picture, [1, 2], 0.0)), picture)


def test_colour_does_not_move_anything():
  """A half-black picture stays darker in the same half."""
  picture = np.zeros((8, 12, 3), np.float32)
  picture[:, 6:] = 128
  for seed in SEEDS:
    changed = augment.random_colour(picture, seed, 0.5).numpy()
    assert (changed[:, :6] == changed[0, 0]).all()
    assert (changed[:, 6:] == changed[0, 6]).all()


def test_borders_are_seen_as_often_as_the_middle():
  """Or crops would be denser, or emptier, than the pictures they are of."""
  height, width = 80, 120

  @tf.function  # four thousand views one by one would take a while
  def windows() -> tf.Tensor:
    return tf.map_fn(
      lambda number: (
        augment.random_view(
          [height, width], tf.stack([number, 7]), CROP, 1.0, 1.0
        ).window
      ),
      tf.range(4000),
      fn_output_signature=tf.float32,
    )

  top, left, side = windows().numpy().T
  assert (side == CROP).all()
  assert (top >= 0).all()
  assert (top + side <= height).all()
  assert (left >= 0).all()
  assert (left + side <= width).all()
  for first, length in ((top, height), (left, width)):
    seen = [
      np.mean((first <= place) & (place < first + CROP))
      for place in range(length)
    ]
    border = (np.mean(seen[:CROP]) + np.mean(seen[-CROP:])) / 2
    assert border == pytest.approx(np.mean(seen), rel=0.05)
    assert min(seen) > 0.4 * CROP / length


def test_same_seed_same_result_other_seed_other_result():
  picture = noise_picture(60, 100, 0)
  points = lopsided_points(20, 60, 100, 0)

  def augmented(seed: list[int]) -> tuple[np.ndarray, ...]:
    view = augment.random_view([60, 100], seed, CROP, 0.4, 1.2)
    cut, moved = view.picture(picture), view.points(points)
    coloured = augment.random_colour(cut, seed, 0.5)
    return cut.numpy(), moved.numpy(), coloured.numpy()

  tf.random.set_seed(1)
  first = augmented([4, 2])
  tf.random.set_seed(2)
  assert_same(augmented([4, 2]), first)
  other = augmented([4, 3])
  assert not np.array_equal(other[0], first[0])
  assert not np.array_equal(other[2], first[2])
  still = np.float32(picture)
  assert not np.array_equal(
    augment.random_colour(still, [4, 2], 0.5),
    augment.random_colour(still, [4, 3], 0.5),
  )


@pytest.mark.parametrize("batched", [False, True])
def test_upside_down(batched: bool):
  picture = noise_picture(6, 10, 0)
  given = picture[None] if batched else picture
  turned = run_eagerly_and_in_tf_data(augment.flip_upside_down, given)
  expected = picture[::-1]
  np.testing.assert_array_equal(turned[0] if batched else turned, expected)
  assert_same(np.asarray(augment.flip_upside_down(turned)), given)
