"""The synthetic crowd's camera and canvas: projection, occlusion, labels."""

import dataclasses
import math

import numpy as np
import pytest

from data_tools.synthesis import presets, render
from data_tools.synthesis.assets.people import carried, colours, poses
from data_tools.synthesis.assets.people.colours import Wardrobe
from data_tools.synthesis.assets.people.person import draw_person, head_spheres
from data_tools.synthesis.engine.camera import Camera
from data_tools.synthesis.engine.canvas import HEAD, Canvas, identity_of
from data_tools.synthesis.engine.draws import Dice
from data_tools.synthesis.engine.light import Light
from data_tools.synthesis.engine.shapes import facing, upright
from data_tools.synthesis.engine.solids import (
  Bend,
  Part,
  Solid,
  ball,
  split,
)
from data_tools.synthesis.engine.swatch import Swatch, swatch
from data_tools.synthesis.engine.world import world_spheres

LIGHT = Light((0.0, 0.0, 1.0), 0.0, 0.5, (1.0, 1.0, 1.0), (0.7,) * 3, 1e4)
EYE_LEVEL = Camera(1.58, 0.0, 320, 240)
PLAIN = Wardrobe(
  children=0.0, hats=0.0, bags=0.0, in_hand=0.0, umbrellas=0.0, prams=0.0
)


def person_at(x, y, seed=0, pose=poses.standing, **options):
  return draw_person(
    Dice(seed), PLAIN, (x, y, 0.0), -math.pi / 2, 60.0, pose, **options
  )


def head_of(person):
  return world_spheres(head_spheres([person]))[0]


def blank(camera, level=0):
  picture = np.full((camera.rows, camera.width, 3), level, np.uint8)
  return Canvas(picture, camera, LIGHT, 2)


def heads_of(camera, people, things=(), min_visible=0.3):
  canvas = blank(camera)
  queue = [(person, number) for number, person in enumerate(people)]
  canvas.draw(queue + [(thing, None) for thing in things])
  return render.visible_heads(canvas, camera, people, min_visible)


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


def test_bends_turn_what_follows_about_their_pivot():
  parts = [Part(ball(0, 0, 1, 0.1), (1, 1, 1)) for _ in range(2)]
  bend = Bend(1, (0.0, 0.0, 0.0), nod=math.pi / 2, turn=math.pi / 2, drop=0.5)
  solid = Solid(parts, (10.0, 0.0, 0.0), scale=2.0, bends=(bend,))
  still, bent = world_spheres([solid])
  np.testing.assert_allclose(still, [10, 0, 2, 0.2], atol=1e-6)
  # Forward first, so that it points along x, then left, then down.
  np.testing.assert_allclose(bent, [10, 2, -1, 0.2], atol=1e-6)


def test_bends_of_one_solid_leave_the_others_alone():
  straight = person_at(0.0, 5.0)
  leaning = dataclasses.replace(
    straight, bends=(Bend(0, (0.0, 0.0, 0.9), 0.8),)
  )
  together = world_spheres([straight, leaning, straight])
  alone = [world_spheres([s]) for s in (straight, leaning, straight)]
  np.testing.assert_allclose(together, np.concatenate(alone), atol=1e-6)


def test_solid_s_axis_is_covered_by_its_discs():
  solid = Solid([], (3.0, 4.0, 0.0), math.pi / 2, (0.4, 2.0))
  discs = np.array(solid.discs())
  # Long along its y, which is the world's -x after a quarter turn.
  assert discs[:, 0].min() - 0.4 == pytest.approx(1.0)
  assert discs[:, 0].max() + 0.4 == pytest.approx(5.0)
  np.testing.assert_allclose(discs[:, 1], 4.0, atol=1e-6)


def test_pieces_of_a_solid_stay_where_they_are():
  rail = [Part(ball(0, y, 1, 0.1), (1, 1, 1)) for y in (-3.0, -1.0, 1.0, 3.0)]
  solid = Solid(rail, (5.0, 9.0, 0.0), 0.7, (0.2, 4.0), pieces=4)
  pieces = split(solid)
  assert len(pieces) == 4
  np.testing.assert_allclose(
    world_spheres(pieces), world_spheres([solid]), atol=1e-5
  )
  for piece in pieces:
    centre = world_spheres([piece])[0, :2]
    np.testing.assert_allclose(piece.position[:2], centre, atol=1e-5)


def test_long_fence_hides_who_is_behind_it_and_not_who_is_before_it():
  fence = [
    upright((0, y), (0, y + 1), (0.0, 3.0), (0.3, 0.3, 0.3))
    for y in range(-8, 8)
  ]
  # From the camera's left, far off, to its right, near by.
  solid = Solid(fence, (0.0, 9.0, 0.0), 0.9, (0.1, 8.0), pieces=16)
  before, behind = person_at(-2.5, 8.5), person_at(-2.5, 13.5)
  for person, expected in ((before, 1), (behind, 0)):
    queue = [(piece, None) for piece in split(solid)] + [(person, 0)]
    queue.sort(key=lambda item: -item[0].distance())
    canvas = blank(EYE_LEVEL)
    canvas.draw(queue)
    points, _ = render.visible_heads(canvas, EYE_LEVEL, [person], 0.3)
    assert len(points) == expected


