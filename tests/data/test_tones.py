"""Brightness and contrast, measured and matched."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.data import tones
from cdcc_tf.data.records import CrowdRecord
from cdcc_tf.data.source_batches import source_batches
from cdcc_tf.data.validation import source_validation
from cdcc_tf.errors import InputError
from cdcc_tf.options import DataConfig
from tests.conftest import RecordsFactory, assert_same, png, tiny_record


def chequered(low: float, high: float, side: int = 128) -> np.ndarray:
  """Returns a grey picture of cells of 8 pixels, of two values in turns."""
  cells = np.indices((side // 8, side // 8)).sum(0) % 2
  grey = np.where(cells, high, low).repeat(8, 0).repeat(8, 1)
  return np.float32(grey)[..., None].repeat(3, -1)


def test_tone_is_mean_and_local_deviation():
  np.testing.assert_allclose(
    tones.tone(chequered(80, 120)), (100, 20), rtol=1e-4
  )


def test_a_step_between_tiles_is_no_contrast():
  half = np.zeros((128, 128, 3), np.float32)
  half[:, 64:] = 200
  np.testing.assert_allclose(tones.tone(half), (100, 0), atol=0.1)


@pytest.mark.parametrize("shape", [(1, 1), (63, 65), (200, 130)])
def test_tone_of_any_size(shape: tuple[int, int]):
  assert np.isfinite(tones.tone(np.full((*shape, 3), 7, np.uint8))).all()


def test_toned_picture_has_the_others_tone():
  picture = chequered(80, 120)
  own, other = tones.tone(picture), tf.constant([90.0, 26.0])
  np.testing.assert_allclose(
    tones.tone(tones.toned(picture, own, other)), other, rtol=1e-4
  )


@pytest.mark.parametrize(("wanted", "found"), [(90.0, 30.0), (2.0, 20.0 / 1.5)])
def test_contrast_changes_by_half_at_most(wanted: float, found: float):
  picture = chequered(80, 120)
  changed = tones.toned(
    picture, tones.tone(picture), tf.constant([100.0, wanted])
  )
  np.testing.assert_allclose(tones.tone(changed)[1], found, rtol=1e-3)


def test_flat_picture_stays_flat():
  flat = np.full((64, 64, 3), 50, np.float32)
  changed = tones.toned(flat, tones.tone(flat), tf.constant([80.0, 40.0]))
  np.testing.assert_allclose(changed, 80, atol=0.01)


def of_tone(count: int, low: float, high: float) -> list[CrowdRecord]:
  """Makes records of chequered pictures with a head or two."""
  image = png(np.uint8(chequered(low, high)))
  return [
    dataclasses.replace(tiny_record(i, 128, 128, heads=1 + i % 2), image=image)
    for i in range(count)
  ]


@pytest.fixture
def domains(tiny_records: RecordsFactory) -> DataConfig:
  """Source of tone (100, 20), target of tone (140, 25)."""
  source = of_tone(4, 80, 120)
  return DataConfig(
    source_records=str(
      tiny_records("source", {"train": source, "val": source[:2]})
    ),
    target_records=str(tiny_records("target", {"train": of_tone(3, 115, 165)})),
    match_tone=True,
    crop=128,
    source_batch=2,
    scale_min=1.0,
    scale_max=1.0,
    colour_strength=0.0,
    sigma=4.0,
    validation_crop=128,
    target_held_out=1,
  )


def test_source_crops_have_the_targets_tone_and_their_own_people(
  domains: DataConfig,
):
  alone = dataclasses.replace(domains, match_tone=False)
  batch, plain = (
    next(iter(source_batches(config, 0, 0))) for config in (domains, alone)
  )
  for image, before in zip(batch["image"], plain["image"], strict=True):
    np.testing.assert_allclose(tones.tone(image), (140, 25), rtol=1e-3)
    np.testing.assert_allclose(tones.tone(before), (100, 20), rtol=1e-3)
  assert_same(batch["density"], plain["density"])


def test_a_source_picture_meets_every_tone_of_the_target(
  domains: DataConfig, tiny_records: RecordsFactory
):
  mixed = of_tone(1, 115, 165) + of_tone(1, 60, 100)
  config = dataclasses.replace(
    domains,
    target_records=str(tiny_records("mixed", {"train": mixed})),
    source_batch=16,
  )
  batch = next(iter(source_batches(config, 0, 0)))
  means = {int(np.round(tones.tone(image)[0])) for image in batch["image"]}
  assert means == {140, 80}


def test_validation_pictures_have_the_targets_tone_too(domains: DataConfig):
  for batch in source_validation(domains):
    np.testing.assert_allclose(
      tones.tone(batch["source"]["image"][0]), (140, 25), rtol=0.02
    )


def test_labels_of_the_target_are_not_read(
  domains: DataConfig, tiny_records: RecordsFactory
):
  poisoned = [
    dataclasses.replace(record, points=np.float32([[5, 5]] * 40))
    for record in of_tone(3, 115, 165)
  ]
  other = dataclasses.replace(
    domains, target_records=str(tiny_records("poison", {"train": poisoned}))
  )
  one, two = (next(iter(source_batches(c, 0, 0))) for c in (domains, other))
  assert_same(one, two)


def test_needs_a_target():
  with pytest.raises(InputError, match=r"--match_tone.*--target_records"):
    DataConfig(source_records="a", match_tone=True)
