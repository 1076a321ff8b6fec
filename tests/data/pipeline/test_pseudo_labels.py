"""Batches of pseudo-labels: picture, map and mask move as one."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.pipeline import augment, pseudo_labels
from cdcc_tf.data.pseudo_labels.cache import PseudoLabelSet, PseudoLabelWriter
from cdcc_tf.data.pseudo_labels.record import PseudoLabel, parse
from tests.helpers import png

CELL = 8
# Whole cells: an odd one out, in a corner of its own, tells where it went.
ROWS, COLUMNS = 8, 8


def marked(index: int) -> PseudoLabel:
  """One bright cell, which alone holds people and is confident."""
  row, column = divmod(11 * index + 9, COLUMNS)
  picture = np.zeros((ROWS * CELL, COLUMNS * CELL, 3), np.uint8)
  picture[row * CELL :, column * CELL :][:CELL, :CELL] = 255
  density = np.zeros((ROWS, COLUMNS), np.float32)
  density[row, column] = 2.0
  return PseudoLabel(
    id=f"tiny/{index}",
    image=png(picture),
    height=ROWS * CELL,
    width=COLUMNS * CELL,
    density=density,
    confident=density > 0,
    uncertainty=1.0,
  )


@pytest.fixture
def labels(tmp_path: Path) -> PseudoLabelSet:
  records = [marked(index) for index in range(4)]
  cache = PseudoLabelWriter(tmp_path / "cache", {})
  cache.write(0, records[:2])
  cache.write(1, records[2:])
  return PseudoLabelSet(cache.shards(2), 4, [record.id for record in records])


def config(**options: object) -> DataConfig:
  return DataConfig(
    **{
      "crop": ROWS * CELL,
      "target_batch": 2,
      "target_scale_min": 1.0,
      "target_scale_max": 1.0,
      "colour_strength": 0.0,
    }
    | options
  )


def brightness(image: np.ndarray) -> np.ndarray:
  """Returns the mean of each cell, in [0, 1]."""
  rows, columns = image.shape[0] // CELL, image.shape[1] // CELL
  cells = image[..., 0].reshape(rows, CELL, columns, CELL)
  return cells.mean(axis=(1, 3)) / 255


def test_picture_map_and_mask_move_as_one(labels: PseudoLabelSet) -> None:
  """In tf.data: over many steps, mirrored or not, they stay together."""
  batches = pseudo_labels.pseudo_label_part(config(), 5, labels).batches(0)
  columns = set()
  for batch in batches.take(12).as_numpy_iterator():
    for image, density, confidence in zip(
      batch["image"], batch["density"], batch["confidence"], strict=True
    ):
      seen = brightness(image)
      np.testing.assert_allclose(density[..., 0], 2 * seen, atol=1e-4)
      np.testing.assert_allclose(confidence[..., 0], seen, atol=1e-4)
      columns.add(tuple(np.argwhere(seen > 0.5)[0]))
  assert len(columns) == 8  # four cells and their mirror images


@pytest.mark.parametrize("seed", range(6))
def test_they_move_as_one_at_any_scale(seed: int) -> None:
  """Eagerly: what is seen of the bright cell is seen of its people, too."""
  record = marked(2)
  fields = parse(record.serialize())
  image = tf.io.decode_png(fields["image"])
  size = tf.shape(image)[:2]
  view = augment.random_view(size, [seed, 3], 32, 0.5, 1.0)
  picture = view.picture(image).numpy()
  height, width = tf.unstack(fields["size"])
  density = view.maps(fields["density"], height, width)[..., 0].numpy()
  confidence = view.maps(fields["confidence"], height, width)[..., 0].numpy()
  np.testing.assert_allclose(density, 2 * confidence, atol=1e-5)
  seen = brightness(picture)
  assert density.sum() <= 2 + 1e-4
  if seen.sum() > 0.2:
    middle = [
      np.array(
        [(np.indices(m.shape)[axis] * m).sum() / m.sum() for axis in (0, 1)]
      )
      for m in (seen, density)
    ]
    np.testing.assert_allclose(*middle, atol=0.3)
  else:
    assert density.sum() < 0.6


def test_certain_pictures_are_certain_at_any_scale(tmp_path: Path) -> None:
  """In tf.data, of a picture that does not end with a whole cell."""
  random = np.random.default_rng(0)
  whole = PseudoLabel(
    id="tiny/whole",
    image=png(random.integers(0, 255, (61, 59, 3), np.uint8)),
    height=61,
    width=59,
    density=np.full((8, 8), 0.5, np.float32),
    confident=np.ones((8, 8), bool),
    uncertainty=1.0,
  )
  cache = PseudoLabelWriter(tmp_path / "cache", {})
  cache.write(0, [whole])
  options = config(crop=32, target_scale_min=0.6, target_scale_max=1.5)
  batches = pseudo_labels.pseudo_label_part(
    options, 3, PseudoLabelSet(cache.shards(1), 1, [whole.id])
  ).batches(0)
  masses = set()
  for batch in batches.take(10).as_numpy_iterator():
    np.testing.assert_allclose(batch["confidence"], 1.0, atol=1e-5)
    masses |= {round(float(each.sum()), 2) for each in batch["density"]}
  assert len(masses) > 10  # at one scale after another
  assert max(masses) < 32


def test_rejected_cells_teach_nothing(tmp_path: Path) -> None:
  """Crops' cells lie across the cache's, at any offset and scale."""
  random = np.random.default_rng(0)
  kept = random.random((12, 12)) < 0.5
  picture = png(random.integers(0, 255, (96, 96, 3), np.uint8))
  options = config(crop=64, target_scale_min=0.8, target_scale_max=1.25)

  def batches(name: str, rejected: float, confident: np.ndarray) -> list:
    record = PseudoLabel(
      id="tiny/half",
      image=picture,
      height=96,
      width=96,
      density=np.where(kept, 0.1, rejected).astype(np.float32),
      confident=confident,
      uncertainty=1.0,
    )
    cache = PseudoLabelWriter(tmp_path / name, {})
    cache.write(0, [record])
    labels = PseudoLabelSet(cache.shards(1), 1, [record.id])
    drawn = pseudo_labels.pseudo_label_part(options, 1, labels)
    return list(drawn.batches(0).take(8).as_numpy_iterator())

  honest = batches("honest", 0.0, kept)
  poisoned = batches("poisoned", 5.0, kept)
  certain = batches("certain", 0.0, np.ones_like(kept))
  for one, other, whole in zip(honest, poisoned, certain, strict=True):
    for name in one:
      np.testing.assert_array_equal(one[name], other[name])
    assert 0.3 < one["confidence"].mean() < 0.7
    # What the loss weighs is, in sum, the people of the kept cells.
    people = (one["density"] * one["confidence"]).sum((1, 2, 3))
    np.testing.assert_allclose(people, whole["density"].sum((1, 2, 3)), 1e-4)


def test_pictures_left_out_are_never_seen(labels: PseudoLabelSet) -> None:
  some = PseudoLabelSet(labels.files, 4, ["tiny/1", "tiny/2"])
  members = pseudo_labels.pseudo_label_part(config(), 0, some).members(0)
  seen = [parse(each)["id"].numpy().decode() for _, each in members.take(20)]
  assert sorted(seen[:2]) == ["tiny/1", "tiny/2"]
  assert set(seen) == {"tiny/1", "tiny/2"}


@pytest.mark.parametrize("accepted", [2, 4])
def test_step_k_is_reached_directly(
  labels: PseudoLabelSet, accepted: int
) -> None:
  some = PseudoLabelSet(labels.files, 4, labels.accepted[:accepted])
  part = pseudo_labels.pseudo_label_part(config(), 1, some)
  whole = list(part.batches(0).take(7).as_numpy_iterator())
  late = list(part.batches(3).take(4).as_numpy_iterator())
  for one, other in zip(whole[3:], late, strict=True):
    for name in one:
      np.testing.assert_array_equal(one[name], other[name])
