"""The command that makes synthetic crowds: determinism, records, files."""

import dataclasses
import gc
import logging
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from cdcc_tf.data.records import shards
from cdcc_tf.data.records.dataset import RecordDataset
from cdcc_tf.errors import InputError
from data_tools import synthesize
from data_tools.common import contact_sheet
from data_tools.formats import csv_points
from data_tools.synthesis import generate, presets, records, render, sources
from data_tools.synthesis.assets.people import colours, head
from data_tools.synthesis.jpeg_folder import PlainFiles
from data_tools.synthesis.presets import ablations
from data_tools.synthesis.style import look

ORDER = generate.Order("street", 3, 96, 64, max_heads=12)


def test_picture_depends_on_seed_and_index_only():
  first = generate.make_image(ORDER, False, 4)
  render.render(presets.SQUARE, 9, 0, 48, 32)
  again = generate.make_image(ORDER, False, 4)
  assert first.jpeg == again.jpeg
  np.testing.assert_array_equal(first.points, again.points)
  other_index = generate.make_image(ORDER, False, 5)
  other_seed = generate.make_image(dataclasses.replace(ORDER, seed=4), False, 4)
  assert len({first.jpeg, other_index.jpeg, other_seed.jpeg}) == 3


def test_pictures_are_the_same_whatever_the_number_of_workers():
  order = dataclasses.replace(ORDER, preset=",".join(presets.PRESETS))
  names = list(presets.PRESETS)
  number = len(names) + 2
  alone = list(generate.make_images(order, range(number), workers=1))
  shared = list(generate.make_images(order, range(number), workers=2))
  assert [made.id.split("/")[0] for made in alone] == names + names[:2]
  assert alone[0].id == f"{names[0]}/seed3/00000"
  assert alone[-1].id == f"{names[1]}/seed3/{number - 1:05d}"
  for one, other in zip(alone, shared, strict=True):
    assert (one.id, one.jpeg) == (other.id, other.jpeg)
    np.testing.assert_array_equal(one.points, other.points)


def test_full_pictures_like_others_are_the_same_for_any_workers():
  """At the size and with the look that users ask for, beside small defaults."""
  shot = render.render(presets.SQUARE, 9, 0, 128, 96).image
  order = generate.Order(
    "rally,indoor", 3, 1024, 768, like=(look.measure(shot),)
  )
  alone = list(generate.make_images(order, range(2), workers=1))
  shared = list(generate.make_images(order, range(2), workers=2))
  assert [made.jpeg for made in alone] == [made.jpeg for made in shared]


def test_a_picture_leaves_the_collection_of_garbage_as_it_was(monkeypatch):
  """Off while a picture is drawn; afterwards, also after a fault, as before."""
  meanwhile = []

  def fail(*_: object) -> None:
    meanwhile.append(gc.isenabled())
    raise RuntimeError

  monkeypatch.setattr(render, "apply_effects", fail)
  for before in (True, False):
    if not before:
      gc.disable()
    try:
      with pytest.raises(RuntimeError):
        render.render(presets.PRESETS["street"], 0, 0, 64, 48)
      assert gc.isenabled() is before
    finally:
      gc.enable()
  assert meanwhile == [False, False]


def test_presets_take_turns():
  order = dataclasses.replace(ORDER, preset="rally, indoor")
  made = [generate.make_image(order, False, index) for index in range(3)]
  names = [picture.id.split("/")[0] for picture in made]
  assert names == ["rally", "indoor", "rally"]
  alone = dataclasses.replace(ORDER, preset="indoor")
  assert generate.make_image(alone, False, 1).jpeg == made[1].jpeg


def test_presets_of_one_seed_are_other_draws():
  """Though all that surveillance has of its own is its light and camera."""
  points = [
    generate.make_image(
      dataclasses.replace(ORDER, preset=name, max_heads=None), False, index
    ).points
    for name in ("platform", "surveillance")
    for index in range(6)
  ]
  seen = [tuple(map(tuple, each.tolist())) for each in points if len(each)]
  assert len(seen) > 6
  assert len(set(seen)) == len(seen)


def _die(order: generate.Order, with_thumbnail: bool, index: int) -> None:
  if index == 5:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_is_killed_ends_the_command(monkeypatch):
  monkeypatch.setattr(generate, "make_image", _die)
  with pytest.raises(OSError, match=r"a worker was killed.*fewer --workers"):
    list(generate.make_images(ORDER, range(40), workers=2))


