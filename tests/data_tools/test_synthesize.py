"""The synthetic crowd: projection, occlusion, determinism, records."""

import dataclasses
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.data import records
from cdcc_tf.errors import InputError
from data_tools import synthesize
from data_tools.synthesis import body, pictures, presets, render
from data_tools.synthesis.camera import Camera
from data_tools.synthesis.canvas import Canvas
from data_tools.synthesis.crowd import Spacing
from data_tools.synthesis.light import Light
from data_tools.synthesis.people import Wardrobe, draw_person, head_centre

LIGHT = Light((0.0, 0.0, 1.0), 0.0, 0.5, (1.0, 1.0, 1.0), (0.7,) * 3, 1e4)
ORDER = pictures.Order("street", 3, 96, 64, max_heads=12)
NAMES = sorted(presets.PRESETS)


def person_at(x: float, y: float, seed: int = 0):
  return draw_person(
    np.random.default_rng(seed),
    Wardrobe(children=0.0, hats=0.0, bags=0.0),
    (x, y, 0.0),
    -math.pi / 2,
    pixels_per_metre=60.0,
    moving=False,
  )


def heads_of(camera: Camera, people: list):
  background = np.zeros((camera.rows, camera.width, 3), np.uint8)
  canvas = Canvas(background, camera, LIGHT, 2)
  render.draw_all(canvas, [], people)
  return render.visible_heads(canvas, camera, people, 0.3)


def test_level_camera_projects_a_point_known_by_hand():
  # 90 degrees over 200 pixels: a focal length of 100 pixels.
  camera = Camera(2.0, 0.0, 200, 100, field_of_view=90.0)
  pixels, depth = camera.project(np.array([[1.0, 4.0, 1.0]]))
  np.testing.assert_allclose(depth, [4.0], rtol=1e-6)
  np.testing.assert_allclose(pixels, [[125.0, 75.0]], rtol=1e-5)
  assert camera.horizon() == pytest.approx((50.0, 50.0))


def test_pitched_camera_looks_at_the_ground_below_its_axis():
  camera = Camera(3.0, 45.0, 200, 100)
  pixels, depth = camera.project(np.array([[0.0, 3.0, 0.0]]))
  np.testing.assert_allclose(pixels, [[100.0, 50.0]], atol=1e-3)
  np.testing.assert_allclose(depth, [3.0 * math.sqrt(2)], rtol=1e-5)


def test_ground_grid_is_the_inverse_of_projection():
  camera = Camera(4.0, 20.0, 64, 48, roll=3.0, yaw=-25.0)
  x, y, depth = camera.ground_grid()
  points = np.stack([x[40, 10], y[40, 10], 0.0])[None]
  pixels, there = camera.project(points)
  np.testing.assert_allclose(pixels, [[10.5, 40.5]], atol=1e-2)
  np.testing.assert_allclose(there, depth[40, 10], rtol=1e-4)
  horizon = max(camera.horizon())
  assert np.isfinite(depth[int(horizon) + 2 :]).all()


def test_nearer_heads_are_larger():
  camera = Camera(3.0, 10.0, 320, 240)
  people = [person_at(-0.8, 12.0), person_at(0.8, 5.0)]
  points, radii = heads_of(camera, people)
  assert len(points) == 2
  assert radii[1] > 2 * radii[0]
  assert points[1, 1] > points[0, 1]


def test_head_behind_another_has_no_label():
  camera = Camera(1.58, 0.0, 320, 240)
  hidden, front = person_at(0.0, 6.0), person_at(0.0, 4.0)
  points, _ = heads_of(camera, [hidden, front])
  expected, _ = camera.project(np.array([head_centre(front)[:3]]))
  np.testing.assert_allclose(points, expected, atol=1e-4)
  assert len(heads_of(camera, [hidden])[0]) == 1
  assert len(heads_of(camera, [hidden, person_at(1.0, 4.0)])[0]) == 2


def test_visible_share_is_that_of_the_disc():
  camera = Camera(1.58, 0.0, 320, 240)
  canvas = Canvas(np.zeros((240, 320, 3), np.uint8), camera, LIGHT, 2)
  canvas.draw(person_at(0.0, 4.0), 0)
  assert canvas.visible_shares(1)[0] == pytest.approx(1.0, abs=0.02)
  x, y, z, _ = head_centre(person_at(0.0, 4.0))
  centre, _ = camera.project(np.array([[x, y, z]]))
  canvas.ids[:, int(2 * centre[0, 0]) :] = 0
  assert canvas.visible_shares(1)[0] == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("pose", [body.standing, body.walking, body.sitting])
def test_poses_keep_feet_on_the_ground(pose):
  joints = pose(np.random.default_rng(1))
  lowest = min(ankle[2] for ankle in joints.ankles)
  assert lowest == pytest.approx(0.08, abs=1e-6)
  assert all(
    knee[2] > ankle[2]
    for knee, ankle in zip(joints.knees, joints.ankles, strict=True)
  )


