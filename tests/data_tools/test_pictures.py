"""Picture files: read whole or refused with a reason in one line."""

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import ExifTags, Image

from cdcc_tf.data.images import decode_picture
from cdcc_tf.data.records import CrowdRecord
from cdcc_tf.errors import first_line
from data_tools import pictures
from data_tools.formats.base import LabelledPicture
from data_tools.pictures import (
  UnusablePicture,
  into_picture,
  read_picture,
  to_record,
)
from tests.conftest import jpeg, noise_picture, png
from tests.data_tools.conftest import HEIGHT, WIDTH, bomb, write_picture


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.JPG"])
def test_whole_picture(tmp_path: Path, name: str):
  path = write_picture(tmp_path / name)
  assert read_picture(path) == (path.read_bytes(), HEIGHT, WIDTH)


@pytest.mark.parametrize("encode", [jpeg, png])
def test_suffix_does_not_matter_and_grey_is_fine(tmp_path: Path, encode):
  (tmp_path / "a.jpg").write_bytes(encode(noise_picture(20, 30, 0)[..., :1]))
  assert read_picture(tmp_path / "a.jpg")[1:] == (20, 30)


NOISE = jpeg(noise_picture(HEIGHT, WIDTH, 0)), png(noise_picture(40, 40, 0))


@pytest.mark.parametrize(
  ("content", "reason"),
  [
    (b"", "empty"),
    (b"\0" * 100, "neither JPEG nor PNG"),
    (b"404 not found", "neither JPEG nor PNG"),
    (NOISE[0][:-900], "JPEG"),
    (NOISE[1][:-900], "PNG"),
    (NOISE[0][:5], ""),
    (NOISE[1][:20], ""),
    (NOISE[1][:40], ""),
  ],
)
def test_damaged_file(tmp_path: Path, content: bytes, reason: str):
  (tmp_path / "a.jpg").write_bytes(content)
  for _ in range(2):
    with pytest.raises(UnusablePicture) as raised:
      read_picture(tmp_path / "a.jpg")
    message = str(raised.value)
    assert message
    assert reason in message
    assert "\n" not in message
    assert "{{" not in message  # TensorFlow's names of its own nodes
    assert "0x" not in message  # an address, another one every time


@pytest.mark.parametrize("side", [9_500, 20_000, 60_000])
def test_bomb_is_refused_before_it_is_decoded(
  tmp_path: Path, side: int, monkeypatch: pytest.MonkeyPatch
):
  """A small file that would fill gigabytes; above and far above the limit."""
  monkeypatch.setattr(pictures, "decode_picture", None)
  (tmp_path / "a.png").write_bytes(bomb(side))
  with pytest.raises(UnusablePicture, match=rf"{side**2} pixels.*limit"):
    read_picture(tmp_path / "a.png")


def test_file_that_cannot_be_opened(tmp_path: Path):
  (tmp_path / "folder.jpg").mkdir()
  with pytest.raises(UnusablePicture, match="directory"):
    read_picture(tmp_path / "folder.jpg")
  with pytest.raises(UnusablePicture, match="No such file"):
    read_picture(tmp_path / "none.jpg")
  os.symlink(tmp_path / "loop.jpg", tmp_path / "loop.jpg")
  with pytest.raises(UnusablePicture):
    read_picture(tmp_path / "loop.jpg")


@pytest.mark.parametrize(
  "error",
  [
    tf.errors.InvalidArgumentError(None, None, ""),
    tf.errors.ResourceExhaustedError(None, None, "\n"),
    tf.errors.UnimplementedError(None, None, "{{node a}} [Op:DecodeImage]"),
  ],
  ids=lambda error: type(error).__name__,
)
def test_errors_without_a_message_still_have_a_reason(
  tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
):
  def fails(image: bytes) -> None:
    raise error

  monkeypatch.setattr(pictures, "decode_picture", fails)
  with pytest.raises(UnusablePicture, match=type(error).__name__):
    read_picture(write_picture(tmp_path / "a.jpg"))


