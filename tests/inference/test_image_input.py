"""Finding and reading users' pictures, of any kind and size."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cdcc_tf.data.images import decode_image
from cdcc_tf.errors import InputError
from cdcc_tf.inference import image_input
from data_tools.conversion import image_files
from data_tools.conversion.resizing import Resizing
from tests.helpers import jpeg, noise_picture, png


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK", "P", "1"])
def test_every_kind_of_picture_becomes_rgb(tmp_path: Path, mode: str) -> None:
  path = tmp_path / ("picture.jpg" if mode == "CMYK" else "picture.png")
  Image.fromarray(noise_picture(20, 30, 0)).convert(mode).save(path)
  image = image_input.read_image(path)
  assert image.shape == (20, 30, 3)
  assert image.dtype == np.uint8


@pytest.mark.parametrize("subsampling", [0, 2])
@pytest.mark.parametrize("size", [(64, 48), (41, 67)])
def test_jpegs_are_read_as_training_reads_them(
  tmp_path: Path, size: tuple[int, int], subsampling: int
) -> None:
  """Two decoders, and counts of one file would differ by the bits."""
  path = tmp_path / "a.jpg"
  noise = Image.fromarray(noise_picture(*size, 0))
  noise.save(path, quality=70, subsampling=subsampling)
  np.testing.assert_array_equal(
    image_input.read_image(path), decode_image(path.read_bytes())
  )


def test_pictures_are_turned_as_they_were_taken(tmp_path: Path) -> None:
  """A phone held upright stores a lying picture and a note to turn it."""
  upright = np.zeros((30, 20, 3), np.uint8)
  upright[:10] = 255  # bright sky
  lying = Image.fromarray(np.rot90(upright))
  exif = Image.Exif()
  exif[0x0112] = 6  # turn by 90 degrees clockwise to view
  lying.save(tmp_path / "phone.png", exif=exif)
  np.testing.assert_array_equal(
    image_input.read_image(tmp_path / "phone.png"), upright
  )


@pytest.mark.parametrize(
  "content", [b"", b"text", jpeg(noise_picture(9, 9, 0))[:300]]
)
def test_unreadable_pictures_are_named(tmp_path: Path, content: bytes) -> None:
  path = tmp_path / "bad.jpg"
  path.write_bytes(content)
  with pytest.raises(InputError, match=r"bad\.jpg"):
    image_input.read_image(path)


def test_finds_pictures_of_a_folder_and_below(tmp_path: Path) -> None:
  (tmp_path / "sub").mkdir()
  for name in ("b.JPG", "a.png", "sub/c.jpeg", "notes.txt"):
    (tmp_path / name).write_bytes(b"")
  found = image_input.find_images(tmp_path)
  assert [path.name for path in found] == ["a.png", "b.JPG", "c.jpeg"]


def test_hidden_files_are_no_pictures(tmp_path: Path) -> None:
  """macOS writes ._a.jpg beside a.jpg; file managers keep small copies."""
  hidden = tmp_path / ".hidden"  # what was asked for may well be
  (hidden / ".thumbnails").mkdir(parents=True)
  for name in ("a.jpg", "._a.jpg", ".thumbnails/a.jpg"):
    (hidden / name).write_bytes(b"")
  assert image_input.find_images(hidden) == [hidden / "a.jpg"]


def test_kinds_that_are_not_read_are_told_of(
  tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
  for name in ("a.jpg", "b.gif", "IMG_1.HEIC", "sub/IMG_2.heic"):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
  found = image_input.find_images(tmp_path)
  assert [path.name for path in found] == ["a.jpg", "b.gif"]
  assert "2 pictures are not counted, for .HEIC is not read" in caplog.text


def test_says_what_is_missing(tmp_path: Path) -> None:
  with pytest.raises(InputError, match="no such file"):
    image_input.find_images(tmp_path / "nowhere")
  with pytest.raises(InputError, match="holds no pictures"):
    image_input.find_images(tmp_path)


def test_sixteen_bits_keep_their_upper_half(tmp_path: Path) -> None:
  """Pillow would cut them off at 255: a white picture."""
  grey = np.arange(0, 65536, 4096, np.uint16).reshape(4, 4)
  Image.fromarray(grey).save(tmp_path / "scan.png")
  image = image_input.read_image(tmp_path / "scan.png")
  np.testing.assert_array_equal(image, np.stack([grey >> 8] * 3, -1))


def test_deep_pixels_of_a_shallow_range_are_refused(tmp_path: Path) -> None:
  """As 16 bits they would all be black."""
  shallow = np.arange(256, dtype=np.int32).reshape(16, 16)
  Image.fromarray(shallow).save(tmp_path / "map.tif")
  with pytest.raises(InputError, match=r"map\.tif.*none is above 255"):
    image_input.read_image(tmp_path / "map.tif")


def test_pixels_without_a_white_are_refused(tmp_path: Path) -> None:
  Image.fromarray(np.ones((4, 4), np.float32)).save(tmp_path / "map.tif")
  with pytest.raises(InputError, match=r"map\.tif.*not integers"):
    image_input.read_image(tmp_path / "map.tif")


@pytest.mark.parametrize(
  ("width", "height", "max_side", "expected"),
  [
    (6600, 5000, None, "cannot be read"),  # 33 megapixels, none of them there
    (6601, 5000, None, "more than 33 megapixels, .* by --max_side=1600"),
    (5000, 8000, 7300, "more than 33 megapixels"),
    (5000, 8000, 7200, "cannot be read"),
    (10_000, 10_000, None, "more than 89,478,485 pixels"),  # Pillow warns
    (10_000, 10_000, 1600, "more than 89,478,485 pixels"),
    (20_000, 10_000, 1600, "more than 89,478,485 pixels"),  # Pillow raises
  ],
)
def test_huge_pictures_are_refused_before_they_are_decoded(
  tmp_path: Path, width: int, height: int, max_side: int | None, expected: str
) -> None:
  content = png(noise_picture(16, 16, 0))
  header = b"IHDR" + struct.pack(">II", width, height) + content[24:29]
  checksum = struct.pack(">I", zlib.crc32(header))
  path = tmp_path / "huge.png"
  path.write_bytes(content[:12] + header + checksum + content[33:])
  for read in (image_input.read_image, image_input.read_region):
    with pytest.raises(InputError, match=rf"huge\.png: {expected}"):
      read(path, max_side)


def test_too_large_pictures_are_read_to_be_shrunk(tmp_path: Path) -> None:
  """And their region in its own size, which tells whether it is theirs."""
  path = tmp_path / "huge.png"
  Image.new("L", (8000, 4200), 255).save(path, compress_level=1)
  region = image_input.read_region(path, 400)
  assert region.shape == (4200, 8000)
  image = image_input.read_image(path, 400, region)
  np.testing.assert_array_equal(image, np.full((210, 400, 3), 255))


@pytest.mark.parametrize("size", [(57, 90), (90, 57), (3, 200), (41, 40)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_pictures_are_shrunk_as_those_that_are_learned_from(
  tmp_path: Path, size: tuple[int, int], orientation: int
) -> None:
  exif, encoded = Image.Exif(), io.BytesIO()
  exif[0x0112] = orientation
  path = tmp_path / "a.png"
  Image.fromarray(noise_picture(*size, 0)).save(path, exif=exif)
  image = image_input.read_image(path, 40)
  Image.fromarray(image).save(encoded, "JPEG", quality=95, subsampling=0)
  converted = image_files.read_image(path, True, resizing=Resizing(40))
  assert encoded.getvalue() == converted.image
  assert max(image.shape) == 40


def test_small_pictures_stay_as_they_are(tmp_path: Path) -> None:
  path, picture = tmp_path / "a.png", noise_picture(40, 20, 0)
  path.write_bytes(png(picture))
  np.testing.assert_array_equal(image_input.read_image(path, 40), picture)


def test_a_region_keeps_to_black_and_white_when_it_is_shrunk() -> None:
  region = np.zeros((60, 90), bool)
  region[30:, :30] = True
  shrunk = image_input.shrunk_region(region, (20, 30))
  np.testing.assert_array_equal(shrunk, region[1::3, 1::3])
  assert image_input.shrunk_region(region, (60, 90)) is region
  assert image_input.shrunk_region(None, (20, 30)) is None


def test_region_that_is_nowhere_is_refused(tmp_path: Path) -> None:
  Image.new("L", (4, 4)).save(tmp_path / "black.png")
  with pytest.raises(InputError, match="holds nothing white"):
    image_input.read_region(tmp_path / "black.png")
  with pytest.raises(InputError, match=r"none\.png: no such picture"):
    image_input.read_region(tmp_path / "none.png")


def test_black_need_not_be_quite_black_in_a_region(tmp_path: Path) -> None:
  """Nor is it in a JPEG, around what is white."""
  painted = np.full((40, 60), 9, np.uint8)
  painted[10:30, 20:45] = 240
  Image.fromarray(painted).save(tmp_path / "region.jpg", quality=60)
  region = image_input.read_region(tmp_path / "region.jpg")
  np.testing.assert_array_equal(region, painted > 127)
