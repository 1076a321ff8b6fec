"""Pictures brought near to the look of a user's own."""

import io
import os

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from cdcc_tf.data.records.record import CrowdRecord, serialize_example
from cdcc_tf.errors import InputError
from data_tools.synthesis import generate
from data_tools.synthesis.records import Options, check
from data_tools.synthesis.style import likeness, look
from data_tools.synthesis.style.look import bring_near, looks_of, measure
from tests.helpers import noise_picture, png, write_records


def soft_picture(height, width, level=90, seed=0, sigma=3.0):
  noise = noise_picture(height, width, seed).astype(np.float32)
  smooth = cv2.GaussianBlur(noise, (0, 0), sigma)
  smooth = (smooth - smooth.mean()) / smooth.std() * 30 + level
  smooth[..., 2] += 25  # bluish
  return np.clip(smooth, 0, 255).astype(np.uint8)


def write(path, image):
  path.parent.mkdir(parents=True, exist_ok=True)
  cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))


def folder_of(tmp_path, sizes, **options):
  for i, (height, width) in enumerate(sizes):
    image = soft_picture(height, width, seed=i, **options)
    write(tmp_path / "mine" / "deep" / f"{i}.png", image)
  (tmp_path / "mine" / "notes.txt").write_text("no picture")
  (tmp_path / "mine" / "torn.jpg").write_bytes(b"\xff\xd8")
  return tmp_path / "mine"


def test_measures_size_brightness_and_detail(tmp_path):
  looks = looks_of(folder_of(tmp_path, [(48, 96), (64, 40)]))
  assert [(look.width, look.height) for look in looks] == [(96, 48), (40, 64)]
  assert all(look.mean[2] > look.mean[0] + 15 for look in looks)
  sharp = measure(soft_picture(64, 64, sigma=1.0))
  assert sharp.detail > 2 * looks[1].detail


def test_large_pictures_are_reduced(tmp_path):
  (look,) = looks_of(folder_of(tmp_path, [(1500, 3000)]))
  assert (look.width, look.height) == (2048, 1024)


@pytest.mark.parametrize("level", [60, 150])
@pytest.mark.parametrize("sigma", [1.0, 4.0])
def test_bring_near_matches_brightness_colour_and_detail(level, sigma):
  target = measure(soft_picture(96, 128, level, seed=1, sigma=sigma))
  image = soft_picture(96, 128, 110, seed=2, sigma=1.8)
  before, after = measure(image), measure(bring_near(image, target))

  def off(look):
    return np.abs(np.subtract(look.mean, target.mean)).max()

  assert off(after) < 0.3 * off(before)
  assert abs(after.detail - target.detail) < abs(before.detail - target.detail)


@pytest.mark.parametrize("factor", [0.5, 0.8, 1.3, 1.7])
@pytest.mark.parametrize("sigma", [1.0, 4.0])
def test_bring_near_matches_contrast_whatever_the_sharpness(factor, sigma):
  """A blur takes contrast away, and must not have the last word."""
  other = np.float32(soft_picture(96, 128, 120, seed=1, sigma=sigma))
  other = (other - other.mean()) * factor + other.mean()
  target = measure(np.uint8(np.clip(other, 0, 255)))
  image = soft_picture(96, 128, 110, seed=2, sigma=1.8)
  after = measure(bring_near(image, target))
  assert after.deviation == pytest.approx(target.deviation, rel=0.15)


def test_pictures_take_size_and_brightness_of_the_folder(tmp_path):
  looks = looks_of(folder_of(tmp_path, [(72, 96), (96, 72)], level=45))
  order = generate.Order("street", 3, None, None, max_heads=10, like=looks)
  made = list(generate.make_images(order, range(8), workers=1))
  assert {(p.width, p.height) for p in made} == {(96, 72), (72, 96)}
  plain = generate.Order("street", 3, 96, 72, max_heads=10)

  def brightness(order):
    levels = []
    for picture in generate.make_images(order, range(8), workers=1):
      data = np.frombuffer(picture.jpeg, np.uint8)
      levels.append(cv2.imdecode(data, cv2.IMREAD_COLOR).mean())
    return np.mean(levels)

  mean = np.mean([look.mean for look in looks])
  assert abs(brightness(order) - mean) < 0.4 * abs(brightness(plain) - mean)