@pytest.mark.parametrize(
  ("error", "expected"),
  [
    (ValueError(), "ValueError"),
    (ValueError("\n"), "ValueError"),
    (OSError(" \n one\ntwo"), "one"),
    (KeyError("a"), "'a'"),
  ],
)
def test_first_line(error: Exception, expected: str):
  assert first_line(error) == expected


def test_warnings_outside_are_as_before(tmp_path: Path):
  with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    read_picture(write_picture(tmp_path / "a.jpg"))
    warnings.warn("still heard", stacklevel=1)
  assert [str(warning.message) for warning in caught] == ["still heard"]


def test_unlabelled_picture_has_no_sigmas(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  record, dropped = to_record(LabelledPicture("a", path, None), "p", True)
  assert not record.labelled
  assert record.sigmas is None
  assert dropped == 0


@pytest.mark.parametrize("size", [(50, 100), (1, 1), (768, 1024), (4001, 8191)])
def test_points_on_the_far_edges_are_kept_just_inside(size: tuple[int, int]):
  height, width = size
  points = np.array(
    [[width, 0], [0, height], [width, height], [width - 1e-9, 0], [0, 0]]
  )
  moved, inside = into_picture(points, height, width)
  assert inside.all()
  assert moved.dtype == np.float32
  assert (moved < [width, height]).all()
  np.testing.assert_allclose(moved, points, rtol=1e-6, atol=1e-6)


def test_points_that_are_no_numbers_are_outside():
  points = np.array([[np.nan, 1], [1, np.inf], [1, 1]])
  _, inside = into_picture(points, 10, 10)
  assert inside.tolist() == [False, False, True]


def turned_jpeg(path: Path, orientation: int) -> Path:
  """Writes a JPEG of 20 x 30 whose EXIF asks for a turn; left half white."""
  pixels = np.zeros((20, 30, 3), np.uint8)
  pixels[:, :15] = 255
  exif = Image.Exif()
  exif[ExifTags.Base.Orientation] = orientation
  Image.fromarray(pixels).save(path, exif=exif)
  return path


def test_pictures_are_turned_upright_only_if_asked(tmp_path: Path):
  path = turned_jpeg(tmp_path / "a.jpg", 6)
  assert read_picture(path) == (path.read_bytes(), 20, 30)
  image, height, width = read_picture(path, upright=True)
  assert (height, width) == (30, 20)
  pixels = decode_picture(image).numpy()
  assert pixels[:14].min() > 200  # what was left is now above
  assert pixels[16:].max() < 50


def test_picture_that_stands_upright_keeps_its_bytes(tmp_path: Path):
  path = turned_jpeg(tmp_path / "a.jpg", 1)
  assert read_picture(path, upright=True)[0] == path.read_bytes()


def test_file_of_another_size_than_annotated_is_refused(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  picture = LabelledPicture("a", path, np.zeros((0, 2)), size=(WIDTH, HEIGHT))
  with pytest.raises(UnusablePicture, match="annotated at 50x100"):
    to_record(picture, "p", False)


def roi_of(record: CrowdRecord) -> np.ndarray:
  assert record.roi is not None
  return tf.io.decode_png(record.roi).numpy()[..., 0]


def test_region_of_interest_becomes_a_mask(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  square = np.array([[10, 5], [39, 5], [39, 24], [10, 24]], np.float64)
  mask = np.zeros((HEIGHT, WIDTH), bool)
  mask[5:25, 10:40] = True
  for roi in (square, mask):
    picture = LabelledPicture("a", path, None, roi=roi, group="scene 1")
    record, _ = to_record(picture, "p", False)
    np.testing.assert_array_equal(roi_of(record), mask * 255)
    assert record.group == "scene 1"


def test_mask_of_another_size_is_refused(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  picture = LabelledPicture("a", path, None, roi=np.ones((3, 4), bool))
  with pytest.raises(UnusablePicture, match="region of interest is 4x3"):
    to_record(picture, "p", False)
