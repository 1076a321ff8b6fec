"""Where people and things stand, in every preset."""

import dataclasses
import itertools

import numpy as np
import pytest

from data_tools.synthesis import presets, render
from data_tools.synthesis.crowd import formations
from data_tools.synthesis.crowd.floor import (
  LEAST_HEAD,
  Floor,
  Spacing,
  seats_in_sight,
)
from data_tools.synthesis.crowd.gather import CrowdRange, how_many, place_crowd
from data_tools.synthesis.engine.camera import UNDER_CEILING, Camera
from data_tools.synthesis.engine.draws import Dice, weighted
from data_tools.synthesis.engine.light import draw_light
from data_tools.synthesis.engine.solids import Solid
from data_tools.synthesis.presets.base import CameraRange
from data_tools.synthesis.scene.placing import (
  light_within,
  place_lamps,
  place_props,
)
from data_tools.synthesis.style import lights
from data_tools.synthesis.surroundings import outdoors
from data_tools.synthesis.surroundings.base import Surroundings

NAMES = sorted(presets.PRESETS)
HIGH = Camera(8.0, 25.0, 640, 480)
FORMATIONS = [
  formations.gathering,
  formations.streams,
  formations.queue,
  formations.audience,
  formations.circles,
  formations.ranks,
]


def everywhere(x, y):
  return np.full(x.shape, True)


OPEN = Surroundings(Solid([], (0.0, 0.0, 0.0)), everywhere)


def place(formation, people=(80, 80), **options):
  choice = CrowdRange(
    people=people,
    empty_share=0.0,
    spacing=(0.5, 0.5),
    grouped=0.4,
    moving=(0.5, 0.5),
    farthest=60.0,
    formations=((formation, 1.0),),
    **options,
  )
  rng = np.random.default_rng(5)
  return place_crowd(rng, Dice(5), HIGH, OPEN, [(0.0, 15.0, 3.0)], choice)


def test_spacing_finds_every_neighbour():
  """Against all pairs, discs from far smaller than a cell to larger."""
  random = np.random.default_rng(0)
  cell, gap = 0.6, 0.6
  for _ in range(300):
    spacing = Spacing(cell)
    x, y, radius = *random.uniform(-2, 2, 2), random.uniform(0.05, 1.5)
    spacing.add(x, y, radius)
    a, b = random.uniform(-3, 3, 2)
    free = np.hypot(a - x, b - y) >= radius + gap / 2
    assert spacing.is_free(a, b, gap) == free


def test_spacing_keeps_people_apart():
  spacing = Spacing(1.0)
  spacing.add(0.0, 0.0, 0.5)
  assert not spacing.is_free(0.9, 0.0, 1.0)
  assert spacing.is_free(1.1, 0.0, 1.0)


@pytest.mark.parametrize("packed", [0.0, 1.0])
@pytest.mark.parametrize("formation", FORMATIONS)
def test_formations_keep_distance_and_obstacles_clear(formation, packed):
  places = place(formation, packed=packed)
  assert len(places) > 40
  spots = np.array([(place.x, place.y) for place in places])
  apart = np.linalg.norm(spots[:, None] - spots[None], axis=-1)
  np.fill_diagonal(apart, np.inf)
  assert apart.min() >= 0.5 - 1e-6
  assert np.linalg.norm(spots - [0.0, 15.0], axis=1).min() >= 3.0


def test_no_more_people_than_asked_for():
  for formation in FORMATIONS:
    assert len(place(formation, people=(7, 7))) <= 7
    assert len(place(formation, few_share=1.0, people=(90, 90))) <= 8


def test_packed_crowds_stand_closer_than_scattered_ones():
  def spread(packed):
    places = place(formations.gathering, packed=packed, density=(2.0, 2.0))
    spots = np.array([(place.x, place.y) for place in places])
    nearest = np.linalg.norm(spots[:, None] - spots[None], axis=-1)
    np.fill_diagonal(nearest, np.inf)
    return np.median(nearest.min(axis=1))

  assert spread(1.0) < spread(0.0)