def test_every_preset_has_its_share_of_every_split(tmp_path):
  order = dataclasses.replace(ORDER, preset="street,square")
  options = records.Options(
    tmp_path / "records", 24, val_fraction=0.25, dev_every=4, workers=1
  )
  records.synthesize(order, options)
  for split, number in (("train", 7), ("val", 2), ("dev", 3)):
    ids = [
      each.id for each in RecordDataset.open(options.output).records(split)
    ]
    presets_seen = [name.split("/")[0] for name in ids]
    assert presets_seen.count("street") == presets_seen.count("square")
    assert presets_seen.count("street") == number


def test_few_pictures_of_every_preset_add_up_to_a_val(tmp_path):
  order = dataclasses.replace(ORDER, preset=",".join(presets.PRESETS))
  number = 3 * len(presets.PRESETS)
  options = records.Options(tmp_path / "records", number, workers=1)
  manifest = records.synthesize(order, options)
  val = round(number / 10)
  assert manifest.pictures == {"train": number - val, "val": val}


def test_a_sheet_that_cannot_be_written_shows_before_the_work(
  tmp_path, monkeypatch
):
  made = []
  monkeypatch.setattr(
    records,
    "make_images",
    lambda order, numbers, *_, **__: made.extend(numbers) or iter(()),
  )
  (tmp_path / "file").write_text("")
  options = records.Options(
    tmp_path / "records", 40, contact_sheet=tmp_path / "file" / "sheet.png"
  )
  monkeypatch.setattr(
    contact_sheet,
    "contact_sheet",
    lambda _: np.zeros((8, 8, 3), "u1"),
  )
  with pytest.raises(InputError, match=r"sheet=.*file is a file"):
    records.synthesize(ORDER, options)
  assert len(made) <= generate.SHEET_IMAGES
  assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_pictures_of_the_sheet_are_drawn_once(tmp_path, monkeypatch):
  made = []

  def make(order, numbers, workers, with_thumbnails=False):
    for number in numbers:
      made.append(number)
      yield generate.make_image(order, with_thumbnails, number)

  monkeypatch.setattr(records, "make_images", make)
  number = generate.SHEET_IMAGES + 3
  options = records.Options(
    tmp_path / "records",
    number,
    contact_sheet=tmp_path / "sheet.png",
    workers=1,
  )
  records.synthesize(ORDER, options)
  assert made == list(range(number))
  plain = dataclasses.replace(
    options, output=tmp_path / "plain", contact_sheet=None
  )
  records.synthesize(ORDER, plain)
  assert {path.name: path.read_bytes() for path in plain.output.iterdir()} == {
    path.name: path.read_bytes() for path in options.output.iterdir()
  }


def test_workers_do_not_load_tensorflow():
  program = (
    "import sys, data_tools.synthesize; sys.exit('tensorflow' in sys.modules)"
  )
  root = Path(synthesize.__file__).parent.parent
  run = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)
  assert run.returncode == 0


