"""Reading users' pictures, of any kind and size, and counting them."""

import csv
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cdcc_tf.errors import InputError
from cdcc_tf.inference import picture_input, pictures
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.inference.familiarity import Familiarity
from cdcc_tf.inference.intervals import Calibration
from cdcc_tf.models.uncertainty import MaskEnsemble
from tests.conftest import jpeg, noise_picture, png


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK", "P", "1"])
def test_every_kind_of_picture_becomes_rgb(tmp_path: Path, mode: str) -> None:
  path = tmp_path / ("picture.jpg" if mode == "CMYK" else "picture.png")
  Image.fromarray(noise_picture(20, 30, 0)).convert(mode).save(path)
  image = picture_input.read_picture(path)
  assert image.shape == (20, 30, 3)
  assert image.dtype == np.uint8


def test_pictures_are_turned_as_they_were_taken(tmp_path: Path) -> None:
  """A phone held upright stores a lying picture and a note to turn it."""
  upright = np.zeros((30, 20, 3), np.uint8)
  upright[:10] = 255  # bright sky
  lying = Image.fromarray(np.rot90(upright))
  exif = Image.Exif()
  exif[0x0112] = 6  # turn by 90 degrees clockwise to view
  lying.save(tmp_path / "phone.png", exif=exif)
  np.testing.assert_array_equal(
    picture_input.read_picture(tmp_path / "phone.png"), upright
  )


@pytest.mark.parametrize(
  "content", [b"", b"text", jpeg(noise_picture(9, 9, 0))[:300]]
)
def test_unreadable_pictures_are_named(tmp_path: Path, content: bytes) -> None:
  path = tmp_path / "bad.jpg"
  path.write_bytes(content)
  with pytest.raises(InputError, match=r"bad\.jpg"):
    picture_input.read_picture(path)


def test_finds_pictures_of_a_folder_and_below(tmp_path: Path) -> None:
  (tmp_path / "sub").mkdir()
  for name in ("b.JPG", "a.png", "sub/c.jpeg", "notes.txt"):
    (tmp_path / name).write_bytes(b"")
  found = picture_input.find_pictures(tmp_path)
  assert [path.name for path in found] == ["a.png", "b.JPG", "c.jpeg"]


def test_hidden_files_are_no_pictures(tmp_path: Path) -> None:
  """macOS writes ._a.jpg beside a.jpg; file managers keep small copies."""
  hidden = tmp_path / ".hidden"  # what was asked for may well be
  (hidden / ".thumbnails").mkdir(parents=True)
  for name in ("a.jpg", "._a.jpg", ".thumbnails/a.jpg"):
    (hidden / name).write_bytes(b"")
  assert picture_input.find_pictures(hidden) == [hidden / "a.jpg"]


