"""A prediction and the Python door, as a program uses them."""

import doctest
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import cdcc_tf
from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.inference.prediction import Prediction
from cdcc_tf.uncertainty.conformal import Calibration
from cdcc_tf.uncertainty.familiarity import Familiarity
from tests.inference.helpers import tiny_model

CALIBRATION = Calibration((1.0, 2.0, 3.0), Familiarity(0.0, 1.0, 0.0, 50.0))
IMAGE = np.random.default_rng(0).integers(0, 256, (24, 40, 3), np.uint8)


@pytest.fixture
def run(tmp_path: Path) -> Path:
  """A counter's file with its calibration beside it."""
  (tmp_path / "best").mkdir()
  CALIBRATION.save(tmp_path / "best")
  tiny_model().save(tmp_path / "best" / "model.keras")
  return tmp_path


def test_importing_the_package_imports_no_tensorflow() -> None:
  program = (
    "import sys, cdcc_tf; print('tensorflow' in sys.modules,"
    " 'load' in dir(cdcc_tf), cdcc_tf.__version__)"
  )
  done = subprocess.run(
    [sys.executable, "-c", program], capture_output=True, text=True, check=True
  )
  assert done.stdout.split() == ["False", "True", cdcc_tf.__version__]


def test_every_public_name_is_what_it_says() -> None:
  for name in cdcc_tf.__all__:
    assert getattr(cdcc_tf, name).__name__ == name
  with pytest.raises(AttributeError, match="nonsense"):
    cdcc_tf.nonsense  # noqa: B018


def test_interval_and_familiarity_come_from_the_calibration() -> None:
  cells = np.full((2, 5), 1.0)
  one = Prediction(10.0, cells, cells / 5, calibration=CALIBRATION)
  assert one.uncertainty == 2.0
  assert one.interval(0.5) == (6.0, 14.0)  # the second of three scores
  assert one.interval() == (4.0, 16.0)
  assert one.familiar
  assert not Prediction(60.0, cells, cells, calibration=CALIBRATION).familiar
  assert str(one) == "10.0  [4.0, 16.0]"
  assert one.row()[:4] == ["10.000", "4.000", "16.000", "1"]
  with pytest.raises(InputError, match=r"level=90.*0\.9"):
    one.interval(90)


def test_without_calibration_there_is_no_interval() -> None:
  one = Prediction(10.0, np.ones((2, 5)), np.ones((2, 5)))
  assert (one.interval(), one.familiar) == (None, None)
  assert str(one) == "10.0"
  assert one.row()[1:4] == ["", "", ""]
  with pytest.raises(InputError, match="no image"):
    one.save_overlay("a.png")


def test_every_kind_of_image_gives_the_same_count(
  run: Path, tmp_path: Path
) -> None:
  counter = cdcc_tf.load(run / "best" / "model.keras", precision="float32")
  picture = Image.fromarray(IMAGE)
  encoded = io.BytesIO()
  picture.save(encoded, "PNG")
  path = tmp_path / "a.png"
  path.write_bytes(encoded.getvalue())
  images = [IMAGE, picture, encoded.getvalue(), path, str(path)]
  counts = [one.count for one in counter.count_many(iter(images))]
  assert counts == [counter.count(IMAGE).count] * len(images)
  assert counts[0] > 0
  assert counter.count(path).interval(0.9) is not None


def test_images_are_turned_by_exif(run: Path) -> None:
  counter = cdcc_tf.load(run / "best" / "model.keras", precision="float32")
  turned, exif = Image.fromarray(np.rot90(IMAGE)), Image.Exif()
  exif[0x0112] = 6  # to be shown a quarter turn clockwise
  encoded = io.BytesIO()
  turned.save(encoded, "PNG", exif=exif)
  assert counter.count(encoded.getvalue()).count == counter.count(IMAGE).count


def test_an_overlay_is_a_png_of_the_image(run: Path, tmp_path: Path) -> None:
  counter = CrowdCounter.load(run / "best" / "model.keras", "float32")
  counter.count(IMAGE).save_overlay(tmp_path / "a_density.png")
  with Image.open(tmp_path / "a_density.png") as drawn:
    assert drawn.height == 24 + 22
  with pytest.raises(InputError, match=r"a\.jpg.*\.png"):
    counter.count(IMAGE).save_overlay(tmp_path / "a.jpg")


@pytest.mark.parametrize(
  ("image", "problem"),
  [
    (IMAGE.astype(np.float32), r"float32 \[24, 40, 3\].*uint8"),
    (IMAGE[..., 0], r"uint8 \[24, 40\]"),
    (IMAGE[:0], r"\[0, 40, 3\]"),
    (b"no picture", "image: cannot be read"),
    ("nowhere.jpg", r"nowhere\.jpg: no such picture"),
  ],
)
def test_other_images_are_refused(
  run: Path, image: object, problem: str
) -> None:
  counter = cdcc_tf.load(run / "best" / "model.keras", precision="float32")
  with pytest.raises(InputError, match=problem):
    counter.count(image)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
  with pytest.raises(InputError, match="not a run folder"):
    cdcc_tf.load(tmp_path)


def test_the_page_about_python_is_right(
  run: Path, tiny_records: Callable[..., Path], tmp_path: Path
) -> None:
  Image.fromarray(IMAGE).save(tmp_path / "photo.png")
  page = Path(cdcc_tf.__file__).parents[1] / "docs" / "how_to" / "python.md"
  names = {
    "COUNTER": run / "best" / "model.keras",
    "PHOTO": tmp_path / "photo.png",
    "RECORDS": tiny_records("doctest"),
  }
  failed, tried = doctest.testfile(
    str(page), module_relative=False, globs=names
  )
  assert tried > 10
  assert not failed
