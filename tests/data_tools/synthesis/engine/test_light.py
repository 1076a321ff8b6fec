"""Light, weather, lens and what stands before it, each by what it is for."""

import dataclasses
import itertools
import math

import numpy as np
import pytest

from data_tools.synthesis import presets, render
from data_tools.synthesis.assets.ground import paving
from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.canvas import Canvas
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.light import Light, draw_light
from data_tools.synthesis.engine.shapes import pole, upright
from data_tools.synthesis.engine.solids import Solid
from data_tools.synthesis.scene.background import paint_background
from data_tools.synthesis.scene.foreground import INDOORS, OUTDOORS, foreground
from data_tools.synthesis.scene.shadows import shadows
from data_tools.synthesis.style import lights
from data_tools.synthesis.style.effects import EffectRange, apply_effects
from data_tools.synthesis.style.weather import spread_light, streak

DAY = Light((0.0, 0.0, 1.0), 0.0, 0.5, (1.0, 1.0, 1.0), (0.7,) * 3, 1e4)
DOWN = Camera(6.0, 35.0, 320, 240)
CLEAN = EffectRange(
  exposure=(1.0, 1.0),
  white_balance=(0.0, 0.0),
  contrast=(1.0, 1.0),
  saturation=(1.0, 1.0),
  vignette=(0.0, 0.0),
  blur=(0.0, 0.0),
  sharpen=(0.0, 0.0),
  noise=(0.0, 0.0),
)


def chart() -> np.ndarray:
  """A grey picture, mean 119 as cameras meter, with edges and colours."""
  picture = np.full((96, 128, 3), 119, np.uint8)
  stripes = np.arange(128) % 10  # cameras meter every eighth pixel
  picture[:48, stripes < 3] = 60
  picture[:48, stripes > 6] = 178
  picture[48:72, :64] = (160, 119, 78)
  picture[48:72, 64:] = (78, 119, 160)
  return picture


def through(picture: np.ndarray, **changed: object) -> np.ndarray:
  effects = dataclasses.replace(CLEAN, **changed)
  return apply_effects(Dice(1), picture, effects, DAY).astype(float)


def detail(picture: np.ndarray) -> float:
  return float(np.abs(np.diff(picture[:48, :, 1], axis=1)).mean())


def test_a_clean_camera_leaves_a_metered_picture_alone() -> None:
  np.testing.assert_allclose(through(chart()), chart(), rtol=0.06)


@pytest.mark.parametrize("factor", [0.7, 1.3])
def test_exposure_is_a_factor(factor: float) -> None:
  ratio = through(chart(), exposure=(factor, factor)) / through(chart())
  assert np.median(ratio) == pytest.approx(factor, abs=0.02)


