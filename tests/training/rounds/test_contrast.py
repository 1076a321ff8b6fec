"""Contrast, measured in both domains and matched."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.training.rounds import contrast
from tests.helpers import RecordsFactory, png, tiny_record


def chequered(low: float, high: float, side: int = 128) -> np.ndarray:
  """Returns a grey picture of cells of 8 pixels, of two values in turns."""
  cells = np.indices((side // 8, side // 8)).sum(0) % 2
  grey = np.where(cells, high, low).repeat(8, 0).repeat(8, 1)
  return np.float32(grey)[..., None].repeat(3, -1)


def of_contrast(*deviations: int) -> list[CrowdRecord]:
  """Makes a record of each, about a luminance of 100."""
  return [
    dataclasses.replace(
      tiny_record(i, 128, 128),
      image=png(np.uint8(chequered(100 - each, 100 + each))),
    )
    for i, each in enumerate(deviations)
  ]


def test_is_the_deviation_of_luminance():
  found = contrast.local_contrast(chequered(80, 120))
  np.testing.assert_allclose(found, 20, rtol=1e-3)


def test_a_step_between_tiles_is_none():
  half = np.zeros((128, 128, 3), np.float32)
  half[:, 64:] = 200
  np.testing.assert_allclose(contrast.local_contrast(half), 0, atol=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (63, 65), (200, 130)])
def test_of_any_size(shape: tuple[int, int]):
  flat = np.full((*shape, 3), 7, np.uint8)
  np.testing.assert_allclose(contrast.local_contrast(flat), 0, atol=0.01)


@pytest.mark.parametrize(
  ("target", "ratio"), [(40, 0.6), (20, 1.2), (90, 0.5), (5, 2.0), (0, 1.0)]
)
def test_ratio_is_of_the_medians_within_bounds(
  tiny_records: RecordsFactory, target: int, ratio: float
):
  one = tiny_records("one", {"train": of_contrast(24, 90)})
  two = tiny_records("two", {"train": of_contrast(10), "val": of_contrast(80)})
  records = tiny_records("target", {"train": of_contrast(target)})
  source = [RecordDataset.open(one), RecordDataset.open(two)]
  found = contrast.contrast_ratio(source, RecordDataset.open(records))
  assert found == pytest.approx(ratio, rel=1e-3)


def test_ratio_is_of_the_split_that_is_named(tiny_records: RecordsFactory):
  source = tiny_records("source", {"train": of_contrast(24)})
  target = tiny_records("target", {"test": of_contrast(40)})
  datasets = [RecordDataset.open(folder) for folder in (source, target)]
  found = contrast.contrast_ratio(datasets[:1], datasets[1], "test")
  assert found == pytest.approx(0.6, rel=1e-3)


@pytest.mark.parametrize(
  ("ratio", "expected"),
  [(0.79, 0.79), (0.8, 1.0), (1.1, 1.0), (1.25, 1.0), (1.26, 1.26)],
)
def test_domains_that_are_much_alike_are_left_alone(
  tiny_records: RecordsFactory,
  monkeypatch: pytest.MonkeyPatch,
  ratio: float,
  expected: float,
):
  monkeypatch.setattr(contrast, "contrast_ratio", lambda *_: ratio)
  unread = RecordDataset.open(tiny_records())
  assert contrast.matching_contrast([unread], unread) == expected


def test_pictures_of_a_batch_keep_their_own_means():
  batch = np.uint8([chequered(80, 120), chequered(160, 200)])
  changed = contrast.at_contrast(tf.constant(batch), 0.5)
  np.testing.assert_allclose(changed[0], chequered(90, 110), atol=0.01)
  np.testing.assert_allclose(changed[1], chequered(170, 190), atol=0.01)


def test_pictures_stay_in_range():
  changed = contrast.at_contrast(chequered(0, 255)[None], 2.0)
  assert float(tf.reduce_min(changed)) == 0
  assert float(tf.reduce_max(changed)) == 255


def test_ratio_of_one_leaves_pictures_alone():
  batch = tf.constant(np.uint8(chequered(80, 120))[None])
  assert contrast.at_contrast(batch, 1.0) is batch