def test_records_round_trip(tmp_path):
  sheet = tmp_path / "sheet.png"
  options = records.Options(
    output=tmp_path / "records",
    pictures=8,
    val_fraction=0.25,
    dev_every=4,
    contact_sheet=sheet,
    workers=1,
  )
  manifest = records.synthesize(ORDER, options)
  assert manifest.pictures == {"train": 4, "val": 2, "dev": 2}
  assert manifest.options["seed"] == 3
  made = {p.id: p for p in generate.make_images(ORDER, range(8), workers=1)}
  for split, heads in manifest.heads.items():
    stored = list(RecordDataset.open(options.output).records(split))
    assert sum(len(record.points) for record in stored) == heads
    for record in stored:
      assert record.image == made[record.id].jpeg
      assert (record.width, record.height) == (96, 64)
      np.testing.assert_array_equal(record.points, made[record.id].points)
  RecordDataset.open(options.output).verify()
  assert sheet.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
  ("change", "message"),
  [
    ({"preset": "moon"}, "--preset=moon.*square, stadium, street"),
    ({"preset": "street,moon"}, "--preset=street,moon: 'moon' is unknown"),
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
    records.synthesize(generate.Order(**order), records.Options(**options))
  assert not (tmp_path / "records").exists()


def test_plain_files_are_what_the_csv_reader_reads(tmp_path):
  options = records.Options(
    tmp_path / "records", 6, files=tmp_path / "plain", workers=1
  )
  records.synthesize(ORDER, options)
  made = {
    p.id.replace("/", "_"): p for p in generate.make_images(ORDER, range(6), 1)
  }
  read = list(csv_points.read(tmp_path / "plain"))
  assert len(read) == 6
  for picture in read:
    original = made[picture.path.stem]
    assert picture.path.read_bytes() == original.jpeg
    np.testing.assert_allclose(picture.points, original.points, atol=0.006)


def test_plain_files_keep_empty_pictures(tmp_path):
  picture = generate.Picture(
    "street/seed1/00000", b"jpeg", 9, 9, np.zeros((0, 2), np.float32), None
  )
  with PlainFiles(tmp_path / "plain") as files:
    files.write(picture)
  (read,) = csv_points.read(tmp_path / "plain")
  assert read.points.shape == (0, 2)


def test_pictures_that_people_labelled_are_never_replaced(tmp_path):
  """They lie in the same form, with a table of the same name."""
  mine = tmp_path / "mine"
  mine.mkdir()
  (mine / "IMG_001.jpg").write_bytes(b"a photograph")
  (mine / "points.csv").write_text("image,x,y\nIMG_001.jpg,3,4\n")
  before = {path: path.read_bytes() for path in mine.iterdir()}
  options = records.Options(
    tmp_path / "a", 1, files=mine, workers=1, overwrite=True
  )
  with pytest.raises(InputError, match=r"--files"):
    records.synthesize(ORDER, options)
  assert {path: path.read_bytes() for path in mine.iterdir()} == before


@pytest.mark.parametrize("name", ["output", "files"])
@pytest.mark.parametrize("place", ["mine", "mine/deep", "."])
def test_pictures_to_be_like_are_never_replaced(tmp_path, name, place):
  (tmp_path / "mine" / "deep").mkdir(parents=True)
  options = records.Options(
    **({"output": tmp_path / "a"} | {name: tmp_path / place}),
    pictures=1,
    like=tmp_path / "mine",
    overwrite=True,
  )
  with pytest.raises(InputError, match=f"--{name}=.*pictures of --like"):
    records.synthesize(ORDER, options)


def test_a_sheet_replaces_sheets_alone(tmp_path):
  sheet = tmp_path / "sheet.png"
  options = records.Options(tmp_path / "a", 1, workers=1, contact_sheet=sheet)
  records.synthesize(ORDER, options)
  again = dataclasses.replace(options, output=tmp_path / "b")
  records.synthesize(ORDER, again)
  cv2.imwrite(str(sheet), np.zeros((8, 8, 3), np.uint8))
  holiday = sheet.read_bytes()
  third = dataclasses.replace(options, output=tmp_path / "c")
  with pytest.raises(InputError, match=r"sheet\.png: .*no contact sheet"):
    records.synthesize(ORDER, third)
  assert sheet.read_bytes() == holiday
  told = dataclasses.replace(third, overwrite=True)
  records.synthesize(ORDER, told)
  assert sheet.read_bytes() != holiday


def test_heads_of_large_pictures_are_marked_on_a_sheet():
  """Rings of a pixel that are reduced with the picture would be gone."""
  image = np.zeros((2400, 3200, 3), np.uint8)
  points = np.float32([[400, 400], [2800, 2000]])
  large = render.Rendered(image, points, np.float32([30, 9]), 2, 90)
  small = render.draw_labels(large, contact_sheet.reduced(image))
  assert small.shape == (360, 480, 3)
  rows, columns = np.nonzero(small[..., 1] > 100)
  x, y = (points * 480 / 3200).T
  apart = np.hypot(columns - x[:, None], rows - y[:, None])
  near = apart < 6.5
  assert (near.sum(axis=1) > 5).all()
  assert near.any(axis=0).all()  # and nothing else is marked
  assert apart[0].min() > 3  # a ring, with the head in it
  assert apart[1][near[1]].max() < 3  # a small head's hides no neighbour


def _deaf(order: generate.Order, with_thumbnail: bool, index: int) -> bool:
  return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="Windows")
def test_workers_do_not_hear_of_ctrl_c(monkeypatch):
  """A terminal tells all of them; each would print where it was."""
  monkeypatch.setattr(generate, "make_image", _deaf)
  assert all(generate.make_images(ORDER, range(4), workers=2))
  assert not _deaf(ORDER, False, 0)


