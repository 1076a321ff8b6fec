"""GCC, GTA5 Crowd Counting (Wang et al., CVPR 2019): synthetic scenes."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError
from data_tools.common.splits import Splits
from data_tools.formats.base import (
  Item,
  LabelledImage,
  Note,
  Totals,
  Unreadable,
)
from data_tools.formats.parsing import matlab
from data_tools.formats.parsing.fields import check_choice, member
from data_tools.formats.parsing.files import read_json
from data_tools.formats.parsing.folders import (
  child_folder,
  images_named,
  wrong_layout,
)
from data_tools.formats.parsing.gcc_lists import (
  DIVISIONS,
  FILTERS,
  Entry,
  drawn_split,
  passing,
  read_lists,
)
from data_tools.formats.parsing.points import from_rows
from data_tools.formats.parsing.split_folders import json_or_mat, labelled

LAYOUT = """\
  GCC/
    scene_00_0/pngs/1529634650.png       (or jpgs/….jpg)
    scene_00_0/jsons/1529634650.json     (or mats/….mat)
    scene_00_1/…
    txt_list/train_list.txt, test_list.txt, cross_camera_train_list.txt, …
  --division=random (the default), cross_camera or cross_location chooses
  the lists. Without lists the split is drawn at random. --gcc_filter keeps
  only images that resemble a target domain; it needs the lists."""
OPTIONS = ("division", "gcc_filter")
# A source domain: checkpoints are chosen by the error on `val`.
DEFAULT_SPLITS = Splits(val_fraction=0.1)
_SCENE = re.compile(r"scene_(\d+)_(\d+)", re.ASCII)


def totals(
  division: str | None = None, gcc_filter: str | None = None
) -> list[Totals]:
  """Returns the published totals, which hold for all pictures only."""
  if gcc_filter is not None:
    return []
  return [
    Totals("all", 15_212, 7_625_843, known={15_211: "as some counts have it"})
  ]


def read(
  folder: Path, division: str | None = None, gcc_filter: str | None = None
) -> Iterator[Item]:
  """Yields the pictures in the order of the lists, or of scenes and names.

  Labels are (row, column) of a pixel, counted from 0; points are x and y. Heads
  that are hidden in the picture have none.

  Args:
    folder: holds the folders of the scenes.
    division: a key of `DIVISIONS`; None for `random`.
    gcc_filter: a key of `FILTERS`; None for all pictures.

  Raises:
    InputError: the folder is laid out otherwise, a list is damaged or, for a
      filter, missing, or there is no such choice.
  """
  check_choice("division", division, DIVISIONS)
  check_choice("gcc_filter", gcc_filter, FILTERS)
  division = division or "random"
  scenes = _scenes(folder)
  if not scenes:
    raise wrong_layout(folder, LAYOUT, _scenes)
  lists = read_lists(folder, division)
  if lists is not None:
    yield from _read_listed(folder, scenes, lists, division, gcc_filter)
    return
  if gcc_filter is not None:
    raise InputError(
      f"--gcc_filter={gcc_filter}: it goes by the levels, hours and weather in "
      f"the data set's lists, but {folder} has no txt_list/"
      f"{DIVISIONS[division]}train_list.txt. Put the lists there."
    )
  yield Note(
    "There are no lists of images, so the split was drawn at random: results "
    "are not comparable with published ones."
  )
  for scene, pictures in scenes.items():
    match = _SCENE.fullmatch(scene.lower())
    assert match is not None
    for path in pictures.values():
      split = drawn_split(match[1], match[2], path.stem, division)
      yield _labelled(path, split, division)


def read_points(annotation: Path) -> np.ndarray:
  """Reads `image_info` of a JSON file, or `image_info.location` of a .mat file.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or holds no such points.
  """
  if annotation.suffix == ".json":
    content = read_json(annotation)
    rows = from_rows(member(content, "image_info"), "image_info")
  else:
    rows = matlab.read_points(annotation, ["image_info", "location"])
  return rows[:, ::-1]  # they are (row, column)


def _read_listed(
  folder: Path,
  scenes: Mapping[str, Mapping[str, Path]],
  lists: dict[str, list[Entry]],
  division: str,
  gcc_filter: str | None,
) -> Iterator[Item]:
  listed = sum(map(len, lists.values()))
  on_disk = {(s, stem) for s, pictures in scenes.items() for stem in pictures}
  for entries in lists.values():
    on_disk -= {(entry.scene, entry.stem) for entry in entries}
  if gcc_filter is not None:
    lists = passing(lists, gcc_filter)
    yield Note(
      f"--gcc_filter={gcc_filter}: {sum(map(len, lists.values())):,} of "
      f"{listed:,} listed images pass; of all 15,212 images "
      f"{FILTERS[gcc_filter].published:,} should pass, as published."
    )
  others, seen = 0, set()
  for split, entries in lists.items():
    for entry in entries:
      path = scenes.get(entry.scene, {}).get(entry.stem)
      if path is None or path in seen:
        why = "is missing" if path is None else "also before"
        path = folder / entry.scene / "pngs" / f"{entry.stem}.png"
        yield Unreadable(path, f"is listed for {division} {split}, but {why}")
        continue
      seen.add(path)
      picture = _labelled(path, split, division)
      if isinstance(picture, LabelledImage) and picture.points is not None:
        others += len(picture.points) != entry.count
        picture = dataclasses.replace(picture, group=f"level {entry.level}")
      yield picture
  if others:
    yield Note(
      f"In {others:,} images the number of heads differs from the list."
    )
  if on_disk:
    yield Note(f"{len(on_disk):,} images are on no list and were skipped.")


def _labelled(
  path: Path, split: str, division: str
) -> LabelledImage | Unreadable:
  scene = path.parent.parent
  # What a division keeps apart, dividing `train` further must keep apart too.
  place, _, _ = scene.name.rpartition("_")
  units = {"cross_camera": scene.name, "cross_location": place}
  picture = LabelledImage(
    f"{scene.name}/{path.stem}", path, split=split, unit=units.get(division, "")
  )
  return labelled(read_points, json_or_mat(scene, path.stem), picture)


def _scenes(folder: Path) -> dict[str, dict[str, Path]]:
  """Finds the pictures by scene and name without suffix."""
  scenes = {}
  for scene in sorted(folder.iterdir()) if folder.is_dir() else ():
    if _SCENE.fullmatch(scene.name.lower()) and scene.is_dir():
      for name in ("pngs", "jpgs"):
        pictures = images_named(child_folder(scene, name), r"\d+")
        if pictures:
          scenes[scene.name] = {path.stem: path for path in pictures}
          break
  return scenes
