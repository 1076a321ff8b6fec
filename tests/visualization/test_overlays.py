"""Drawing what was predicted, whatever the picture's shape."""

import io
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from cdcc_tf.visualization import overlays
from tests.helpers import noise_picture


def test_heat_is_hottest_where_the_people_are() -> None:
  density = np.zeros((6, 8))
  density[1, 6] = 1.0
  coloured = overlays.heat(density, 45, 61).astype(int)
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
  blended = overlays.blend(image, density, "1")
  assert blended.shape == (45 + 22, 61, 3)
  np.testing.assert_array_equal(blended[30:45, 30:], image[30:, 30:])
  assert (blended[:8, :8] != image[:8, :8]).mean() > 0.5


def test_panel_shows_truth_or_says_there_is_none(tmp_path: Path) -> None:
  image = noise_picture(48, 64, 0)
  density = np.random.default_rng(0).random((6, 8))
  with_truth = overlays.panel(image, density, density, density)
  without = overlays.panel(image, density, density, None)
  assert with_truth.shape == without.shape
  assert with_truth.shape[1] == 4 * 320
  assert (with_truth[:, 320:640] != without[:, 320:640]).any()
  np.testing.assert_array_equal(with_truth[:, :320], without[:, :320])
  overlays.save(with_truth, tmp_path / "new" / "panel.png")
  saved = Image.open(io.BytesIO((tmp_path / "new" / "panel.png").read_bytes()))
  np.testing.assert_array_equal(np.asarray(saved), with_truth)


@pytest.mark.parametrize("size", [(4, 4000), (4000, 8), (1, 1), (48, 64)])
def test_panels_of_any_shape_stack(size: tuple[int, int]) -> None:
  image = noise_picture(*size, 0)
  grid = (-(-size[0] // 8), -(-size[1] // 8))
  density = np.full(grid, 0.25, np.float32)
  panel = overlays.panel(image, density, density, None)
  assert panel.shape[1] == 4 * 320
  assert 22 < panel.shape[0] <= 640 + 22
  assert panel[:-22, :320].any()


def test_captions_are_never_cut() -> None:
  image, density = noise_picture(8, 8, 0), np.ones((1, 1))
  short = overlays.blend(image, density, "IMG.jpg: 1 people")
  long = overlays.blend(image, density, "IMG_20261122.jpg: 1 people")
  assert 8 < short.shape[1] < long.shape[1]
  assert not long[:8, 8:].any()


def test_no_caption_reaches_opencv_that_is_not_utf_8(
  monkeypatch: pytest.MonkeyPatch,
) -> None:
  captions = []

  def guarded(name: str, place: int) -> None:
    draw = getattr(cv2, name)

    def drawn(*arguments: object) -> object:
      text = arguments[place]
      assert isinstance(text, str)
      text.encode()  # raises, where OpenCV would take pytest down with it
      captions.append(text)
      return draw(*arguments)

    monkeypatch.setattr(cv2, name, drawn)

  guarded("getTextSize", 0)
  guarded("putText", 1)
  name = os.fsdecode(b"caf\xe9.jpg")
  image = noise_picture(8, 8, 0)
  blended = overlays.blend(image, np.ones((1, 1)), f"{name}: 1 people")
  assert captions == ["caf?.jpg: 1 people"] * 2
  assert blended[8:].any()


def test_label_panel_shows_what_is_kept() -> None:
  image = noise_picture(40, 60, 0)
  density, deviation = np.full((5, 8), 0.5), np.full((5, 8), 0.1)
  panels = [
    overlays.label_panel(image, density, deviation, np.full((5, 8), kept))
    for kept in (True, False)
  ]
  assert panels[0].shape[1] == 4 * 320
  np.testing.assert_array_equal(*(panel[:, :960] for panel in panels))
  kept, dropped = (panel[:-22, 960:].mean((0, 1)) for panel in panels)
  assert kept[:2].min() > 200  # yellow
  assert dropped.max() < 100  # dark