def test_nearer_heads_are_larger():
  camera = Camera(3.0, 10.0, 320, 240)
  people = [person_at(-0.8, 12.0), person_at(0.8, 5.0)]
  points, radii = heads_of(camera, people)
  assert len(points) == 2
  assert radii[1] > 2 * radii[0]
  assert points[1, 1] > points[0, 1]


def test_head_behind_another_has_no_label():
  hidden, front = person_at(0.0, 6.0), person_at(0.0, 4.0)
  points, _ = heads_of(EYE_LEVEL, [hidden, front])
  expected, _ = EYE_LEVEL.project(head_of(front)[None, :3])
  np.testing.assert_allclose(points, expected, atol=1e-4)
  assert len(heads_of(EYE_LEVEL, [hidden])[0]) == 1
  assert len(heads_of(EYE_LEVEL, [hidden, person_at(1.0, 4.0)])[0]) == 2


def test_head_behind_a_wall_has_no_label_and_before_it_has():
  person = person_at(0.0, 6.0)
  wall = upright((-2, 0), (2, 0), (0.0, 3.0), swatch=checks())
  near, far = (Solid([wall], (0.0, y, 0.0)) for y in (4.0, 8.0))
  assert len(heads_of(EYE_LEVEL, [person], [near])[0]) == 0
  canvas = blank(EYE_LEVEL)
  canvas.draw([(far, None), (person, 0)])
  points, _ = render.visible_heads(canvas, EYE_LEVEL, [person], 0.3)
  assert len(points) == 1


def test_holes_of_a_swatch_hide_nobody():
  person = person_at(0.0, 6.0)
  mask = np.zeros((8, 8), np.uint8)
  fence = facing((0, 0, 1.5), 4, 3, swatch=Swatch(checks().levels[0][0], mask))
  solid = Solid([fence], (0.0, 4.0, 0.0), -math.pi / 2)
  assert len(heads_of(EYE_LEVEL, [person], [solid])[0]) == 1
  full = facing((0, 0, 1.5), 4, 3, swatch=checks())
  solid = Solid([full], (0.0, 4.0, 0.0), -math.pi / 2)
  assert len(heads_of(EYE_LEVEL, [person], [solid])[0]) == 0


def test_own_umbrella_hides_the_head_from_above_only():
  person = person_at(0.0, 6.0)
  figure = carried.Figure(poses.standing(Dice(1)), 1.0, (0.5,) * 3, 3)
  shade = carried.umbrella(Dice(3), colours.NAVY, figure)
  under = dataclasses.replace(person, parts=[*person.parts, *shade], bends=())
  plain = dataclasses.replace(person, bends=())
  above = Camera(12.0, 60.0, 320, 240)
  assert len(heads_of(above, [plain])[0]) == 1
  assert len(heads_of(above, [under])[0]) == 0
  assert len(heads_of(EYE_LEVEL, [under])[0]) == 1


def test_visible_share_is_that_of_the_disc():
  person = person_at(0.0, 4.0)
  canvas = blank(EYE_LEVEL)
  canvas.draw([(person, 0)])
  assert canvas.visible_shares(1)[0] == pytest.approx(1.0, abs=0.02)
  centre, _ = EYE_LEVEL.project(head_of(person)[None, :3])
  canvas.ids[:, int(2 * centre[0, 0]) :] = 0
  assert canvas.visible_shares(1)[0] == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("min_visible", [0.3, 0.5, 0.8])
@pytest.mark.parametrize("name", ["street", "rally", "stadium"])
def test_labels_are_the_heads_that_the_id_buffer_shows(
  monkeypatch, name, min_visible
):
  seen = {}

  def keep(canvas, camera, people, least):
    seen.update(canvas=canvas, camera=camera, people=people)
    return visible_heads(canvas, camera, people, least)

  visible_heads = render.visible_heads
  monkeypatch.setattr(render, "visible_heads", keep)
  preset = presets.PRESETS[name]
  crowd = dataclasses.replace(
    preset.crowd, empty_share=0.0, few_share=0.0, people=(300, 300)
  )
  preset = dataclasses.replace(preset, crowd=crowd)
  rendered = render.render(preset, 8, 2, 256, 192, min_visible=min_visible)
  canvas, camera, people = seen["canvas"], seen["camera"], seen["people"]
  assert rendered.people == len(people) > 0
  labelled = rendered.points
  # Alone and with room around it, all of a disc is there to be counted.
  wide = dataclasses.replace(
    camera,
    width=512,
    rows=384,
    field_of_view=2 * math.degrees(math.atan(256 / camera.focal)),
  )
  checked = {True: 0, False: 0}
  # Far ones, hidden, and near ones, which are not.
  for number, person in list(enumerate(people))[::3]:
    identity = identity_of(number) + HEAD
    alone = blank(wide)
    alone.draw([(head_spheres([person])[0], number)])
    whole = int((alone.ids == identity).sum())
    share = int((canvas.ids == identity).sum()) / whole
    pixels, _ = camera.project(head_of(person)[None, :3])
    inside = ((pixels >= 0) & (pixels < [256, 192])).all()
    if abs(share - min_visible) < 2 / math.sqrt(whole):
      continue  # a pixel more or less decides
    has_label = (np.abs(labelled - pixels[0]).max(axis=1) < 0.02).any()
    assert has_label == (inside and share >= min_visible)
    checked[bool(has_label)] += 1
  assert min(checked.values()) >= 1


