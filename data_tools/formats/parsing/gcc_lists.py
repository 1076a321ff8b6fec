"""The lists of GCC: which picture is in which split, and what it shows."""

import dataclasses
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from cdcc_tf.errors import InputError
from data_tools.formats.parsing.fields import shown
from data_tools.formats.parsing.files import load, read_lines

# What of the lists' names goes before train_list.txt and test_list.txt.
DIVISIONS = {
  "random": "",
  "cross_camera": "cross_camera_",
  "cross_location": "cross_location_",
}
_LINE = re.compile(
  r"(\d) (\d{1,2}) (\d) \S*?scene_(\d+)_(\d+)/? (\d+)(?:\.png)? (\d{1,6})",
  re.ASCII,
)
# People that a scene of each level has room for.
_CAPACITIES = (10, 25, 50, 100, 300, 600, 1000, 2000, 4000)


@dataclasses.dataclass(frozen=True)
class Entry:
  """A line of a list.

  Attributes:
    location: one of a hundred places, e.g. `11`.
    camera: one of four cameras there, e.g. `2`.
    stem: name of the picture without suffix.
    level: level of crowding of the scene, 0 to 8.
    hour: of the day.
    weather: code, 0 to 6.
    count: number of heads.
  """

  location: str
  camera: str
  stem: str
  level: int
  hour: int
  weather: int
  count: int

  @property
  def scene(self) -> str:
    """Name of the folder."""
    return f"scene_{self.location}_{self.camera}"


@dataclasses.dataclass(frozen=True)
class Filter:
  """Which pictures resemble a target domain; see `passing`.

  Ranges include both ends. `published` is how many pictures passed where the
  filter was published.
  """

  levels: tuple[int, int]
  hours: tuple[int, int]
  counts: tuple[int, int]
  ratio: float
  published: int
  weathers: tuple[int, ...] = (0, 1, 5, 6)

  def passes(self, entry: Entry) -> bool:
    """Whether a picture passes, whatever its location."""
    return (
      self.levels[0] <= entry.level <= self.levels[1]
      and self.hours[0] <= entry.hour <= self.hours[1]
      and self.counts[0] <= entry.count <= self.counts[1]
      and entry.weather in self.weathers
      and entry.count / _CAPACITIES[entry.level] > self.ratio
    )


_DENSE = Filter((4, 8), (5, 21), (400, 4000), 0.6, 1219)
_SPARSE = Filter((1, 4), (8, 18), (0, 200), 0, 3577)
FILTERS = {
  "shta": _DENSE,
  "qnrf": _DENSE,
  "shtb": Filter((1, 5), (6, 20), (10, 600), 0.3, 3361),
  "ucfcc50": Filter((5, 8), (8, 18), (400, 4000), 0.6, 980),
  "we": Filter((2, 6), (6, 19), (0, 1000), 0, 5920),
  "mall": _SPARSE,
  "ucsd": _SPARSE,
}
_LEAST_OF_A_LOCATION = 3  # that pass, or none of it does


def read_lists(folder: Path, division: str) -> dict[str, list[Entry]] | None:
  """Reads the two lists of a division.

  Args:
    folder: the data set; the lists are in it or in `txt_list`.
    division: a key of `DIVISIONS`.

  Returns:
    The entries of `train` and of `test`; None if there are no such lists.

  Raises:
    InputError: one of the two is missing, or a line is bad.
  """
  names = {s: f"{DIVISIONS[division]}{s}_list.txt" for s in ("train", "test")}
  for place in (folder / "txt_list", folder):
    there = [name for name in names.values() if (place / name).is_file()]
    if len(there) == 1:
      (missing,) = set(names.values()) - set(there)
      raise InputError(
        f"{place / missing}: not found, although {there[0]} is there. Put it "
        "beside it, or take both away to have the split drawn anew."
      )
    if there:
      return {
        split: load(_read_list, place / name, "Download it again.")
        for split, name in names.items()
      }
  return None


def _read_list(path: Path) -> list[Entry]:
  entries = []
  for number, line in enumerate(read_lines(path), start=1):
    # Of the folder only the scene is used: the rest is on another machine.
    match = _LINE.fullmatch(" ".join(line.replace("\\", "/").split()))
    if match is None and line.strip():
      raise ValueError(
        f"line {number} is not level, hour, weather, folder, name and count: "
        f"{shown(line.strip())}"
      )
    if match is not None:
      level, hour, weather, location, camera, stem, count = match.groups()
      numbers = (int(level), int(hour), int(weather), int(count))
      entries.append(Entry(location, camera, stem, *numbers))
      if numbers[0] >= len(_CAPACITIES):
        raise ValueError(f"line {number} has level {level}, above 8")
  return entries


def passing(
  lists: Mapping[str, Iterable[Entry]], name: str
) -> dict[str, list[Entry]]:
  """Returns the entries that resemble a target domain.

  Adaptation from GCC is comparable only between the same choices of pictures:
  those whose level, hour, weather and count lie in the target's ranges and
  whose scene is filled to more than a ratio, but none of a location of which
  only two or fewer remain.

  Args:
    lists: the entries of each split.
    name: a key of `FILTERS`.
  """
  chosen = FILTERS[name]
  passed = {s: [e for e in lists[s] if chosen.passes(e)] for s in lists}
  remaining = Counter(
    entry.location for entries in passed.values() for entry in entries
  )
  return {
    split: [e for e in entries if remaining[e.location] >= _LEAST_OF_A_LOCATION]
    for split, entries in passed.items()
  }


def drawn_split(location: str, camera: str, stem: str, division: str) -> str:
  """Returns the split of a picture where there are no lists.

  It depends on the names alone, so that a copy of some scenes is divided as the
  whole is: 25 % of the pictures, one of four cameras, or 25 of the hundred
  locations are `test`.
  """
  if division == "cross_camera":
    return "test" if int(camera) == _draw(location) % 4 else "train"
  if division == "cross_location":
    ranked = sorted((f"{n:02}" for n in range(100)), key=_draw)
    return "test" if location in ranked[:25] else "train"
  return "test" if _draw(f"{location} {camera} {stem}") % 4 == 0 else "train"


def _draw(text: str) -> int:
  return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