def test_seated_people_sit_on_seats():
  seats = tuple(
    (x * 0.5, 12.0 + row, row * 0.4) for x in range(-9, 9) for row in range(5)
  )
  around = dataclasses.replace(OPEN, seats=seats, in_rows=True)
  floor = Floor(np.random.default_rng(0), HIGH, around, [], 0.5, 60.0)
  manner = formations.Manner(Dice(0), 0.0, 0.0, 0.0)
  taken = list(formations.seated(Dice(0), floor, 40, manner))
  assert len(taken) == 40
  assert {(place.y, place.z) for place in taken} <= {s[1:] for s in seats}


def test_stands_are_empty_to_full_and_nobody_who_was_drawn_is_lost():
  seats = tuple(
    (x * 0.5, 14.0 + row, row * 0.4) for x in range(-9, 9) for row in range(5)
  )
  around = dataclasses.replace(OPEN, seats=seats, in_rows=True)
  choice = dataclasses.replace(presets.STADIUM.crowd, people=(10, 4000))
  room = len(seats_in_sight(HIGH, around))
  assert room > 60
  counts = []
  for seed in range(60):
    rng, dice = np.random.default_rng(seed), Dice(seed)
    people = place_crowd(rng, dice, HIGH, around, [], choice)
    assert len(people) == how_many(Dice(seed), choice, room)
    counts.append(len(people))
  assert max(counts) > 0.9 * room
  assert min(counts) < 0.2 * room
  assert np.median(counts) < 0.7 * room


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
    assert rendered.image.std() > 1