def test_a_name_alone_makes_no_overlay(
  tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
  names = ["crowd_density.png", "lens_uncertainty.png"]
  for name in names:
    (tmp_path / name).write_bytes(png(noise_picture(8, 8, 0)))
  table = tmp_path / "counts.csv"
  found = picture_input.find_pictures(tmp_path)
  assert [path.name for path in found] == names
  for foreign in (
    *(b"", b"id,count\n\xff,3\n"),
    b"image,count,density,uncertainty\na.png,3,crowd_density.png,\n",
  ):
    table.write_bytes(foreign)
    assert picture_input.find_pictures(tmp_path) == found
  ours = [*[""] * 9, "crowd_density.png", "crowd_uncertainty.png"]
  table.write_text(
    "\n".join(",".join(row) for row in (picture_input.COLUMNS, ours))
  )
  with caplog.at_level("INFO"):
    assert picture_input.find_pictures(tmp_path) == found[1:]
  assert "1 overlays of an earlier prediction are left out" in caplog.text


def test_overlays_among_the_pictures_are_known_without_a_table(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  """An interrupted call has written none; a later one's lists its own alone."""
  names = ("a.png", "b.png", "users_density.png")
  paths = [tmp_path / name for name in names]
  for path in paths:
    path.write_bytes(png(noise_picture(8, 8, 0)))
  for some in (paths, paths[:1], paths):  # the first are met again
    assert picture_input.find_pictures(tmp_path) == paths
    _, problems = pictures.count_pictures(counter, some, tmp_path, maps=True)
    assert not problems
  (tmp_path / "counts.csv").unlink()
  assert picture_input.find_pictures(tmp_path) == paths
  _, problems = pictures.count_pictures(counter, paths, tmp_path, maps=True)
  assert not problems


@pytest.mark.parametrize(
  ("name", "content"),
  [
    ("counts.csv", b"image,count\na.png,12\n"),
    ("counts.csv", b""),
    ("a_density.png", png(noise_picture(8, 8, 1))),
    ("a_uncertainty.png", b"no picture"),
    ("a_2_density.png", png(noise_picture(8, 8, 1))),
    ("a_maps.npz", b"no archive"),
  ],
)
def test_files_of_the_user_are_not_overwritten(
  counter: CrowdCounter, tmp_path: Path, name: str, content: bytes
) -> None:
  paths = [tmp_path / "a.png", tmp_path / "a.jpg"]
  for path in paths:
    path.write_bytes(png(noise_picture(8, 8, 0)))
  (tmp_path / name).write_bytes(content)
  before = sorted(tmp_path.iterdir())
  with pytest.raises(InputError, match=rf"{name}: not of .*--output"):
    pictures.count_pictures(counter, paths, tmp_path, maps=True)
  assert (tmp_path / name).read_bytes() == content
  assert sorted(tmp_path.iterdir()) == before


def test_says_what_is_missing(tmp_path: Path) -> None:
  with pytest.raises(InputError, match="no such file"):
    picture_input.find_pictures(tmp_path / "nowhere")
  with pytest.raises(InputError, match="holds no pictures"):
    picture_input.find_pictures(tmp_path)


def test_sixteen_bits_keep_their_upper_half(tmp_path: Path) -> None:
  """Pillow would cut them off at 255: a white picture."""
  grey = np.arange(0, 65536, 4096, np.uint16).reshape(4, 4)
  Image.fromarray(grey).save(tmp_path / "scan.png")
  image = picture_input.read_picture(tmp_path / "scan.png")
  np.testing.assert_array_equal(image, np.stack([grey >> 8] * 3, -1))


def test_pixels_without_a_white_are_refused(tmp_path: Path) -> None:
  Image.fromarray(np.ones((4, 4), np.float32)).save(tmp_path / "map.tif")
  with pytest.raises(InputError, match=r"map\.tif.*not integers"):
    picture_input.read_picture(tmp_path / "map.tif")


@pytest.mark.parametrize(
  ("width", "height", "expected"),
  [
    (6600, 5000, "cannot be read"),  # 33 megapixels, and none of them there
    (6601, 5000, "more than 33 megapixels, too many"),
    (10_000, 10_000, "more than 33 megapixels, too many"),  # Pillow warns
    (20_000, 10_000, "more than 33 megapixels, too many"),  # Pillow raises
  ],
)
def test_huge_pictures_are_refused_before_they_are_decoded(
  tmp_path: Path, width: int, height: int, expected: str
) -> None:
  content = png(noise_picture(16, 16, 0))
  header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
  checksum = struct.pack(">I", zlib.crc32(header))
  path = tmp_path / "huge.png"
  path.write_bytes(content[:12] + header + checksum + content[33:])
  with pytest.raises(InputError, match=rf"huge\.png: {expected}"):
    picture_input.read_picture(path)


def test_counts_pictures_of_any_shape(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  sizes = {"wide": (8, 4000), "tall": (4000, 8), "dot": (1, 1)}
  paths = []
  for name, size in sizes.items():
    paths.append(tmp_path / f"{name}.png")
    paths[-1].write_bytes(png(noise_picture(*size, 1)))
  output = tmp_path / "out"
  counts, problems = pictures.count_pictures(counter, paths, output, maps=True)
  assert not problems
  with open(output / "counts.csv", newline="") as file:
    rows = list(csv.DictReader(file))
  assert [row["image"] for row in rows] == [str(path) for path in paths]
  for counted, row, size in zip(counts, rows, sizes.values(), strict=True):
    assert float(row["count"]) == pytest.approx(counted.count, abs=1e-3)
    assert counted.interval is None
    assert row["low_90"] == row["high_90"] == row["familiar"] == ""
    assert 0 < float(row["deviation_low"]) <= float(row["deviation_high"])
    assert (int(row["height"]), int(row["width"])) == size
    for column in ("density", "uncertainty"):
      drawn = picture_input.read_picture(output / row[column])
      assert drawn.shape[0] == size[0] + 22
      assert drawn.shape[1] >= size[1]
    name = row["density"].replace("_density.png", "_maps.npz")
    with np.load(output / name) as maps:
      assert maps["density"].sum() == pytest.approx(counted.count, 1e-5)
      assert maps["deviation"].shape == (-(-size[0] // 8), -(-size[1] // 8))
  with pytest.raises(InputError, match="holds no pictures"):
    picture_input.find_pictures(
      output
    )  # our own overlays are not counted again


def test_names_never_collide_and_bad_ones_are_told(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  paths = [tmp_path / name for name in ("a.png", "b/a.png", "a.jpg", "bad.png")]
  (tmp_path / "b").mkdir()
  for path in paths[:2]:
    path.write_bytes(png(noise_picture(8, 8, 0)))
  paths[2].write_bytes(jpeg(noise_picture(8, 8, 0)))
  paths[3].write_bytes(png(noise_picture(30, 30, 0))[:500])
  counts, problems = pictures.count_pictures(counter, paths, tmp_path / "out")
  assert [counted.path for counted in counts] == paths[:3]
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
  (counted,), problems = pictures.count_pictures(
    counter,
    [path, other],
    tmp_path / "out",
    region=picture_input.read_region(tmp_path / "where.png"),
  )
  density = counter.count(picture_input.read_picture(path)).density
  assert counted.count == pytest.approx(density[:, :1].sum(), 1e-5)
  assert "is 25x16 pixels, the region of interest 24x16" in problems[0]


def test_region_that_is_nowhere_is_refused(tmp_path: Path) -> None:
  Image.new("L", (4, 4)).save(tmp_path / "black.png")
  with pytest.raises(InputError, match="black all over"):
    picture_input.read_region(tmp_path / "black.png")


def test_calibrated_counter_gives_intervals_and_says_what_is_unfamiliar(
  counter: CrowdCounter, tmp_path: Path
) -> None:
  path = tmp_path / "a.png"
  path.write_bytes(png(noise_picture(40, 24, 0)))
  estimate = counter.count(picture_input.read_picture(path))
  assert counter.interval(estimate, 0.9) is None
  assert counter.is_familiar(estimate) is None
  spread = float(estimate.deviation.sum(dtype=np.float64))
  for familiar in (True, False):
    limit = spread * (1.01 if familiar else 0.99)
    usual = Familiarity(level=np.log(limit), slope=0.0, largest=0.0)
    calibrated = CrowdCounter(counter.model, Calibration((0.25,), usual))
    (counted,), _ = pictures.count_pictures(
      calibrated, [path], tmp_path / f"out{familiar}"
    )
    assert counted.count == pytest.approx(estimate.count, 1e-5)
    low = max(0.0, counted.count - 0.25 * spread)
    assert counted.interval == pytest.approx(
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
  assert fast.interval(one, 0.9) is None
  assert all_masks.count == pytest.approx(one.count, 0.2)
  moments = MaskEnsemble(counter.model)(image[None])
  np.testing.assert_allclose(
    all_masks.deviation**2,
    (moments.aleatoric + moments.epistemic)[0, ..., 0],
    rtol=1e-4,
  )
  np.testing.assert_allclose(
    all_masks.density, moments.mean[0, ..., 0], rtol=1e-4
  )
