"""The pipeline: exact counts, exact resuming, and no label of the target."""

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cdcc_tf.config import DataConfig
from cdcc_tf.data.pipeline import joint, stream, validation
from cdcc_tf.data.pipeline.domains import Domains
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import InputError
from tests.helpers import (
  HEIGHT,
  WIDTH,
  RecordsFactory,
  assert_same,
  lopsided_points,
  png,
  tiny_record,
  write_records,
)

CROP = 32


def data_config(source: Path, target: Path | str = "", **options) -> DataConfig:
  """Returns a configuration for tiny pictures."""
  defaults = {
    "source_batch": 2,
    "target_batch": 4,
    "crop": CROP,
    "sigma": 4.0,
    "target_held_out": 1,
    "validation_crop": 40,
  }
  return DataConfig(
    source_records=str(source),
    target_records=str(target),
    **(defaults | options),
  )


def take(
  config: DataConfig,
  count: int,
  seed: int = 0,
  first_step: int = 0,
  with_target: bool = True,
) -> list[dict]:
  """Returns the first batches of the training stream from a step on."""
  stage = joint.stage1_stream(config, Domains.open(config), seed, with_target)
  return list(stage.batches(first_step).take(count).as_numpy_iterator())


def validated(
  pipeline: Callable[[DataConfig, Domains], tf.data.Dataset],
  config: DataConfig,
) -> list[dict]:
  """Returns the batches of a validation."""
  return list(pipeline(config, Domains.open(config)).as_numpy_iterator())


@pytest.fixture
def both(tiny_records: RecordsFactory) -> DataConfig:
  """Source of 5 pictures in 3 shards, target of 7 in 4."""
  return data_config(
    tiny_records("source", {"train": 5, "val": 2}, per_shard=2),
    tiny_records("target", {"train": 7}, per_shard=2, seed=1),
  )


def coloured(count: int, first: int = 0) -> list[CrowdRecord]:
  """Makes pictures that can be told apart by their colour."""
  return [
    tiny_record(i, colour=(8 * (first + i) + 4, 100, 200 - 5 * i))
    for i in range(count)
  ]


def numbers_of(pictures: np.ndarray) -> list[int]:
  """Returns which of the coloured pictures these are."""
  reds = pictures.reshape(len(pictures), -1, 3)[..., 0]
  assert (np.ptp(reds, axis=1) < 1e-3).all()
  return [round((red - 4) / 8) for red in reds[:, 0]]


