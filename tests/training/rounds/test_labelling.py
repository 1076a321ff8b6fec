"""The labelling pass: a counter's own estimates, and nobody's labels."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.config import ExperimentConfig, PseudoLabelConfig
from cdcc_tf.data.images import decode_image
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.pseudo_labels import cache
from cdcc_tf.data.pseudo_labels.record import parse
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.models.sfcn import SFCN
from cdcc_tf.runs.folder import RunFolder
from cdcc_tf.training import calibration
from cdcc_tf.training.rounds import label_statistics, labelling
from cdcc_tf.training.stage_run import StageRun
from cdcc_tf.training.stages import plan
from tests.helpers import png, tiny_record


@pytest.fixture
def counter() -> SFCN:
  """A counter that has learned nothing, which sees people everywhere."""
  keras.utils.set_random_seed(4)
  model = SFCN(width=0.05, spatial_encoder=False, initializer="he_normal")
  model(np.zeros((1, 32, 32, 3)))
  return model


def test_poisoned_target_labels_change_no_pseudo_label_and_no_threshold(
  config: ExperimentConfig,
  counter: SFCN,
  tmp_path: Path,
  tiny_records: Callable,
) -> None:
  """Other points in the same pictures: the same cache, but for their hashes."""
  honest = [tiny_record(index, 40, 48, heads=3) for index in range(8)]
  poisoned = [
    dataclasses.replace(record, points=np.float32([[1, 1]] * 40))
    for record in honest
  ]
  shards, seen = [], []
  for name, members in (("honest", honest), ("poisoned", poisoned)):
    target = RecordDataset.open(tiny_records(name, {"train": members}))
    output = tmp_path / f"{name}_labels"
    labelling.label(counter, target, "train", 2, output, config.pseudo)
    shards.append([f.read_bytes() for f in sorted(output.glob("*.tfrecord"))])
    domains = Domains(Domains.open(config.data).source, target)
    run = StageRun(config, RunFolder(tmp_path), plan(config)[0], domains)
    seen.append(calibration.look(CrowdCounter(counter), run, name))
  assert shards[0] == shards[1]
  for one, other in zip(*map(dataclasses.astuple, seen), strict=True):
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("contrast", [1.0, 0.6])
def test_labels_are_the_counters_own_estimates(
  counter: SFCN,
  tmp_path: Path,
  tiny_records: Callable,
  monkeypatch: pytest.MonkeyPatch,
  contrast: float,
) -> None:
  """Whatever the batches: of three and two, one size not of whole cells."""
  monkeypatch.setattr(cache, "IMAGES_PER_SHARD", 5)
  widths = (48, 48, 43, 43, 48, 43)  # the first is held out
  members = [tiny_record(n, 40, width) for n, width in enumerate(widths)]
  batches = []
  grouped = labelling._batches_of_one_size

  def noting(pictures: Iterator[tuple]) -> Iterator[list[tuple]]:
    for batch in grouped(pictures):
      batches.append(len(batch))
      yield batch

  monkeypatch.setattr(labelling, "_batches_of_one_size", noting)
  summary = labelling.label(
    counter,
    RecordDataset.open(tiny_records("target", {"train": members})),
    "train",
    1,
    tmp_path / "labels",
    PseudoLabelConfig(pseudo_variances=True),
    contrast,
  )
  assert sorted(batches) == [2, 3]
  assert (summary.images, len(summary.accepted)) == (5, 5)
  assert "on 5 of 5 images" in label_statistics.table(summary)
  dataset = tf.data.TFRecordDataset([str(f) for f in summary.files])
  labels = list(dataset.map(parse))
  assert [fields["id"].numpy().decode() for fields in labels] == [
    record.id for record in members[1:]
  ]
  ensemble = MaskEnsemble(counter)
  for fields in labels:
    image = np.float32(decode_image(fields["image"])[tf.newaxis])
    image = (image - image.mean()) * contrast + image.mean()
    one = ensemble(image)
    mean, variance = one.mean.numpy(), one.total.numpy()
    np.testing.assert_allclose(fields["density"], mean[0], rtol=1e-4)
    np.testing.assert_allclose(fields["variance"], variance[0], rtol=1e-3)
  total = sum(float(tf.reduce_sum(fields["density"])) for fields in labels)
  assert summary.people.sum() == pytest.approx(total, rel=1e-3)
  assert summary.cells.sum() == 5 * 5 * 6
  manifest = json.loads((tmp_path / "labels" / "manifest.json").read_text())
  assert manifest["made_by"]["counter"] == labelling.fingerprint(counter)
  assert manifest["totals"]["people"] == pytest.approx(total, rel=1e-3)


def test_a_cache_of_another_contrast_is_another(
  counter: SFCN, tmp_path: Path, tiny_records: Callable
) -> None:
  folder = tiny_records("target", {"train": [tiny_record(0, 40, 48)]})
  target = RecordDataset.open(folder)
  made = (counter, target, "train", 0, tmp_path / "labels", PseudoLabelConfig())
  labelling.label(*made, 0.6)
  with pytest.raises(InputError, match="contrast"):
    labelling.label(*made, 0.7)


def test_below_the_floor_there_is_nobody_and_the_choice_of_cells_is_the_same(
  counter: SFCN, tmp_path: Path, tiny_records: Callable
) -> None:
  folder = tiny_records("target", {"train": [tiny_record(0, 40, 48)]})
  target = RecordDataset.open(folder)
  made, coverages = {}, []
  for name, floor in (("plain", 0.0), ("floored", None)):
    if floor is None:
      floor = float(np.median(made["plain"]["density"]))
    summary = labelling.label(
      counter,
      target,
      "train",
      0,
      tmp_path / name,
      PseudoLabelConfig(pseudo_floor=floor),
    )
    dataset = tf.data.TFRecordDataset([str(f) for f in summary.files])
    made[name] = next(dataset.map(parse).as_numpy_iterator())
    coverages.append(label_statistics.totals(summary)["coverage"])
    total = made[name]["density"].sum()
    assert summary.people.sum() == pytest.approx(total, rel=1e-3)
  plain, floored = made["plain"]["density"], made["floored"]["density"]
  below = plain < np.median(plain)
  assert 0 < below.sum() < below.size
  np.testing.assert_array_equal(floored, np.where(below, 0, plain))
  np.testing.assert_array_equal(
    made["floored"]["confidence"], made["plain"]["confidence"]
  )
  # By the density that they were chosen by; None where nothing is predicted.
  assert coverages[0] == coverages[1]
  assert None in coverages[0]
  assert all(0.5 <= share <= 1 for share in coverages[0] if share is not None)


def test_pictures_of_unusual_uncertainty_are_left_out(
  counter: SFCN, tmp_path: Path, tiny_records: Callable
) -> None:
  members = [tiny_record(index, 40, 48) for index in range(8)]
  target = RecordDataset.open(tiny_records("target", {"train": members}))
  summaries = [
    labelling.label(
      counter,
      target,
      "train",
      0,
      tmp_path / f"{keep}",
      PseudoLabelConfig(pseudo_keep_images=keep),
    )
    for keep in (1.0, 0.5)
  ]
  assert len(summaries[0].accepted) == 8
  half = summaries[1]
  assert (half.images, len(half.accepted)) == (8, 4)
  assert half.cells.sum() == 4 * 5 * 6
  assert half.people.sum() < summaries[0].people.sum()


def test_nothing_is_learned_outside_the_region_of_interest(
  counter: SFCN,
  tmp_path: Path,
  tiny_records: Callable,
) -> None:
  region = np.zeros((40, 48, 1), np.uint8)
  region[:, :21] = 255  # two and a half of six columns of cells, and more
  members = [
    dataclasses.replace(tiny_record(index, 40, 48), roi=png(region))
    for index in range(2)
  ]
  summary = labelling.label(
    counter,
    RecordDataset.open(tiny_records("target", {"train": members})),
    "train",
    0,
    tmp_path / "labels",
    PseudoLabelConfig(pseudo_keep=1.0),
  )
  dataset = tf.data.TFRecordDataset([str(f) for f in summary.files])
  ensemble, people = MaskEnsemble(counter), 0.0
  for fields in dataset.map(parse):
    confidence = fields["confidence"].numpy()[..., 0]
    assert confidence[:, :3].all()
    assert not confidence[:, 3:].any()
    mean = ensemble(decode_image(fields["image"])[tf.newaxis]).mean
    people += float(tf.reduce_sum(mean[0, :, :3]))
  # Nobody is counted there either.
  assert summary.cells.sum() == summary.kept.sum() == 2 * 5 * 3
  assert summary.people.sum() == pytest.approx(people, rel=1e-4)


def test_no_picture_left_to_label(
  counter: SFCN, tmp_path: Path, tiny_records: Callable
) -> None:
  target = RecordDataset.open(tiny_records("target", {"train": 3}))
  with pytest.raises(InputError, match=r"3 pictures.*--target_held_out=3"):
    labelling.label(
      counter, target, "train", 3, tmp_path / "labels", PseudoLabelConfig()
    )
  assert not (tmp_path / "labels").exists()


def test_maps_that_are_not_finite_are_never_labels(
  counter: SFCN, tmp_path: Path, tiny_records: Callable
) -> None:
  counter.head.bias.assign([np.nan, 0.0])
  target = RecordDataset.open(tiny_records("target", {"train": 2}))
  with pytest.raises(InputError, match=r"tiny.*not finite.*--learning_rate"):
    labelling.label(
      counter, target, "train", 0, tmp_path / "labels", PseudoLabelConfig()
    )
  assert not list((tmp_path / "labels").glob("shard*"))