def test_a_dark_camera_dims_and_does_not_blacken():
  dark = (soft_picture(96, 128, 110, seed=1) * 0.2).astype(np.uint8)
  image = soft_picture(96, 128, 110, seed=2)
  image[:, :64] //= 4  # a plain shift would make all of this half black
  near = bring_near(image, measure(dark))
  assert abs(near.mean() - dark.mean()) < 3
  assert (near <= 2).mean() < 0.05


def test_records_are_looked_at_as_their_pictures_are(tmp_path, monkeypatch):
  folder = folder_of(tmp_path, [(48, 96), (64, 40), (40, 6000)])
  records = [
    CrowdRecord(
      *(str(path), path.read_bytes(), *cv2.imread(str(path)).shape[:2]),
      points=np.zeros((0, 2), np.float32),
      labelled=False,
    )
    for path in sorted(folder.rglob("*.png"))
  ]
  written = write_records(tmp_path / "records", {"train": records})
  assert set(likeness.looks_like(written)) == set(looks_of(folder))
  monkeypatch.setattr(likeness, "MOST_IMAGES", 1)
  assert len(likeness.looks_like(written)) == 1
  slivers = write_records(tmp_path / "slivers", {"train": records[2:]})
  with pytest.raises(InputError, match="slivers: records without a picture"):
    likeness.looks_like(slivers)
  with pytest.raises(InputError, match="there is no such folder"):
    likeness.looks_like(tmp_path / "nowhere")


class Poisoned(CrowdRecord):
  """A record whose labels raise an error where they are parsed."""

  def serialize(self):
    return serialize_example(
      {
        "id": self.id.encode(),
        "image": self.image,
        "size": [self.height, self.width],
        "labelled": [1],
        "points": b"no numbers",
        "sigmas": b"no numbers",
      }
    )


def record_of(kind, index, level):
  image = soft_picture(48, 64, level, seed=index)
  points = np.zeros((0, 2), np.float32)
  return kind(f"a/{index}", png(image), 48, 64, points)


def test_labels_of_records_are_not_parsed(tmp_path):
  looks = [
    likeness.looks_like(
      write_records(
        tmp_path / kind.__name__,
        {"train": [record_of(kind, index, 90) for index in range(3)]},
      )
    )
    for kind in (CrowdRecord, Poisoned)
  ]
  assert len(looks[0]) == 3
  assert looks[0] == looks[1]


def test_of_records_the_training_pictures_are_looked_at(tmp_path):
  dark = [record_of(CrowdRecord, index, 50) for index in range(3)]
  bright = [record_of(CrowdRecord, index, 200) for index in range(3, 9)]
  splits = {"test": bright[:2], "dev": bright[2:4], "val": bright[4:]}
  alone = write_records(tmp_path / "alone", {"train": dark})
  whole = write_records(tmp_path / "whole", {**splits, "train": dark})
  looks = likeness.looks_like(whole)
  assert looks == likeness.looks_like(alone)
  assert all(look.mean[0] < 100 for look in looks)
  figures = write_records(tmp_path / "figures", splits)
  with pytest.raises(
    InputError, match=r"'train' .* hold dev, test, val\. Conv"
  ):
    likeness.looks_like(figures)


def test_orientation_counts_in_folders_and_not_in_records(tmp_path):
  exif = Image.Exif()
  exif[ExifTags.Base.Orientation] = 6  # lies on its side
  turned = io.BytesIO()
  Image.fromarray(soft_picture(48, 96)).save(turned, "JPEG", exif=exif)
  record = CrowdRecord(
    "a", turned.getvalue(), 48, 96, np.zeros((0, 2), np.float32)
  )
  (stored,) = likeness.looks_like(
    write_records(tmp_path / "records", {"train": [record]})
  )
  assert (stored.width, stored.height) == (96, 48)
  (tmp_path / "mine").mkdir()
  (tmp_path / "mine" / "a.jpg").write_bytes(turned.getvalue())
  (upright,) = likeness.looks_like(tmp_path / "mine")
  assert (upright.width, upright.height) == (48, 96)


