"""Counting users' pictures, of any size."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cdcc_tf.errors import InputError
from cdcc_tf.inference import image_input, predict_images
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.models.mask_ensemble import MaskEnsemble
from cdcc_tf.uncertainty.conformal import Calibration
from cdcc_tf.uncertainty.familiarity import Familiarity
from tests.helpers import jpeg, noise_picture, png


def test_counts_pictures_of_any_shape(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  sizes = {"wide": (8, 4000), "tall": (4000, 8), "dot": (1, 1)}
  paths = []
  for name, size in sizes.items():
    paths.append(tmp_path / f"{name}.png")
    paths[-1].write_bytes(png(noise_picture(*size, 1)))
  output = tmp_path / "out"
  counts, problems = predict_images.count_images(
    counter, paths, output, maps=True
  )
  assert not problems
  with open(output / "counts.csv", newline="") as file:
    rows = list(csv.DictReader(file))
  assert [row["image"] for row in rows] == [str(path) for path in paths]
  for (_, counted), row, size in zip(counts, rows, sizes.values(), strict=True):
    assert float(row["count"]) == pytest.approx(counted.count, abs=1e-3)
    assert counted.interval() is None
    assert row["low_90"] == row["high_90"] == row["familiar"] == ""
    assert 0 < float(row["deviation_low"]) <= float(row["deviation_high"])
    assert (int(row["height"]), int(row["width"])) == size
    for column in ("density", "uncertainty"):
      drawn = image_input.read_image(output / row[column])
      assert drawn.shape[0] == size[0] + 22
      assert drawn.shape[1] >= size[1]
    name = row["density"].replace("_density.png", "_maps.npz")
    with np.load(output / name) as maps:
      assert maps["density"].sum() == pytest.approx(counted.count, 1e-5)
      assert maps["deviation"].shape == (-(-size[0] // 8), -(-size[1] // 8))
  with pytest.raises(InputError, match="holds no pictures"):
    image_input.find_images(output)  # our own overlays are not counted again


def test_names_as_long_as_a_system_allows(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  """With an end behind them they would be too long, and all would be lost."""
  paths = [tmp_path / f"{'ä' * 124}{number}.png" for number in (1, 2)]
  for path in paths:
    path.write_bytes(png(noise_picture(8, 8, 0)))
  output = tmp_path / "out"
  counts, problems = predict_images.count_images(
    counter, paths, output, maps=True
  )
  assert len(counts) == 2
  assert not problems
  assert len(list(output.iterdir())) == 2 * 3 + 2  # a table, and a list


def test_names_never_collide_and_bad_ones_are_told(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  paths = [tmp_path / name for name in ("a.png", "b/a.png", "a.jpg", "bad.png")]
  (tmp_path / "b").mkdir()
  for path in paths[:2]:
    path.write_bytes(png(noise_picture(8, 8, 0)))
  paths[2].write_bytes(jpeg(noise_picture(8, 8, 0)))
  paths[3].write_bytes(png(noise_picture(30, 30, 0))[:500])
  counts, problems = predict_images.count_images(
    counter, paths, tmp_path / "out"
  )
  assert [path for path, _ in counts] == paths[:3]
  assert len(problems) == 1
  assert "bad.png" in problems[0]
  assert {path.name for path in (tmp_path / "out").glob("*_density.png")} == {
    "a_density.png",
    "a_2_density.png",
    "a_3_density.png",
  }


def test_counts_where_it_is_white_only(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  region = np.zeros((16, 24), np.uint8)
  region[:, :8] = 255
  Image.fromarray(region).save(tmp_path / "where.png")
  path = tmp_path / "a.png"
  path.write_bytes(png(noise_picture(16, 24, 0)))
  other = tmp_path / "other.png"
  other.write_bytes(png(noise_picture(16, 25, 0)))
  ((_, counted),), problems = predict_images.count_images(
    counter,
    [path, other],
    tmp_path / "out",
    region=image_input.read_region(tmp_path / "where.png"),
  )
  density = counter.count(image_input.read_image(path)).density
  assert counted.count == pytest.approx(density[:, :1].sum(), 1e-5)
  assert "is 25x16 pixels, the region of interest 24x16" in problems[0]


@pytest.mark.parametrize("with_region", [False, True])
def test_counts_large_pictures_as_if_shrunk_by_hand(
  counter: CrowdCounter, tmp_path: Path, with_region: bool
) -> None:
  """And all that is left is of that size."""
  region, where = None, None
  if with_region:
    region = np.zeros((60, 90), bool)
    region[:, :45] = True
    where = region[1::3, 1::3]
  picture = Image.fromarray(noise_picture(60, 90, 0))
  picture.save(tmp_path / "a.png")
  shrunk = np.asarray(picture.resize((30, 20), Image.Resampling.BICUBIC))
  ((_, counted),), problems = predict_images.count_images(
    counter,
    [tmp_path / "a.png"],
    tmp_path / "out",
    maps=True,
    region=region,
    max_side=30,
  )
  assert not problems
  expected = counter.count(shrunk, where)
  assert counted.count == pytest.approx(expected.count, 1e-5)
  with open(tmp_path / "out" / "counts.csv", newline="") as file:
    (row,) = csv.DictReader(file)
  assert (row["height"], row["width"]) == ("20", "30")
  drawn = image_input.read_image(tmp_path / "out" / row["density"])
  assert drawn.shape[0] == 20 + 22
  with np.load(tmp_path / "out" / "a_maps.npz") as maps:
    np.testing.assert_allclose(maps["density"], expected.density, rtol=1e-5)


def test_region_is_as_large_as_pictures_before_they_are_shrunk(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  path = tmp_path / "a.png"
  path.write_bytes(png(noise_picture(60, 90, 0)))
  region = np.ones((20, 30), bool)
  _, (problem,) = predict_images.count_images(
    counter, [path], tmp_path / "out", region=region, max_side=30
  )
  assert "is 90x60 pixels, the region of interest 30x20" in problem


def test_calibrated_counter_gives_intervals_and_says_what_is_unfamiliar(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  path = tmp_path / "a.png"
  path.write_bytes(png(noise_picture(40, 24, 0)))
  estimate = counter.count(image_input.read_image(path))
  assert estimate.interval(0.9) is None
  assert estimate.familiar is None
  spread = float(estimate.std.sum(dtype=np.float64))
  for familiar in (True, False):
    limit = spread * (1.01 if familiar else 0.99)
    usual = Familiarity(level=np.log(limit), slope=0.0, largest=0.0)
    calibrated = CrowdCounter(counter.model, Calibration((0.25,), usual))
    ((_, counted),), _ = predict_images.count_images(
      calibrated, [path], tmp_path / f"out{familiar}"
    )
    assert counted.count == pytest.approx(estimate.count, 1e-5)
    low = max(0.0, counted.count - 0.25 * spread)
    assert counted.interval(0.9) == pytest.approx(
      (low, counted.count + 0.25 * spread), 1e-5
    )
    assert counted.familiar is familiar
    assert ("UNFAMILIAR" in str(counted)) is not familiar
    with open(tmp_path / f"out{familiar}" / "counts.csv", newline="") as file:
      (row,) = csv.DictReader(file)
    assert float(row["low_90"]) == pytest.approx(low, abs=1e-3)
    assert row["familiar"] == str(int(familiar))


def test_count_is_the_mean_of_the_masks(counter: CrowdCounter) -> None:
  """Close to one pass, of another mean; its σ holds the masks' disagreement."""
  image = noise_picture(40, 24, 0)
  calibration = Calibration((1.0,), Familiarity(0.0, 1.0, 0.0))
  fast = CrowdCounter(counter.model, calibration, fast=True)
  one, all_masks = fast.count(image), counter.count(image)
  assert one.interval(0.9) is None
  assert all_masks.count == pytest.approx(one.count, 0.2)
  moments = MaskEnsemble(counter.model)(image[None])
  np.testing.assert_allclose(
    all_masks.std**2,
    (moments.aleatoric + moments.epistemic)[0, ..., 0],
    rtol=1e-4,
  )
  np.testing.assert_allclose(
    all_masks.density, moments.mean[0, ..., 0], rtol=1e-4
  )