def test_spacing_keeps_people_apart():
  spacing = Spacing(1.0)
  spacing.add(0.0, 0.0, 0.5)
  assert not spacing.is_free(0.9, 0.0, 1.0)
  assert spacing.is_free(1.1, 0.0, 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_points_lie_in_the_picture_and_below_the_cap(name):
  for index in range(3):
    rendered = render.render(presets.PRESETS[name], 5, index, 96, 64, 20)
    assert rendered.image.shape == (64, 96, 3)
    assert rendered.image.dtype == np.uint8
    assert rendered.points.dtype == np.float32
    assert len(rendered.points) == len(rendered.radii)
    assert len(rendered.points) <= rendered.people <= 20
    assert (rendered.points >= 0).all()
    assert (rendered.points < [96, 64]).all()


def test_square_is_seen_from_higher_and_steeper_than_street():
  cameras = {
    name: [
      presets.PRESETS[name].camera.draw(np.random.default_rng(i), 1024, 768)
      for i in range(20)
    ]
    for name in ("street", "square")
  }
  highest = max(camera.height for camera in cameras["street"])
  assert min(camera.height for camera in cameras["square"]) > highest
  steep = np.mean([camera.pitch for camera in cameras["square"]])
  assert steep > 10 + np.mean([camera.pitch for camera in cameras["street"]])


def test_picture_depends_on_seed_and_index_only():
  first = pictures.make_picture(ORDER, False, 4)
  render.render(presets.PRESETS["square"], 9, 0, 48, 32)
  again = pictures.make_picture(ORDER, False, 4)
  assert first.jpeg == again.jpeg
  np.testing.assert_array_equal(first.points, again.points)
  other_index = pictures.make_picture(ORDER, False, 5)
  other_seed = pictures.make_picture(
    dataclasses.replace(ORDER, seed=4), False, 4
  )
  assert len({first.jpeg, other_index.jpeg, other_seed.jpeg}) == 3


def test_picture_is_the_same_whatever_the_number_of_workers():
  alone = list(pictures.make_pictures(ORDER, 5, workers=1))
  shared = list(pictures.make_pictures(ORDER, 5, workers=2))
  assert [p.id for p in alone] == [f"street/seed3/{i:05d}" for i in range(5)]
  for one, other in zip(alone, shared, strict=True):
    assert (one.id, one.jpeg) == (other.id, other.jpeg)
    np.testing.assert_array_equal(one.points, other.points)


def test_workers_do_not_load_tensorflow():
  program = (
    "import sys, data_tools.synthesize; sys.exit('tensorflow' in sys.modules)"
  )
  root = Path(synthesize.__file__).parent.parent
  run = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)
  assert run.returncode == 0


def test_scene_may_be_empty():
  crowd = dataclasses.replace(presets.STREET.crowd, empty_share=1.0)
  preset = dataclasses.replace(presets.STREET, crowd=crowd)
  rendered = render.render(preset, 1, 0, 64, 48)
  assert rendered.points.shape == (0, 2)
  assert rendered.people == 0
  assert rendered.image.std() > 1


def test_records_round_trip(tmp_path):
  sheet = tmp_path / "sheet.png"
  options = synthesize.Options(
    output=tmp_path / "records",
    pictures=8,
    val_fraction=0.25,
    dev_every=4,
    contact_sheet=sheet,
    workers=1,
  )
  manifest = synthesize.synthesize(ORDER, options)
  assert manifest.pictures == {"train": 4, "val": 2, "dev": 2}
  assert manifest.options["seed"] == 3
  made = {p.id: p for p in pictures.make_pictures(ORDER, 8, workers=1)}
  for split, heads in manifest.heads.items():
    stored = list(records.read_records(options.output, split))
    assert sum(len(record.points) for record in stored) == heads
    for record in stored:
      assert record.image == made[record.id].jpeg
      assert (record.width, record.height) == (96, 64)
      np.testing.assert_array_equal(record.points, made[record.id].points)
  records.verify(options.output)
  assert sheet.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
  ("change", "message"),
  [
    ({"preset": "moon"}, "--preset=moon.*square, street"),
    ({"width": 0}, "--width=0"),
    ({"height": -5}, "--height=-5"),
    ({"seed": -1}, "--seed=-1"),
    ({"max_heads": -2}, "--max_heads=-2"),
    ({"min_visible": 1.5}, "--min_visible=1.5"),
    ({"pictures": 0}, "--pictures=0"),
    ({"workers": 0}, "--workers=0"),
    ({"val_fraction": 1.0}, "--val_fraction=1.0"),
    ({"contact_sheet": "sheet.jpg"}, "--contact_sheet=sheet.jpg"),
  ],
)
def test_bad_options_are_named(tmp_path, change, message):
  options = {"output": tmp_path / "records", "pictures": 1, "workers": 1}
  order = dataclasses.asdict(ORDER)
  for name, value in change.items():
    (order if name in order else options)[name] = value
  if "contact_sheet" in options:
    options["contact_sheet"] = Path(options["contact_sheet"])
  with pytest.raises(InputError, match=message):
    synthesize.synthesize(
      pictures.Order(**order), synthesize.Options(**options)
    )
  assert not (tmp_path / "records").exists()