def test_no_name_reaches_opencv(tmp_path, monkeypatch):
  content = png(soft_picture(48, 64))
  for name in (b"caf\xe9.png", b"k\xf6ln/a.png", "öl.png".encode()):
    path = tmp_path / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
  # With those names it would take pytest down with it.
  monkeypatch.setattr(cv2, "imread", lambda *_: pytest.fail("a name"))
  assert len(looks_of(tmp_path)) == 3


def test_what_only_bears_a_picture_s_name_is_left_out(tmp_path):
  folder = folder_of(tmp_path, [(48, 96)])
  (folder / "empty.png").touch()
  (folder / "folder.jpg").mkdir()
  (folder / "nowhere.jpg").symlink_to(folder / "gone.jpg")
  assert len(looks_of(folder)) == 1


def test_a_grey_camera_s_pictures_become_grey():
  grey = soft_picture(96, 128, 110, seed=1)
  grey[:] = grey.mean(axis=2, keepdims=True).astype(np.uint8)
  coloured = soft_picture(96, 128, 110, seed=2)
  coloured[:48, :, 0] = 250
  assert measure(coloured).colour > 20
  assert measure(bring_near(coloured, measure(grey))).colour < 3


@pytest.mark.parametrize(
  ("width", "height", "expected"),
  [(None, None, (120, 60)), (60, None, (60, 32)), (None, 90, (180, 90))],
)
def test_one_side_that_is_given_brings_the_other_with_it(
  tmp_path, width, height, expected
):
  looks = looks_of(folder_of(tmp_path, [(60, 120)]))
  order = generate.Order("street", 3, width, height, 5, like=looks)
  made = generate.make_image(order, False, 0)
  assert (made.width, made.height) == expected


@pytest.mark.parametrize(
  ("width", "height", "becomes"),
  [(4096, None, "4096 x 131072"), (None, 512, None)],
)
def test_one_given_side_brings_no_endless_other(
  tmp_path, width, height, becomes
):
  looks = looks_of(folder_of(tmp_path, [(2048, 64)]))
  order = generate.Order("street", 3, width, height, 5, like=looks)
  options = Options(tmp_path / "records", 1)
  if becomes is None:
    check(order, options)
    return
  with pytest.raises(InputError, match=rf"64 x 2048 would become .* {becomes}"):
    check(order, options)


def test_slivers_are_no_pictures(tmp_path):
  folder = folder_of(tmp_path, [(40, 6000)])
  with pytest.raises(InputError, match="at least 32 pixels a side"):
    looks_of(folder)


def test_like_leaves_labels_as_they_are(tmp_path):
  looks = looks_of(folder_of(tmp_path, [(64, 96)]))
  near = generate.Order("street", 3, 96, 64, 20, like=looks)
  plain = generate.Order("street", 3, 96, 64, 20)
  for index in range(4):
    np.testing.assert_array_equal(
      generate.make_image(near, False, index).points,
      generate.make_image(plain, False, index).points,
    )


def test_folder_without_pictures_is_refused(tmp_path):
  (tmp_path / "points.csv").write_text("image,x,y\n")
  with pytest.raises(InputError, match=r"--like=.*no picture that can be read"):
    looks_of(tmp_path)


def test_of_many_pictures_those_looked_at_lie_all_over_the_folder(
  tmp_path, monkeypatch
):
  monkeypatch.setattr(look, "MOST_IMAGES", 4)
  for index in range(7):  # the last three are bright
    picture = np.full((40, 40, 3), 200 if index > 3 else 20, np.uint8)
    cv2.imwrite(str(tmp_path / f"{index}.png"), picture)
  bright = [each.mean[0] > 100 for each in looks_of(tmp_path)]
  assert bright == [False, False, False, True]
