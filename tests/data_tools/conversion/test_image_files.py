"""Picture files: read whole or refused with a reason in one line."""

import hashlib
import io
import os
import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest
import tensorflow as tf
from PIL import ExifTags, Image

from cdcc_tf.data.images import decode_image
from cdcc_tf.data.records.record import CrowdRecord
from cdcc_tf.errors import first_line
from data_tools.conversion import image_files
from data_tools.conversion.image_files import UnusableImage, read_image
from data_tools.conversion.resizing import into_image
from data_tools.conversion.to_record import to_record
from data_tools.formats.base import LabelledImage
from tests.data_tools.helpers import HEIGHT, WIDTH, bomb, write_picture
from tests.helpers import jpeg, noise_picture, png


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.JPG"])
def test_whole_picture(tmp_path: Path, name: str):
  path = write_picture(tmp_path / name)
  file = read_image(path)
  assert file.image == path.read_bytes()
  assert (file.height, file.width) == (HEIGHT, WIDTH)
  assert file.converted == ""
  assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("encode", [jpeg, png])
def test_suffix_does_not_matter_and_grey_is_fine(tmp_path: Path, encode):
  (tmp_path / "a.jpg").write_bytes(encode(noise_picture(20, 30, 0)[..., :1]))
  file = read_image(tmp_path / "a.jpg")
  assert (file.height, file.width) == (20, 30)
  assert file.image == (tmp_path / "a.jpg").read_bytes()
  assert file.kind in ("JPEG L", "PNG L")


NOISE = jpeg(noise_picture(HEIGHT, WIDTH, 0)), png(noise_picture(40, 40, 0))