def test_cast_colour_and_haze_reach_every_part():
  camera = Camera(1.0, 0.0, 64, 48)
  wall = upright((-9, 0), (9, 0), (-9, 9), (0.5, 0.25, 0.1))
  canvas = blank(camera)
  canvas.draw([(Solid([wall], (0.0, 5.0, 0.0)), None)])
  np.testing.assert_allclose(canvas.picture()[24, 32], [124, 62, 25], atol=6)


@pytest.mark.parametrize(
  "pose", [poses.standing, poses.walking, poses.sitting, poses.squatting]
)
def test_poses_keep_feet_on_the_ground(pose):
  joints = pose(Dice(1))
  lowest = min(ankle[2] for ankle in joints.ankles)
  assert lowest == pytest.approx(0.08, abs=1e-6)
  assert all(
    knee[2] > ankle[2]
    for knee, ankle in zip(joints.knees, joints.ankles, strict=True)
  )


@pytest.mark.parametrize(
  "pose", [poses.standing, poses.walking, poses.sitting, poses.squatting]
)
def test_nothing_people_wear_or_carry_goes_under_the_ground(pose):
  loaded = Wardrobe(bags=1.0, in_hand=1.0, prams=1.0, children=0.0)
  for seed in range(60):
    person = draw_person(Dice(seed), loaded, (0.0, 5.0, 0.0), 0.0, 200.0, pose)
    spheres = world_spheres([person])
    # Fingers and hems of who squats and leans may touch it.
    assert (spheres[:, 2] - spheres[:, 3]).min() > -0.13


@pytest.mark.parametrize("height", [1.6, 4.0, 6.0])
def test_hair_leaves_the_face_of_who_looks_at_the_camera(monkeypatch, height):
  """Skin at the middle of most faces; hair at the middle of every back."""
  monkeypatch.setattr(colours, "SKINS", ((0.0, 0.9, 0.0),) * 6)
  camera = Camera(height, math.degrees(math.atan2(height - 1.6, 5.0)), 320, 240)
  green = {}
  for heading in (-math.pi / 2, math.pi / 2):  # towards us and away
    seen = []
    for seed in range(40):
      person = draw_person(
        Dice(seed), PLAIN, (0.0, 5.0, 0.0), heading, 200.0, poses.standing
      )
      turned = dataclasses.replace(person, bends=person.bends[1:])
      canvas = blank(camera)
      canvas.draw([(turned, 0)])
      (x, y), _ = (
        value[0] for value in camera.project(head_of(turned)[None, :3])
      )
      red, colour, blue = canvas.picture()[round(y), round(x)].astype(int)
      seen.append(colour > 40 + max(red, blue))
    green[heading] = np.mean(seen)
  assert green[-math.pi / 2] > 0.85
  assert green[math.pi / 2] < 0.15


def test_nodding_head_keeps_its_label_on_the_skull():
  for seed in range(20):
    person = person_at(0.0, 5.0, seed, poses.bending)
    disc = head_of(person)
    skull = dataclasses.replace(
      person,
      parts=[
        next(
          p
          for p in person.parts
          if p.colour is not None
          and p.lift == 0
          and len(p.spheres) == 2
          and p.spheres[0][3] == 0.095
        )
      ],
      bends=tuple(bend._replace(start=0) for bend in person.bends),
    )
    centre = world_spheres([skull])[:, :3].mean(axis=0)
    assert np.linalg.norm(centre - disc[:3]) < 0.06


def test_swatches_depend_on_their_number_alone():
  made = []

  @swatch
  def noise(dice):
    made.append(dice.random())
    return checks()

  first = noise(Dice(1))
  for seed in range(200):
    noise(Dice(seed))
  assert noise(Dice(1)) is first
  assert len(made) == len(set(made)) <= 8


def test_reduced_swatch_is_not_larger_than_asked_for():
  pixels, mask = Swatch(
    np.zeros((64, 256, 3), np.uint8), np.full((64, 256), 255, np.uint8)
  ).nearest(40, 30)
  assert pixels.shape[:2] == mask.shape
  assert 30 <= pixels.shape[0] <= 64
  assert 40 <= pixels.shape[1] <= 64


def checks():
  pixels = np.zeros((8, 8, 3), np.uint8)
  pixels[::2] = 200
  return Swatch(pixels)
