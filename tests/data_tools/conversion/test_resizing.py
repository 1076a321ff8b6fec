"""Resized pictures: the same heads at the same places, none lost or won."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, JpegImagePlugin

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.data.regions import heads_within
from cdcc_tf.errors import InputError
from data_tools.conversion.convert_dataset import Options, convert
from data_tools.conversion.image_files import UnusableImage
from data_tools.conversion.resizing import (
  Resizing,
  resized_points,
  resized_region,
  resizing_for,
)
from data_tools.conversion.to_record import to_record
from data_tools.formats.base import LabelledImage
from tests.data_tools.helpers import (
  HEIGHT,
  WIDTH,
  write_picture,
  write_shanghaitech,
)


@pytest.mark.parametrize(
  ("size", "expected"),
  [
    ((768, 1024), (384, 512)),
    ((1024, 768), (512, 384)),
    ((512, 512), (512, 512)),
    ((300, 400), (300, 400)),
    ((571, 1015), (288, 512)),
    ((1, 5000), (1, 512)),
  ],
)
def test_longer_side(size: tuple[int, int], expected: tuple[int, int]):
  assert Resizing(max_side=512).of(size) == expected
  assert Resizing().of(size) == size


def test_exact_size():
  assert resizing_for(None, "960x544") == Resizing(exact=(544, 960))
  assert resizing_for(None, " 960X544 ").of((1080, 1920)) == (544, 960)
  assert resizing_for(2048, None) == Resizing(2048)
  assert resizing_for(None, None) == Resizing()


@pytest.mark.parametrize(
  ("max_side", "resize", "message"),
  [
    (512, "960x544", "one of the two"),
    (0, None, "--max_side=0: give 16 to"),
    (99_999, None, "--max_side=99999"),
    (None, "960", "--resize=960: give WIDTHxHEIGHT"),
    (None, "960x", "--resize"),
    (None, "960x8", "--resize=960x8"),
    (None, "960x99999", "--resize"),
    (None, "-960x544", "--resize"),
    (None, "٩x544", "--resize"),
  ],
)
def test_sizes_that_make_no_sense(
  max_side: int | None, resize: str | None, message: str
):
  with pytest.raises(InputError, match=message):
    resizing_for(max_side, resize)


@pytest.mark.parametrize("new", [(37, 61), (50, 100), (1, 1), (101, 333)])
def test_points_stay_inside(new: tuple[int, int]):
  old = 50, 100
  last = np.nextafter(np.float32([100, 50]), np.float32(0))
  points = np.float32([[0, 0], last, [99.5, 1], [25, 40]])
  moved = resized_points(points, old, new)
  assert moved.dtype == np.float32
  assert (moved >= 0).all()
  assert (moved < [new[1], new[0]]).all()
  np.testing.assert_allclose(
    moved, points * [new[1] / 100, new[0] / 50], rtol=1e-6
  )


def test_both_axes_have_their_own_factor():
  moved = resized_points(
    np.float32([[1920 / 2, 1080 / 2]]), (1080, 1920), (544, 960)
  )
  assert moved.tolist() == [[480, 272]]


@pytest.mark.parametrize("seed", range(30))
def test_region_keeps_its_heads(seed: int):
  """However small it becomes, and however closely they stand at its edge."""
  dice = np.random.default_rng(seed)
  old = tuple(dice.integers(20, 90, 2))
  new = tuple(dice.integers(6, 90, 2))
  region = np.zeros(old, bool)
  region[: old[0] // 2, 3:] = True
  region[-2:] = True
  points = np.float32(dice.random((60, 2)) * [old[1], old[0]] * 0.9999)
  moved = resized_points(points, old, new)
  result, kept = resized_region(region, points, moved, new)
  assert result.shape == new
  inside = heads_within(points, region)
  assert 0 < inside.sum() < 60
  np.testing.assert_array_equal(heads_within(kept, result), inside)
  assert (kept >= 0).all()
  assert (kept < [new[1], new[0]]).all()
  np.testing.assert_array_equal(kept[inside], moved[inside])
  assert np.abs(kept - moved).max() < max(new)


def test_region_that_fills_what_is_left():
  region = np.zeros((4, 4), bool)
  region[0, 0] = True
  points = np.float32([[0.5, 0.5], [1.5, 0.5]])
  moved = resized_points(points, (4, 4), (1, 1))
  with pytest.raises(ValueError, match="cannot be made so small"):
    resized_region(region, points, moved, (1, 1))


def spotted(path: Path, x: int, y: int) -> Path:
  """Writes a black picture of 120 x 160 with a white spot around x, y."""
  pixels = np.zeros((120, 160, 3), np.uint8)
  pixels[y - 4 : y + 4, x - 4 : x + 4] = 255
  path.parent.mkdir(parents=True, exist_ok=True)
  Image.fromarray(pixels).save(path, quality=100, subsampling=0)
  return path


@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize(
  ("resizing", "size"),
  [(Resizing(max_side=80), (60, 80)), (Resizing(exact=(30, 100)), (30, 100))],
)
def test_points_move_with_their_pixels(
  tmp_path: Path, suffix: str, resizing: Resizing, size: tuple[int, int]
):
  path = spotted(tmp_path / f"a.{suffix}", 40, 90)
  points = np.array([[40.0, 90.0], [40, 90], [200, 3]])
  picture = LabelledImage("a", path, points)
  record, origin = to_record(picture, "p", "adaptive", resizing)
  assert (record.height, record.width) == size
  pixels = decode_image(record.image).numpy()[..., 0]
  assert pixels.shape == size
  rows, columns = np.nonzero(pixels > 128)
  centre = [columns.mean() + 0.5, rows.mean() + 0.5]
  np.testing.assert_allclose(record.points, [centre] * 2, atol=0.5)
  assert (origin.heads_given, origin.outside, origin.duplicates) == (3, 1, 1)
  assert (origin.height_given, origin.width_given) == (120, 160)
  assert origin.converted == "resized"
  # Deviations are of the picture that is stored.
  assert record.sigmas.max() <= max(1, min(size) / 16)


def test_stored_in_high_quality(tmp_path: Path):
  picture = LabelledImage("a", spotted(tmp_path / "a.png", 40, 90))
  record, _ = to_record(picture, "p", resizing=Resizing(max_side=80))
  with Image.open(io.BytesIO(record.image)) as stored:
    assert stored.format == "JPEG"
    assert JpegImagePlugin.get_sampling(stored) == 0  # 4:4:4
    expected = io.BytesIO()
    Image.new("RGB", (8, 8)).save(expected, "JPEG", quality=95)
    with Image.open(expected) as other:
      assert stored.quantization == other.quantization


def test_small_pictures_keep_their_bytes(tmp_path: Path):
  path = write_picture(tmp_path / "a.png")
  record, origin = to_record(
    LabelledImage("a", path), "p", resizing=Resizing(max_side=WIDTH)
  )
  assert record.image == path.read_bytes()
  assert origin.converted == ""


def test_torn_picture_is_refused_as_ever(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  path.write_bytes(path.read_bytes()[:-900])
  with pytest.raises(UnusableImage):
    to_record(LabelledImage("a", path), "p", resizing=Resizing(max_side=20))


def test_annotated_size_is_that_of_the_file(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  picture = LabelledImage(
    "a", path, np.array([[0.5, 0.5]]), size=(HEIGHT, WIDTH), normalised=True
  )
  record, _ = to_record(picture, "p", resizing=Resizing(max_side=50))
  assert record.points.tolist() == [[25, 12.5]]


@pytest.mark.parametrize("kind", ["polygon", "mask"])
def test_region_of_a_record(tmp_path: Path, kind: str):
  path = write_picture(tmp_path / "a.jpg")
  roi = np.array([[10, 5], [39, 5], [39, 24], [10, 24]], np.float64)
  if kind == "mask":
    roi = np.zeros((HEIGHT, WIDTH), bool)
    roi[5:25, 10:40] = True
  dice = np.random.default_rng(3)
  points = dice.random((400, 2)) * [WIDTH, HEIGHT]
  picture = LabelledImage("a", path, points, roi=roi)
  whole, _ = to_record(picture, "p")
  small, _ = to_record(picture, "p", resizing=Resizing(max_side=40))
  assert small.region().shape == (20, 40)
  assert len(small.points) == len(whole.points) == 400
  assert len(small.counted_points()) == len(whole.counted_points()) > 0


def test_counts_are_conserved(tmp_path: Path):
  dice = np.random.default_rng(0)
  points = {
    f"IMG_{n}": list(map(tuple, dice.random((40 * n, 2)) * [WIDTH, HEIGHT]))
    for n in range(4)
  }
  root = write_shanghaitech(tmp_path / "part", points)
  heads = []
  for number, options in enumerate(
    [{}, {"max_side": 64}, {"max_side": 17}, {"resize": "33x99"}]
  ):
    output = tmp_path / f"records{number}"
    manifest = convert("shanghaitech", root, output, Options(**options))
    heads.append(manifest.heads)
    assert (manifest.options | options) == manifest.options
    for record in RecordDataset.open(output).records("train"):
      sides = np.float32([record.width, record.height])
      assert ((record.points >= 0) & (record.points < sides)).all()
      if options:
        assert max(sides) == (options.get("max_side") or 99)
  assert heads[0] == heads[1] == heads[2] == heads[3]