def test_structure_is_the_seam(both: DataConfig):
  domains = Domains.open(both)
  batches = joint.stage1_stream(both, domains, 0, with_target=True).batches(0)
  assert batches.element_spec == {
    "source": {
      "image": tf.TensorSpec([2, CROP, CROP, 3], tf.float32),
      "density": tf.TensorSpec([2, CROP // 8, CROP // 8, 1], tf.float32),
      "roi": tf.TensorSpec([2, CROP // 8, CROP // 8, 1], tf.float32),
    },
    "target": {
      "image": tf.TensorSpec([4, CROP, CROP, 3], tf.float32),
      "orientation": tf.TensorSpec([4], tf.int32),
    },
  }
  for batch in batches.take(6).as_numpy_iterator():
    for domain in batch.values():
      assert np.isfinite(domain["image"]).all()
      assert domain["image"].min() >= 0
      assert 50 < domain["image"].max() <= 255
    images, labels = batch["target"]["image"], batch["target"]["orientation"]
    assert labels.tolist() == [0, 1, 0, 1]
    np.testing.assert_array_equal(images[1::2], images[::2, ::-1])
    assert not np.array_equal(images[0], images[1])


def test_source_joins_the_orientation_task(both: DataConfig):
  """After the target, both ways, and without changing any other crop."""
  joined = dataclasses.replace(both, orientation_source=2)
  for plain, batch in zip(take(both, 3), take(joined, 3), strict=True):
    assert_same(plain["source"], batch["source"])
    images, labels = batch["target"]["image"], batch["target"]["orientation"]
    assert_same(images[:4], plain["target"]["image"])
    assert labels.tolist() == [0, 1, 0, 1, 0, 1]
    np.testing.assert_array_equal(images[5], images[4, ::-1])
    assert not np.array_equal(images[4], images[0])
  first, second = take(joined, 2)
  (resumed,) = take(joined, 1, first_step=1)
  assert_same(second, resumed)
  assert not np.array_equal(
    first["target"]["image"][4], second["target"]["image"][4]
  )


def test_source_is_the_same_without_target(both: DataConfig):
  config = dataclasses.replace(both, target_records="")
  alone = take(config, 3, with_target=False)
  assert set(alone[0]) == {"source"}
  assert_same(
    [batch["source"] for batch in take(both, 3)],
    [batch["source"] for batch in alone],
  )


def test_density_sums_to_whole_heads(tiny_records: RecordsFactory):
  members = [tiny_record(i, heads=40 * i) for i in range(4)]
  config = data_config(tiny_records(pictures={"train": members}), clutter=0.5)
  sums = np.concatenate(
    [
      batch["source"]["density"].sum((1, 2, 3), dtype=np.float64)
      for batch in take(config, 12, with_target=False)
    ]
  )
  np.testing.assert_allclose(sums, np.round(sums), atol=2e-3)
  assert sums.max() > 20
  assert len(set(np.round(sums))) > 5


def test_density_lies_where_the_people_are(tiny_records: RecordsFactory):
  """Bright squares are heads: their light and their density share a centre."""
  members = []
  for index in range(4):
    x, y = 20 + 7 * index, 30 - 5 * index
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[y - 2 : y + 3, x - 2 : x + 3] = 255
    members.append(
      dataclasses.replace(
        tiny_record(index),
        image=tf.io.encode_png(picture).numpy(),
        points=np.float32([[x + 0.5, y + 0.5]]),
      )
    )
  config = data_config(
    tiny_records(pictures={"train": members}),
    colour_strength=0.0,
    sigma=2.0,
    scale_min=0.8,
  )
  ys, xs = np.indices((CROP, CROP)) + 0.5
  checked = 0
  for batch in take(config, 20, with_target=False):
    for image, density in zip(
      batch["source"]["image"], batch["source"]["density"], strict=True
    ):
      light = image.sum(-1)
      if density.sum() < 0.5:
        continue
      x, y = ((axis * light).sum() / light.sum() for axis in (xs, ys))
      if min(x, y) < 6 or max(x, y) > CROP - 6:
        continue
      cells = density[..., 0]
      rows, columns = (np.arange(CROP // 8) + 0.5) * 8, cells.sum(0)
      assert abs((rows * columns).sum() - x) < 2.5
      assert abs((rows * cells.sum(1)).sum() - y) < 2.5
      checked += 1
  assert checked > 10


def test_region_of_interest_moves_with_the_picture(
  tiny_records: RecordsFactory,
):
  """Pictures are white where people count: light tells the share of a cell."""
  members = []
  for index in range(4):
    mask = np.zeros((HEIGHT, WIDTH, 1), np.uint8)
    mask[4 + index :, : WIDTH // 2] = 255
    members.append(
      dataclasses.replace(
        tiny_record(index),
        image=png(np.repeat(mask, 3, 2)),
        roi=png(mask),
      )
    )
  folder = tiny_records(pictures={"train": members})
  config = data_config(folder, colour_strength=0.0)
  shares = []
  for batch in take(config, 8, with_target=False):
    light = batch["source"]["image"][..., :1] / 255
    cells = light.reshape(-1, CROP // 8, 8, CROP // 8, 8, 1).mean((2, 4))
    np.testing.assert_allclose(batch["source"]["roi"], cells, atol=1e-5)
    shares.append(cells.mean())
  assert 0.1 < np.mean(shares) < 0.9


def test_adaptive_sigmas_shape_the_density(tmp_path: Path):
  """One head, in crops of one scale: the wider it is, the lower its peak."""
  peaks = []
  for sigma in (2.0, 6.0):
    record = dataclasses.replace(
      tiny_record(0),
      points=np.float32([[WIDTH / 2, HEIGHT / 2]]),
      sigmas=np.float32([sigma]),
    )
    folder = write_records(
      tmp_path / f"{sigma}", {"train": [record]}, sigma="adaptive"
    )
    config = data_config(folder, adaptive_sigma=True, sigma=40.0)
    batches = take(config, 8, with_target=False)
    densities = np.concatenate([b["source"]["density"] for b in batches])
    peaks.append(densities.max())
  assert peaks[0] > 2 * peaks[1] > 0.05


def test_adaptive_sigmas_must_be_in_the_records(tiny_records: RecordsFactory):
  config = data_config(tiny_records(pictures={"train": 2}), adaptive_sigma=True)
  with pytest.raises(InputError, match="holds no geometry-adaptive"):
    take(config, 1, with_target=False)


def test_target_labels_change_no_byte(
  tiny_records: RecordsFactory, both: DataConfig
):
  """Labels of the target exist in evaluation only."""
  poisons = itertools.cycle(
    [
      np.full((9, 2), np.nan, np.float32),
      lopsided_points(3000, HEIGHT, WIDTH, 99),
      lopsided_points(5, HEIGHT, WIDTH, 98),
      np.full((4, 2), -1e30, np.float32),
      np.zeros((0, 2), np.float32),
    ]
  )
  poisoned = [
    dataclasses.replace(
      tiny_record(index, seed=1),
      points=points,
      labelled=len(points) > 0,
      sigmas=np.full(len(points), np.nan, np.float32),
    )
    for index, points in zip(range(7), poisons, strict=False)
  ]
  target = tiny_records("poisoned", {"train": poisoned}, per_shard=2)
  changed = dataclasses.replace(both, target_records=str(target))
  assert_same(take(both, 6), take(changed, 6))
  assert_same(
    *(validated(validation.target_validation, each) for each in (both, changed))
  )


def test_stream_from_a_step_is_the_rest_of_the_stream(both: DataConfig):
  """Inside and across epochs: 5 source pictures by 2, 6 target ones by 2."""
  whole = take(both, 10, seed=4)
  for step in (1, 3, 8):
    assert_same(whole[step : step + 2], take(both, 2, seed=4, first_step=step))


def test_global_seeds_change_nothing(both: DataConfig):
  first = take(both, 3)
  tf.random.set_seed(1234)
  assert_same(take(both, 3), first)
  keras.utils.set_random_seed(0)
  assert_same(take(both, 3), first)


def test_seed_and_position_change_everything(both: DataConfig):
  images = [
    batch[domain]["image"]
    for seed in (0, 1)
    for batch in take(both, 6, seed=seed)
    for domain in ("source", "target")
  ]
  distinct = {image[0].tobytes() for image in images}
  assert len(distinct) == len(images)


@pytest.mark.parametrize(
  ("per_shard", "window"), [(2, 512), (3, 3), (128, 512), (128, 3)]
)
def test_each_epoch_shows_every_picture_once(
  tiny_records: RecordsFactory,
  monkeypatch: pytest.MonkeyPatch,
  per_shard: int,
  window: int,
):
  monkeypatch.setattr(stream, "SHUFFLE_WINDOW", window)
  folder = tiny_records(pictures={"train": coloured(7)}, per_shard=per_shard)
  config = data_config(folder, source_batch=7, colour_strength=0.0)
  epochs = [
    numbers_of(batch["source"]["image"])
    for batch in take(config, 4, with_target=False)
  ]
  for epoch in epochs:
    assert sorted(epoch) == list(range(7))
  assert len({tuple(epoch) for epoch in epochs}) > 1
  assert epochs[0] != list(range(7))


def test_augmentation_differs_from_epoch_to_epoch(
  tiny_records: RecordsFactory,
):
  config = data_config(tiny_records(pictures={"train": 1}), source_batch=1)
  crops = {
    batch["source"]["image"].tobytes()
    for batch in take(config, 5, with_target=False)
  }
  assert len(crops) == 5


def test_upright_pictures_are_upright(tiny_records: RecordsFactory):
  """Dark above, light below, in every example of label 0."""
  picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
  picture[:] = 4 * np.arange(HEIGHT, dtype=np.uint8)[:, None, None]
  member = dataclasses.replace(
    tiny_record(0), image=tf.io.encode_png(picture).numpy()
  )
  folder = tiny_records(pictures={"train": [member] * 3})
  for batch in take(data_config(folder, folder), 4):
    rows = batch["target"]["image"].mean((2, 3))
    upwards = np.sign(rows[:, -1] - rows[:, 0])
    assert upwards.tolist() == [1, -1, 1, -1]
    source = batch["source"]["image"].mean((2, 3))
    assert (source[:, -1] > source[:, 0]).all()


@pytest.mark.parametrize(("held_out", "per_shard"), [(1, 128), (2, 3)])
def test_held_out_pictures_never_train(
  tiny_records: RecordsFactory, held_out: int, per_shard: int
):
  folder = tiny_records(pictures={"train": coloured(8)}, per_shard=per_shard)
  config = data_config(
    folder,
    folder,
    target_held_out=held_out,
    target_batch=2 * (8 - held_out),
    colour_strength=0.0,
  )
  for batch in take(config, 4):
    epoch = numbers_of(batch["target"]["image"][::2])
    assert sorted(epoch) == list(range(held_out, 8))
  held = validation.target_validation(
    config, Domains.open(config)
  ).as_numpy_iterator()
  shown = [numbers_of(batch["target"]["image"])[0] for batch in held]
  assert shown == list(range(held_out))


@pytest.mark.parametrize(
  ("pictures", "per_shard", "held_out"), [(4, 128, 4), (4, 128, 16), (6, 2, 2)]
)
def test_too_few_target_pictures(
  tiny_records: RecordsFactory, pictures: int, per_shard: int, held_out: int
):
  folder = tiny_records(pictures={"train": pictures}, per_shard=per_shard)
  config = data_config(folder, folder, target_held_out=held_out)
  with pytest.raises(InputError, match="--target_held_out") as raised:
    take(config, 1)
  assert str(folder) in str(raised.value)
  most = min(pictures, per_shard) - 1
  assert f"at most {most}" in str(raised.value)


def test_a_target_of_one_picture(tiny_records: RecordsFactory):
  """Of which not even one could be held out."""
  folder = tiny_records(pictures={"train": 1})
  with pytest.raises(InputError, match=r"one training image.*Convert more"):
    take(data_config(folder, folder, target_held_out=1), 1)


def test_fewer_pictures_than_a_batch_still_fill_it(
  tiny_records: RecordsFactory,
):
  config = data_config(tiny_records(pictures={"train": 2}), source_batch=5)
  for batch in take(config, 3, with_target=False):
    assert batch["source"]["image"].shape[0] == 5


@pytest.mark.parametrize("split", ["train", "val"])
def test_missing_split_is_named(tiny_records: RecordsFactory, split: str):
  folder = tiny_records(pictures={"other": 2})
  config = data_config(folder, folder)
  open_stream = {
    "train": lambda: joint.stage1_stream(
      config, Domains.open(config), 0, with_target=True
    ),
    "val": lambda: validation.source_validation(config, Domains.open(config)),
  }[split]
  with pytest.raises(InputError, match=rf"'{split}'.*other"):
    open_stream()


def test_unlabelled_pictures_are_never_taken_for_empty_ones(
  tiny_records: RecordsFactory,
):
  """A source with unlabelled pictures is refused."""
  members: Sequence[CrowdRecord] = [
    dataclasses.replace(member, labelled=index % 2 == 0)
    for index, member in enumerate(coloured(6))
  ]
  folder = tiny_records(pictures={"train": members, "val": members})
  config = data_config(folder)
  with pytest.raises(InputError, match="3 images of split 'train' are unl"):
    joint.stage1_stream(config, Domains.open(config), 0, with_target=False)
  with pytest.raises(InputError, match="3 images of split 'val' are unl"):
    validation.source_validation(config, Domains.open(config))


@pytest.mark.parametrize(
  ("height", "width", "crop"), [(48, 64, 40), (45, 61, 512), (30, 90, 40)]
)
def test_source_validation(
  tiny_records: RecordsFactory, height: int, width: int, crop: int
):
  folder = tiny_records(
    pictures={"train": 1, "val": 3}, height=height, width=width, heads=30
  )
  config = data_config(folder, validation_crop=crop)
  batches = list(
    validation.source_validation(
      config, Domains.open(config)
    ).as_numpy_iterator()
  )
  members = list(RecordDataset.open(folder).records("val"))
  assert len(batches) == 3
  kept_height, kept_width = min(height, crop), min(width, crop)
  top, left = (height - kept_height) // 2, (width - kept_width) // 2
  for batch, member in zip(batches, members, strict=True):
    assert set(batch) == {"source"}
    picture = tf.io.decode_png(member.image).numpy()
    np.testing.assert_array_equal(
      batch["source"]["image"][0],
      picture[top : top + kept_height, left : left + kept_width],
    )
    points = member.points - [left, top]
    inside = ((points >= 0) & (points < [kept_width, kept_height])).all(1).sum()
    density = batch["source"]["density"]
    assert density.shape == (1, -(-kept_height // 8), -(-kept_width // 8), 1)
    assert density.sum() == pytest.approx(inside, rel=1e-4)


def test_validation_pictures_limits_the_source(tiny_records: RecordsFactory):
  folder = tiny_records(pictures={"val": 5})
  config = data_config(folder, validation_images=2)
  assert len(validated(validation.source_validation, config)) == 2


def test_target_validation(tiny_records: RecordsFactory):
  folder = tiny_records(pictures={"train": 4})
  config = data_config(folder, folder, target_held_out=2, validation_crop=512)
  batches = list(
    validation.target_validation(
      config, Domains.open(config)
    ).as_numpy_iterator()
  )
  assert len(batches) == 2
  members = itertools.islice(RecordDataset.open(folder).records("train"), 2)
  for batch, member in zip(batches, members, strict=True):
    assert set(batch) == {"target"}
    assert set(batch["target"]) == {"image", "orientation"}
    assert batch["target"]["orientation"].tolist() == [0, 1]
    picture = tf.io.decode_png(member.image).numpy()
    upright, turned = batch["target"]["image"]
    assert upright.dtype == np.float32
    np.testing.assert_array_equal(upright, picture)
    np.testing.assert_array_equal(turned, picture[::-1])


def test_more_target_pictures_held_out_than_there_are(
  tiny_records: RecordsFactory,
):
  """Refused whether or not the target takes part in stage 1."""
  folder = tiny_records(pictures={"train": 4})
  config = data_config(folder, folder, target_held_out=4)
  with pytest.raises(InputError, match=r"--target_held_out=4.*at most 3"):
    validation.target_validation(config, Domains.open(config))