def test_cameras_expose_for_what_they_see() -> None:
  dark = through(chart() // 3)
  assert chart().mean() / 3 < dark.mean() < chart().mean()


def test_white_balance_moves_red_and_blue_only() -> None:
  plain, warm = through(chart()), through(chart(), white_balance=(0.1, 0.1))
  np.testing.assert_allclose(warm[..., 1], plain[..., 1], atol=1)
  for channel in (0, 2):
    ratio = warm[..., channel] / plain[..., channel]
    assert np.median(ratio) == pytest.approx(1.1, abs=0.02)


def test_saturation_and_monochrome() -> None:
  def colour(picture: np.ndarray) -> float:
    return float(np.ptp(picture, axis=2).mean())

  plain = colour(through(chart()))
  assert colour(through(chart(), saturation=(0.5, 0.5))) == pytest.approx(
    0.5 * plain, rel=0.1
  )
  assert colour(through(chart(), monochrome=1.0)) < 0.15 * plain


def test_contrast_is_about_mid_grey() -> None:
  plain, hard = through(chart()), through(chart(), contrast=(1.3, 1.3))
  assert hard.std() == pytest.approx(1.3 * plain.std(), rel=0.05)
  assert hard.mean() == pytest.approx(plain.mean(), abs=3)


def test_blur_takes_detail_and_sharpening_adds_it() -> None:
  plain = detail(through(chart()))
  assert detail(through(chart(), blur=(3.0, 3.0))) < 0.7 * plain
  assert detail(through(chart(), sharpen=(0.8, 0.8))) > 1.15 * plain


def test_vignette_darkens_corners_and_not_the_middle() -> None:
  plain = np.full((96, 128, 3), 119, np.uint8)
  dim = through(plain, vignette=(0.4, 0.4))
  assert dim[48, 64].mean() == pytest.approx(119, abs=2)
  assert dim[0, 0].mean() == pytest.approx(119 * 0.6, abs=4)


@pytest.mark.parametrize("deviation", [2.0, 8.0])
def test_noise_has_the_deviation_asked_for(deviation: float) -> None:
  plain = np.full((256, 256, 3), 119, np.uint8)
  noisy = through(plain, noise=(deviation, deviation))
  assert noisy.std() == pytest.approx(deviation, rel=0.2)
  assert noisy.mean() == pytest.approx(119, abs=0.5)


def test_more_rain_brightens_more_of_the_picture() -> None:
  dark = np.full((192, 256, 3), 40, np.uint8)
  wet = [(streak(Dice(0), dark, s) > dark).mean() for s in (0.3, 1.0)]
  assert 0 < wet[0] < wet[1] < 0.5
  assert (streak(Dice(0), dark, 1.0) >= dark).all()


def test_bright_light_spreads_and_dim_light_does_not() -> None:
  picture = np.full((96, 128, 3), 40, np.uint8)
  np.testing.assert_array_equal(spread_light(picture, 0.3), picture)
  picture[40:56, 56:72] = 255
  halo = spread_light(picture, 0.3)[48, 80].mean()
  assert halo > 45
  assert halo > spread_light(picture, 0.3)[48, 120].mean()


def test_a_pole_casts_its_shadow_away_from_the_sun() -> None:
  """45 degrees high, from the left: as long as the pole, to the right."""
  half = math.sqrt(0.5)
  sun = dataclasses.replace(DAY, sun=(-half, 0.0, half), cast=0.8)
  bar = Solid(
    [pole((0, 0, 0), (0, 0, 2.0), 0.1, (0.5,) * 3)],
    (0.0, 8.0, 0.0),
    reach=(0.1, 0.1),
  )
  dark = shadows(DOWN, sun, [bar])

  def at(x: float) -> float:
    (column, row), _ = (
      value[0] for value in DOWN.project(np.array([[x, 8.0, 0.0]]))
    )
    return float(dark[round(row), round(column)])

  assert at(1.0) == pytest.approx(0.8, abs=0.1)
  assert at(1.8) > 0.5
  assert at(2.6) < 0.05
  assert at(-1.0) < 0.05
  assert shadows(DOWN, DAY, [bar])[200].max() < 0.05  # overcast: none is cast


def test_things_are_dark_where_they_touch_the_ground() -> None:
  box = Solid(
    [pole((0, 0, 0), (0, 0, 1.0), 0.4, (0.5,) * 3)],
    (0.0, 8.0, 0.0),
    reach=(0.4, 0.4),
  )
  dark = shadows(DOWN, DAY, [box])
  (column, row), _ = (
    value[0] for value in DOWN.project(np.array([[0.0, 8.0, 0.0]]))
  )
  assert dark[round(row), round(column)] > 0.4
  assert dark.mean() < 0.05


def test_haze_grows_with_distance() -> None:
  """Of a dark wall, what is left is exp(-depth / visibility)."""
  camera = Camera(1.0, 0.0, 64, 48)
  fog = dataclasses.replace(DAY, visibility=20.0, haze=(0.8, 0.8, 0.8))
  seen = []
  for depth in (2.0, 20.0, 60.0):
    wall = upright((-99, 0), (99, 0), (-99, 99), (0.02, 0.02, 0.02))
    canvas = Canvas(np.zeros((48, 64, 3), np.uint8), camera, fog, 2)
    canvas.draw([(Solid([wall], (0.0, depth, 0.0)), None)])
    seen.append(float(canvas.picture()[24, 32].mean()))
  expected = [255 * 0.8 * (1 - math.exp(-d / 20)) for d in (2.0, 20.0, 60.0)]
  np.testing.assert_allclose(seen, expected, atol=12)


@pytest.mark.parametrize("roll", [-2.5, 0.0, 2.5])
@pytest.mark.parametrize("pitch", [2.0, 12.0])
def test_no_dark_line_between_sky_and_ground(roll: float, pitch: float) -> None:
  camera = Camera(25.0, pitch, 320, 240, roll=roll)
  hazy = dataclasses.replace(DAY, visibility=200.0)
  image = paint_background(
    np.random.default_rng(0), camera, hazy, paving.slabs, []
  )
  left, right = camera.horizon()
  middle = round((left + right) / 2)
  strip = image[max(0, middle - 12) : middle + 12, 150:170].mean(axis=2)
  assert strip.min() > 90  # haze of 0.7 everywhere about the horizon
  assert np.abs(np.diff(strip, axis=0)).max() < 60


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
  "kind", [kind for kind, _ in {**dict(OUTDOORS), **dict(INDOORS)}.items()]
)
def test_foreground_covers_some_of_the_picture(kind, seed: int) -> None:
  picture = np.full((240, 320, 3), 7, np.uint8)
  solids = foreground(Dice(seed), DOWN, 1.0, (0.3, 0.4), ((kind, 1.0),))
  canvas = Canvas(picture, DOWN, DAY, 1)
  canvas.draw([(solids[0], None)])
  covered = (canvas.pixels != 7).any(axis=2).mean()
  assert 0.005 < covered < 0.75