def test_ctrl_c_while_workers_start_is_not_lost():
  # A shell's background job inherits a SIGINT that is ignored.
  inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
  reached = []

  def interrupted() -> None:
    with generate._interrupts_held():
      os.kill(os.getpid(), signal.SIGINT)
      reached.append(True)

  try:
    with pytest.raises(KeyboardInterrupt):
      interrupted()
    assert reached
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
  finally:
    signal.signal(signal.SIGINT, inherited)


def test_plain_files_are_replaced_only_when_told(tmp_path):
  folder = tmp_path / "plain"
  options = records.Options(tmp_path / "a", 3, files=folder, workers=1)
  records.synthesize(ORDER, options)
  held = sorted(folder.iterdir())
  with pytest.raises(InputError, match=r"finished.*--files.*--overwrite"):
    records.synthesize(
      ORDER, dataclasses.replace(options, output=tmp_path / "b")
    )
  assert not (tmp_path / "b").exists()
  assert sorted(folder.iterdir()) == held
  again = dataclasses.replace(options, pictures=2, overwrite=True)
  records.synthesize(ORDER, again)
  assert len(list(folder.glob("*.jpg"))) == 2
  (folder / "mine.txt").write_text("keep me")
  with pytest.raises(InputError, match=r"mine.txt.*--files"):
    records.synthesize(ORDER, again)
  assert (folder / "mine.txt").read_text() == "keep me"


def test_refused_records_leave_old_files_alone(tmp_path):
  folder = tmp_path / "plain"
  with PlainFiles(folder) as files:
    files.write(generate.make_image(ORDER, False, 0))
  (tmp_path / "records").mkdir()
  (tmp_path / "records" / "mine.txt").write_text("keep me")
  options = records.Options(
    tmp_path / "records", 1, files=folder, workers=1, overwrite=True
  )
  with pytest.raises(InputError, match=r"mine\.txt"):
    records.synthesize(ORDER, options)
  assert len(list(csv_points.read(folder))) == 1


def test_interrupted_plain_files_leave_what_was_there(tmp_path):
  folder = tmp_path / "plain"
  with PlainFiles(folder) as files:
    files.write(generate.make_image(ORDER, False, 0))
  held = {path.name: path.read_bytes() for path in folder.iterdir()}

  def interrupted():
    with PlainFiles(folder, overwrite=True) as files:
      files.write(generate.make_image(ORDER, False, 1))
      raise KeyboardInterrupt

  with pytest.raises(KeyboardInterrupt):
    interrupted()
  assert {path.name: path.read_bytes() for path in folder.iterdir()} == held
  assert [path.name for path in tmp_path.iterdir()] == ["plain"]


def test_with_files_an_interrupted_run_s_pictures_are_said_to_be_dropped(
  tmp_path, caplog
):
  left = tmp_path / ".records.tmp"
  left.mkdir()
  (left / "unfinished.lock").touch()
  (left / "unfinished.key").write_text("of the same options, without files")
  options = records.Options(
    tmp_path / "records", 2, files=tmp_path / "plain", workers=1
  )
  with caplog.at_level(logging.INFO):
    records.synthesize(ORDER, options)
  assert "starting over" in caplog.text
  assert not left.exists()


def test_interrupted_records_go_on_and_end_the_same(
  tmp_path, monkeypatch, caplog
):
  monkeypatch.setattr(shards, "IMAGES_PER_SHARD", 2)
  options = records.Options(tmp_path / "whole", 9, val_fraction=0.2, workers=1)
  records.synthesize(ORDER, options)
  broken = dataclasses.replace(options, output=tmp_path / "broken")
  made = []

  def make(order, numbers, workers, with_thumbnails=False):
    for number in numbers:
      if number == 6 and 6 not in made:
        made.append(number)
        raise KeyboardInterrupt
      made.append(number)
      yield generate.make_image(order, with_thumbnails, number)

  monkeypatch.setattr(records, "make_images", make)
  with pytest.raises(KeyboardInterrupt):
    records.synthesize(ORDER, broken)
  assert not broken.output.exists()
  before = len(made)
  with caplog.at_level(logging.INFO):
    records.synthesize(ORDER, broken)
  assert "goes on after" in caplog.text
  assert 3 <= len(made) - before < 9
  assert {path.name: path.read_bytes() for path in broken.output.iterdir()} == {
    path.name: path.read_bytes() for path in options.output.iterdir()
  }