@pytest.mark.parametrize(
  ("content", "reason"),
  [
    (b"", "empty"),
    (b"\0" * 100, "not JPEG, PNG"),
    (b"404 not found", "not JPEG, PNG"),
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
    with pytest.raises(UnusableImage) as raised:
      read_image(tmp_path / "a.jpg")
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
  monkeypatch.setattr(image_files, "decodable_size", None)
  (tmp_path / "a.png").write_bytes(bomb(side))
  with pytest.raises(UnusableImage, match=rf"{side**2} pixels.*limit"):
    read_image(tmp_path / "a.png")


def test_file_that_cannot_be_opened(tmp_path: Path):
  (tmp_path / "folder.jpg").mkdir()
  with pytest.raises(UnusableImage, match="directory"):
    read_image(tmp_path / "folder.jpg")
  with pytest.raises(UnusableImage, match="No such file"):
    read_image(tmp_path / "none.jpg")
  os.symlink(tmp_path / "loop.jpg", tmp_path / "loop.jpg")
  with pytest.raises(UnusableImage):
    read_image(tmp_path / "loop.jpg")


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

  monkeypatch.setattr(image_files, "decodable_size", fails)
  with pytest.raises(UnusableImage, match=type(error).__name__):
    read_image(write_picture(tmp_path / "a.jpg"))


@pytest.mark.parametrize(
  ("error", "expected"),
  [
    (ValueError(), "ValueError"),
    (ValueError("\n"), "ValueError"),
    (OSError(" \n one\ntwo"), "one"),
    (KeyError("a"), "'a'"),
    (ValueError("{{function_node x}} torn at 7 [Op:Get] name: "), "torn at 7"),
    (ValueError("{{node x}} [Op:Get]"), "ValueError"),
  ],
)
def test_first_line(error: Exception, expected: str):
  assert first_line(error) == expected


def test_warnings_outside_are_as_before(tmp_path: Path):
  with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    read_image(write_picture(tmp_path / "a.jpg"))
    warnings.warn("still heard", stacklevel=1)
  assert [str(warning.message) for warning in caught] == ["still heard"]


def test_unlabelled_picture_has_no_sigmas(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  record, origin = to_record(LabelledImage("a", path, None), "p", "adaptive")
  assert not record.labelled
  assert record.sigmas is None
  assert origin.outside == origin.heads_given == 0


@pytest.mark.parametrize("size", [(50, 100), (1, 1), (768, 1024), (4001, 8191)])
def test_points_on_the_far_edges_are_kept_just_inside(size: tuple[int, int]):
  height, width = size
  points = np.array(
    [[width, 0], [0, height], [width, height], [width - 1e-9, 0], [0, 0]]
  )
  moved, inside = into_image(points, height, width)
  assert inside.all()
  assert moved.dtype == np.float32
  assert (moved < [width, height]).all()
  np.testing.assert_allclose(moved, points, rtol=1e-6, atol=1e-6)


def test_points_that_are_no_numbers_are_outside():
  points = np.array([[np.nan, 1], [1, np.inf], [1, 1]])
  _, inside = into_image(points, 10, 10)
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
  ignored = read_image(path)
  assert ignored.image == path.read_bytes()
  assert (ignored.converted, ignored.exif_ignored) == ("", 6)
  file = read_image(path, upright=True)
  assert file.exif_ignored == 0
  assert (file.height, file.width) == (30, 20)
  assert file.converted == "turned upright"
  pixels = decode_image(file.image).numpy()
  assert pixels[:14].min() > 200  # what was left is now above
  assert pixels[16:].max() < 50


def test_picture_that_stands_upright_keeps_its_bytes(tmp_path: Path):
  path = turned_jpeg(tmp_path / "a.jpg", 1)
  assert read_image(path, upright=True).image == path.read_bytes()
  assert read_image(path).exif_ignored == 0


def test_orientation_of_a_png_that_is_ignored(tmp_path: Path):
  path = turned_jpeg(tmp_path / "a.png", 6)
  assert read_image(path).exif_ignored == 6
  assert read_image(path, upright=True).converted == "turned upright"


def test_file_of_another_size_than_annotated_is_refused(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  picture = LabelledImage("a", path, np.zeros((0, 2)), size=(WIDTH, HEIGHT))
  with pytest.raises(UnusableImage, match="annotated at 50x100"):
    to_record(picture, "p")


def roi_of(record: CrowdRecord) -> np.ndarray:
  assert record.roi is not None
  return tf.io.decode_png(record.roi).numpy()[..., 0]


def test_region_of_interest_becomes_a_mask(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  square = np.array([[10, 5], [39, 5], [39, 24], [10, 24]], np.float64)
  mask = np.zeros((HEIGHT, WIDTH), bool)
  mask[5:25, 10:40] = True
  for roi in (square, mask):
    picture = LabelledImage("a", path, None, roi=roi, group="scene 1")
    record, _ = to_record(picture, "p")
    np.testing.assert_array_equal(roi_of(record), mask * 255)
    assert record.group == "scene 1"


def test_mask_of_another_size_is_refused(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  picture = LabelledImage("a", path, None, roi=np.ones((3, 4), bool))
  with pytest.raises(UnusableImage, match="region of interest is 4x3"):
    to_record(picture, "p")


def test_region_outside_the_picture_is_refused(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  beyond = np.array([[300.0, 5], [400, 5], [400, 24]])
  picture = LabelledImage("a", path, None, roi=beyond)
  with pytest.raises(UnusableImage, match="leaves nothing of the picture"):
    to_record(picture, "p")


def files_of_every_kind() -> dict[str, tuple[bytes, str, str]]:
  """Returns encoded noise, what `read_image` calls it, why it converts."""
  picture = Image.fromarray(noise_picture(20, 30, 0))
  deep = (noise_picture(20, 30, 0)[..., 0].astype(np.uint16) << 8) + 7
  kinds: dict[str, tuple[Image.Image, str, dict[str, object], str]] = {
    "JPEG RGB": (picture, "JPEG", {}, ""),
    "JPEG L": (picture.convert("L"), "JPEG", {}, ""),
    "JPEG CMYK": (picture.convert("CMYK"), "JPEG", {"quality": 95}, "CMYK"),
    "PNG RGB": (picture, "PNG", {}, ""),
    "PNG L": (picture.convert("L"), "PNG", {}, ""),
    "PNG I;16": (Image.fromarray(deep), "PNG", {}, "16 bits"),
    "PNG RGBA": (picture.convert("RGBA"), "PNG", {}, "alpha"),
    "PNG LA": (picture.convert("LA"), "PNG", {}, "alpha"),
    "PNG P": (picture.convert("P"), "PNG", {}, "palette"),
    "PNG 1": (picture.convert("1"), "PNG", {}, "1 bits"),
    "TIFF RGB": (picture, "TIFF", {}, "TIFF"),
    "TIFF I;16": (Image.fromarray(deep), "TIFF", {}, "TIFF, 16 bits"),
    "TIFF CMYK": (picture.convert("CMYK"), "TIFF", {}, "TIFF, CMYK"),
    "WEBP RGB": (picture, "WEBP", {"lossless": True}, "WEBP"),
    "BMP RGB": (picture, "BMP", {}, "BMP"),
    "GIF P": (picture.convert("P"), "GIF", {}, "GIF, palette"),
  }
  made = {}
  for kind, (source, form, options, reason) in kinds.items():
    target = io.BytesIO()
    source.save(target, form, **options)
    made[kind] = target.getvalue(), kind, reason
  return made


@pytest.mark.parametrize("kind", files_of_every_kind())
def test_every_kind_keeps_its_bytes_or_says_why_not(tmp_path: Path, kind: str):
  content, kind, reason = files_of_every_kind()[kind]
  path = tmp_path / "a.jpg"  # whatever the suffix says
  path.write_bytes(content)
  file = read_image(path)
  assert (file.kind, file.converted) == (kind, reason)
  assert (file.image == content) == (not reason)
  assert file.sha256 == hashlib.sha256(content).hexdigest()
  with Image.open(io.BytesIO(content)) as opened:
    lossy = opened.format in ("JPEG", "WEBP")
    deep = opened.mode == "I;16"
    shown = np.asarray(opened).astype(np.uint16) >> 8 if deep else None
    expected = np.asarray(opened.convert("RGB")) if shown is None else shown
  if reason:
    with Image.open(io.BytesIO(file.image)) as stored:
      assert (stored.format, stored.mode) == ("JPEG" if lossy else "PNG", "RGB")
  decoded = decode_image(file.image).numpy()
  if deep:
    expected = np.stack([expected] * 3, -1)
  error = np.abs(decoded.astype(int) - expected).mean()
  assert error < (4 if lossy else 0.01)


def test_sixteen_bits_a_colour_are_converted(tmp_path: Path):
  deep = np.full((4, 6, 3), 0x80FF, np.uint16)
  deep[..., 0] = 0x2000
  path = tmp_path / "a.png"
  path.write_bytes(cv2.imencode(".png", deep)[1].tobytes())
  file = read_image(path)
  assert file.converted == "16 bits"
  decoded = decode_image(file.image).numpy()
  assert np.abs(decoded[0, 0].astype(int) - [0x80, 0x80, 0x20]).max() <= 1


def test_transparency_does_not_change_colours(tmp_path: Path):
  pixels = np.full((8, 8, 4), 200, np.uint8)
  pixels[:, :4, 3] = 0
  Image.fromarray(pixels).save(tmp_path / "a.png")
  decoded = decode_image(read_image(tmp_path / "a.png").image).numpy()
  assert (decoded == 200).all()


def test_several_frames_are_one_picture(tmp_path: Path):
  frames = [Image.fromarray(noise_picture(8, 9, seed)) for seed in range(3)]
  frames[0].save(tmp_path / "a.tif", save_all=True, append_images=frames[1:])
  file = read_image(tmp_path / "a.tif")
  assert file.converted == "TIFF, first of 3 frames"
  np.testing.assert_array_equal(
    decode_image(file.image), noise_picture(8, 9, 0)
  )


def test_phone_pictures_with_more_behind_them_keep_their_bytes(tmp_path: Path):
  """What Pillow calls MPO is a JPEG to everybody else."""
  frames = [Image.fromarray(noise_picture(16, 24, seed)) for seed in range(2)]
  frames[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=frames)
  file = read_image(tmp_path / "a.jpg")
  assert (file.kind, file.converted) == ("JPEG RGB", "")


@pytest.mark.parametrize("mode", ["F", "I"])
def test_pictures_whose_white_is_unknown_are_refused(tmp_path: Path, mode: str):
  Image.new(mode, (4, 4), 70_000).save(tmp_path / "a.tif")
  with pytest.raises(UnusableImage) as raised:
    read_image(tmp_path / "a.tif")
  assert "white is unknown" in str(raised.value)


@pytest.mark.parametrize("content", ["torn", "odd exif"])
def test_turned_picture_that_is_damaged(tmp_path: Path, content: str):
  path = turned_jpeg(tmp_path / "a.jpg", 6)
  whole = path.read_bytes()
  if content == "torn":
    path.write_bytes(whole[:-200])
    with pytest.raises(UnusableImage):
      read_image(path, upright=True)
  else:
    at = whole.index(b"Exif") + 6
    path.write_bytes(whole[:at] + b"\xff" * 8 + whole[at + 8 :])
    assert read_image(path, upright=True).converted == ""


@pytest.mark.parametrize("upright", [True, False])
@pytest.mark.parametrize(
  ("size", "turned"), [((20, 30), False), ((30, 20), True)]
)
def test_annotated_size_tells_which_way_up(
  tmp_path: Path, upright: bool, size: tuple[int, int], turned: bool
):
  path = turned_jpeg(tmp_path / "a.jpg", 6)
  picture = LabelledImage(
    "a", path, np.array([[5.0, 19.0]]), upright=upright, size=size
  )
  record, origin = to_record(picture, "p")
  assert (record.height, record.width) == size
  assert origin.converted == ("turned upright" if turned else "")


def test_size_that_fits_both_ways_leaves_it_to_the_reader(tmp_path: Path):
  path = turned_jpeg(tmp_path / "a.jpg", 3)
  for upright in (True, False):
    file = read_image(path, upright, size=(20, 30))
    assert (file.converted == "turned upright") == upright


def test_points_are_counted_as_given_outside_and_twice(tmp_path: Path):
  path = write_picture(tmp_path / "a.png")
  points = np.array([[5, 40], [5, 40], [5, 40], [7, 8], [1e300, 3], [-1, 5]])
  picture = LabelledImage("a", path, points, group="scene 1")
  record, origin = to_record(picture, "p")
  assert record.points.tolist() == [[5, 40]] * 3 + [[7, 8]]
  assert (origin.heads_given, origin.outside, origin.duplicates) == (6, 2, 2)
  assert origin.file == str(path)
  assert origin.kind == "PNG RGB"


def test_shares_become_pixels(tmp_path: Path):
  path = write_picture(tmp_path / "a.jpg")
  points = np.array([[0.25, 0.9], [1, 1]])
  picture = LabelledImage("a", path, points, normalised=True)
  record, _ = to_record(picture, "p")
  np.testing.assert_allclose(record.points, [[25, 45], [100, 50]], rtol=1e-5)


def test_bytes_from_elsewhere(tmp_path: Path):
  content = jpeg(noise_picture(20, 30, 0))
  picture = LabelledImage("a", tmp_path / "v.mp4", None, load=lambda: content)
  record, origin = to_record(picture, "p")
  assert record.image == content
  assert origin.sha256 == hashlib.sha256(content).hexdigest()


def test_bytes_that_cannot_be_had_have_a_reason(tmp_path: Path):
  def fails() -> bytes:
    raise ValueError("frame 3 cannot be read\nat all")

  picture = LabelledImage("a", tmp_path / "v.mp4", None, load=fails)
  with pytest.raises(UnusableImage, match=r"^frame 3 cannot be read$"):
    to_record(picture, "p")


def test_name_that_is_no_text(tmp_path: Path):
  path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/K\xf6ln.jpg"))
  picture = LabelledImage(path.name, write_picture(path), None)
  with pytest.raises(UnusableImage, match="not UTF-8"):
    to_record(picture, "p")