@pytest.mark.parametrize("width", [96, 320])
@pytest.mark.parametrize("name", NAMES)
def test_no_grown_up_s_head_is_smaller_than_the_least(name, width):
  """On stands and in small pictures, too; children's are a quarter less."""
  preset = presets.PRESETS[name]
  wardrobe = dataclasses.replace(preset.wardrobe, children=0.0)
  preset = dataclasses.replace(preset, wardrobe=wardrobe)
  sizes = np.concatenate(
    [
      2 * render.render(preset, 7, index, width, width * 3 // 4, 60).radii
      for index in range(8)
    ]
  )
  assert len(sizes) > 10
  assert sizes.min() > 0.85 * LEAST_HEAD  # the shortest are a sixth less


@pytest.mark.parametrize("name", NAMES)
def test_every_part_of_a_preset_can_be_drawn(name):
  preset = presets.PRESETS[name]
  for field in ("lights", "grounds"):
    shots = []
    for part, _ in getattr(preset, field):
      alone = dataclasses.replace(preset, **{field: ((part, 1.0),)})
      shots.append(
        [
          render.render(alone, 2, index, 192, 144, 5).image
          for index in range(8)
        ]
      )
    # Each leaves its own mark on what are otherwise the same pictures.
    for one, other in itertools.combinations(np.array(shots, int), 2):
      assert np.abs(one - other).mean() > 0.1, field
  for prop, _ in preset.clutter.props:
    for seed in range(4):
      thing = prop(Dice(seed))
      assert thing.parts, prop.__name__
      assert all(part.colour is not None for part in thing.parts)
      assert all(
        len(part.spheres) == 4 for part in thing.parts if part.panel is not None
      )


@pytest.mark.parametrize("name", NAMES)
def test_cameras_keep_to_their_range_and_under_the_ceiling(name):
  preset = presets.PRESETS[name]
  lowest, highest = preset.camera.height
  for seed in range(12):
    dice = Dice(seed)
    around = weighted(dice, preset.surroundings)(dice)
    camera = preset.camera.draw(dice, 1024, 768, around)
    assert camera.height <= min(highest, around.ceiling - UNDER_CEILING) + 1e-6
    assert camera.height >= min(lowest, around.ceiling - UNDER_CEILING) - 1e-6


def test_square_is_seen_from_higher_and_steeper_than_street():
  cameras = {
    name: [
      presets.PRESETS[name].camera.draw(Dice(i), 1024, 768, OPEN)
      for i in range(20)
    ]
    for name in ("street", "square")
  }
  highest = max(camera.height for camera in cameras["street"])
  assert min(camera.height for camera in cameras["square"]) > highest
  steep = np.mean([camera.pitch for camera in cameras["square"]])
  assert steep > 10 + np.mean([camera.pitch for camera in cameras["street"]])


def test_scene_may_be_empty():
  crowd = dataclasses.replace(presets.STREET.crowd, empty_share=1.0)
  preset = dataclasses.replace(presets.STREET, crowd=crowd)
  rendered = render.render(preset, 1, 0, 64, 48)
  assert rendered.points.shape == (0, 2)
  assert rendered.people == 0
  assert rendered.image.std() > 1


@pytest.mark.parametrize("name", NAMES)
def test_some_pictures_have_few_people_or_none(name):
  dice, crowd = Dice(0), presets.PRESETS[name].crowd
  counts = np.array([how_many(dice, crowd) for _ in range(2000)])
  assert 0.02 < (counts == 0).mean() < 0.15
  assert 0.05 < (counts <= 8).mean() < 0.5
  assert counts.max() <= crowd.people[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_cap_shrinks_the_whole_range(name):
  dice, crowd = Dice(0), presets.PRESETS[name].crowd
  counts = np.array([how_many(dice, crowd, room=80) for _ in range(1000)])
  assert counts.max() <= 80
  assert (counts == 80).mean() < 0.1
  assert np.quantile(counts, 0.95) > 50


@pytest.mark.parametrize("name", ["rally", "square"])
def test_a_preset_finds_room_for_its_largest_crowds(name):
  """Near their maximum crowds stand closer and farther off, and mostly fit."""
  preset = presets.PRESETS[name]
  most = preset.crowd.people[1]
  crowd = dataclasses.replace(
    preset.crowd, people=(most, most), empty_share=0.0, few_share=0.0
  )
  placed = []
  for seed in range(10):
    dice = Dice(seed)
    around = weighted(dice, preset.surroundings)(dice)
    camera = preset.camera.draw(dice, 1024, 768, around)
    rng = np.random.default_rng(seed)
    placed.append(len(place_crowd(rng, dice, camera, around, [], crowd)))
  assert max(placed) == most
  assert np.mean(placed) > 0.75 * most


def test_three_thousand_heads_fit_in_a_picture():
  crowd = dataclasses.replace(
    presets.SQUARE.crowd,
    people=(3500, 3500),
    empty_share=0.0,
    few_share=0.0,
    packed=0.0,
    spacing=(0.5, 0.5),
    least_head=(3.0, 3.0),
    overruns=0.0,
    formations=((formations.gathering, 1.0),),
  )
  camera = CameraRange(
    (24.0,) * 2, (32.0,) * 2, (0.0,) * 2, (0.0,) * 2, (70.0,) * 2
  )
  preset = dataclasses.replace(
    presets.SQUARE,
    crowd=crowd,
    camera=camera,
    lights=((lights.SUNNY, 1.0),),
    surroundings=((outdoors.open_place, 1.0),),
  )
  rendered = render.render(preset, 3, 2, 1024, 768)
  assert rendered.people > 3000
  assert len(rendered.points) > 2500


def test_things_do_not_stand_in_each_other():
  preset = presets.STREET
  for seed in range(6):
    taken = [(0.0, 12.0, 6.0)]
    solids = place_props(
      Dice(seed), HIGH, OPEN, preset.clutter.props, 1.0, taken
    )
    assert solids
    for x, y, radius in (disc for solid in solids for disc in solid.discs()):
      assert np.hypot(x, y - 12.0) >= radius + 6.0 - 1e-6
    for i, one in enumerate(solids):
      for other in solids[:i]:
        for x, y, radius in one.discs():
          for a, b, reach in other.discs():
            assert np.hypot(x - a, y - b) >= radius + reach - 1e-6


def test_rain_and_lamp_posts_stay_outside():
  light = dataclasses.replace(
    draw_light(Dice(0), lights.NIGHT),
    rain=1.0,
    lamps=((-3.0, 9.0, 5.0), (3.0, 9.0, 5.0)),
  )
  half = dataclasses.replace(OPEN, open_ground=lambda x, y: x > 0)
  outside = light_within(light, half)
  assert outside.rain == 1.0
  assert outside.lamps == light.lamps[1:]
  (post,) = place_lamps(Dice(0), outside, half)
  assert post.position[:2] == (3.0, 9.0)
  roofed = dataclasses.replace(half, ceiling=4.0)
  inside = light_within(light, roofed)
  assert inside.rain == 0.0
  assert inside.lamps == light.lamps[1:]
  assert place_lamps(Dice(0), inside, roofed) == []