def test_edited_sources_have_another_digest(tmp_path):
  """So that a run begun before an edit does not go on after it."""
  for name in ("one", "two"):
    (tmp_path / name / "presets").mkdir(parents=True)
    (tmp_path / name / "presets" / "street.py").write_text("people = 25\n")
  first = sources.digest(tmp_path / "one")
  assert first == sources.digest(tmp_path / "two")
  sources.digest.cache_clear()
  (tmp_path / "two" / "presets" / "street.py").write_text("people = 26\n")
  assert first != sources.digest(tmp_path / "two")
  (tmp_path / "one" / "presets" / "street.py").rename(tmp_path / "one/a.py")
  sources.digest.cache_clear()
  assert first != sources.digest(tmp_path / "one")


@pytest.mark.parametrize("edited", [False, True])
def test_an_interrupted_run_goes_on_only_with_the_same_sources(
  tmp_path, monkeypatch, caplog, edited
):
  monkeypatch.setattr(shards, "IMAGES_PER_SHARD", 2)
  options = records.Options(tmp_path / "records", 6, workers=1)

  def make(order, numbers, workers, with_thumbnails=False):
    for number in numbers:
      if number == 5:
        raise KeyboardInterrupt
      yield generate.make_image(order, with_thumbnails, number)

  with monkeypatch.context() as patch:
    patch.setattr(records, "make_images", make)
    with pytest.raises(KeyboardInterrupt):
      records.synthesize(ORDER, options)
  if edited:
    monkeypatch.setattr(sources, "digest", lambda: "of other sources")
  with caplog.at_level(logging.INFO):
    records.synthesize(ORDER, options)
  assert ("goes on after" in caplog.text) is not edited


@pytest.mark.parametrize(
  ("output", "files"), [("a", "a"), ("a", "a/b"), ("a/b", "a")]
)
def test_files_and_records_take_two_folders(tmp_path, output, files):
  options = records.Options(
    tmp_path / output, 1, files=tmp_path / files, workers=1
  )
  with pytest.raises(InputError, match=r"--files=.*same folder as --output"):
    records.synthesize(ORDER, options)
  assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["records", "plain"])
def test_the_sheet_stays_out_of_both(tmp_path, place):
  options = records.Options(
    tmp_path / "records",
    1,
    files=tmp_path / "plain",
    contact_sheet=tmp_path / place / "sheet.png",
    workers=1,
  )
  with pytest.raises(InputError, match=r"--contact_sheet=.*inside"):
    records.synthesize(ORDER, options)
  assert not list(tmp_path.iterdir())


def test_contact_sheet_shows_pictures_of_any_size(tmp_path):
  sizes = [(20, 30), (30, 20), (24, 24)]
  sheet = contact_sheet.contact_sheet(
    [np.full((*size, 3), 7, np.uint8) for size in sizes]
  )
  assert sheet.shape == (30, 90, 3)
  assert (sheet == 7).sum() == 3 * sum(h * w for h, w in sizes)


def test_labels_lie_on_heads_of_the_stored_picture(monkeypatch):
  """The JPEG that is written is the picture the points belong to."""
  lacking = ("clutter", "weather", "variety")
  preset = ablations.without(presets.STREET, lacking)
  crowd = dataclasses.replace(
    preset.crowd, people=(40, 40), empty_share=0.0, few_share=0.0
  )
  monkeypatch.setitem(
    presets.PRESETS, "street", dataclasses.replace(preset, crowd=crowd)
  )
  # Bald and green, as nothing else in the picture is.
  monkeypatch.setattr(colours, "SKINS", ((0.02, 0.9, 0.02),) * 6)
  monkeypatch.setattr(head, "HAIR", ((lambda dice, colour: [], 1.0),))
  monkeypatch.setattr(head, "short_hair", lambda dice, colour: [])
  order = generate.Order("street", 3, 640, 480, min_visible=0.8)
  picture = generate.make_image(order, False, 2)
  image = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
  assert image.shape == (480, 640, 3)
  assert (picture.width, picture.height) == (640, 480)
  assert len(picture.points) > 10
  columns, rows = picture.points.astype(int).T
  blue, green, red = image[rows, columns].astype(int).T
  assert (green > 30 + np.maximum(blue, red)).all()
  mirrored = image[rows, 639 - columns].astype(int)
  assert (mirrored[:, 1] > 30 + mirrored[:, ::2].max(axis=1)).mean() < 0.5