def test_no_foreground_unless_asked_for() -> None:
  assert foreground(Dice(0), DOWN, 0.0, (0.3, 0.4), OUTDOORS) == []


@pytest.mark.parametrize("name", ["NIGHT", "DUSK"])
def test_lamps_light_the_ground_about_them(name: str) -> None:
  choice = dataclasses.replace(getattr(lights, name), lamps=(3, 3))
  light = draw_light(Dice(3), choice)
  assert len(light.lamps) == 3
  x, y, reach = light.lamps[0]
  near, far = light.level_at(
    np.array([[x, x + 40 * reach]]), np.array([[y, y + 40 * reach]])
  )[0]
  assert near > 1.5 * far


def test_sun_stands_before_the_camera_when_it_shines_against_it() -> None:
  for seed, yaw in itertools.product(range(10), (-28.0, 0.0, 28.0)):
    light = draw_light(Dice(seed), lights.AGAINST_SUN, yaw)
    forward = Camera(3.0, 0.0, 64, 48, yaw=yaw).axes[2]
    ahead = forward[:2] @ light.sun[:2] / math.hypot(*light.sun[:2])
    assert ahead > math.cos(0.51)
    assert light.glare > 0


def _patches(rendered: render.Rendered) -> np.ndarray:
  """Returns mean and deviation of the brightness of each head, [heads, 2]."""
  grey, values = rendered.image.mean(axis=2), []
  for (x, y), radius in zip(rendered.points, rendered.radii, strict=True):
    row, column, reach = int(y), int(x), max(2, round(float(radius)))
    patch = grey[
      max(0, row - reach) : row + reach + 1,
      max(0, column - reach) : column + reach + 1,
    ]
    values.append((patch.mean(), patch.std()))
  return np.array(values).reshape(-1, 2)


@pytest.mark.parametrize("name", ["rally", "street", "square"])
def test_heads_that_are_labelled_at_night_can_be_seen(name: str) -> None:
  preset = dataclasses.replace(
    presets.PRESETS[name], lights=((lights.NIGHT, 1.0),)
  )
  heads = [
    _patches(render.render(preset, 3, index, 1024, 768, 200))
    for index in range(10)
  ]
  mean, deviation = np.concatenate(heads).T
  assert len(mean) > 200
  assert (mean < 12).mean() < 0.05
  assert ((mean < 20) & (deviation < 6)).mean() < 0.02
  crowds = [each for each in heads if len(each) > 8]
  assert max((each[:, 0] < 12).mean() for each in crowds) < 0.3


def test_contrast_does_not_blacken_a_dim_picture() -> None:
  dim = chart() // 8
  hard = through(dim, contrast=(1.3, 1.3))
  assert hard.mean() == pytest.approx(through(dim).mean(), abs=2)
  assert (hard < 4).mean() < 0.01
