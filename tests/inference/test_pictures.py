"""Reading users' pictures and drawing what was predicted."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cdcc_tf.errors import InputError
from cdcc_tf.inference import overlay, pictures
from tests.conftest import jpeg, noise_picture


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK", "P", "1"])
def test_every_kind_of_picture_becomes_rgb(tmp_path: Path, mode: str) -> None:
  path = tmp_path / ("picture.jpg" if mode == "CMYK" else "picture.png")
  Image.fromarray(noise_picture(20, 30, 0)).convert(mode).save(path)
  image = pictures.read_picture(path)
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
    pictures.read_picture(tmp_path / "phone.png"), upright
  )


@pytest.mark.parametrize(
  "content", [b"", b"text", jpeg(noise_picture(9, 9, 0))[:300]]
)
def test_unreadable_pictures_are_named(tmp_path: Path, content: bytes) -> None:
  path = tmp_path / "bad.jpg"
  path.write_bytes(content)
  with pytest.raises(InputError, match=r"bad\.jpg"):
    pictures.read_picture(path)


def test_finds_pictures_of_a_folder_and_below(tmp_path: Path) -> None:
  (tmp_path / "sub").mkdir()
  for name in ("b.JPG", "a.png", "sub/c.jpeg", "notes.txt"):
    (tmp_path / name).write_bytes(b"")
  found = pictures.find_pictures(tmp_path)
  assert [path.name for path in found] == ["a.png", "b.JPG", "c.jpeg"]


def test_says_what_is_missing(tmp_path: Path) -> None:
  with pytest.raises(InputError, match="no such file"):
    pictures.find_pictures(tmp_path / "nowhere")
  with pytest.raises(InputError, match="holds no pictures"):
    pictures.find_pictures(tmp_path)


def test_heat_is_hottest_where_the_people_are() -> None:
  density = np.zeros((6, 8))
  density[1, 6] = 1.0
  coloured = overlay.heat(density, 45, 61).astype(int)
  assert coloured.shape == (45, 61, 3)
  row, column = np.unravel_index(
    coloured[..., 0].argmax(), coloured.shape[:2]
  )  # red is viridis' last colour to rise
  assert abs(row - 12) <= 4
  assert abs(column - 52) <= 4


def test_blend_keeps_the_picture_where_nobody_is() -> None:
  image = noise_picture(45, 61, 0)
  density = np.zeros((6, 8))
  density[0, 0] = 1.0
  blended = overlay.blend(image, density, "caption")
  assert blended.shape == (45 + 22, 61, 3)
  np.testing.assert_array_equal(blended[30:45, 30:], image[30:, 30:])
  assert (blended[:8, :8] != image[:8, :8]).mean() > 0.5


def test_panel_shows_truth_or_says_there_is_none(tmp_path: Path) -> None:
  image = noise_picture(48, 64, 0)
  density = np.random.default_rng(0).random((6, 8))
  with_truth = overlay.panel(image, density, density, density)
  without = overlay.panel(image, density, density, None)
  assert with_truth.shape == without.shape
  assert with_truth.shape[1] == 4 * 320
  assert (with_truth[:, 320:640] != without[:, 320:640]).any()
  np.testing.assert_array_equal(with_truth[:, :320], without[:, :320])
  overlay.save(with_truth, tmp_path / "new" / "panel.png")
  saved = Image.open(io.BytesIO((tmp_path / "new" / "panel.png").read_bytes()))
  np.testing.assert_array_equal(np.asarray(saved), with_truth)
