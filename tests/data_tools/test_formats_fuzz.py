"""Spoilt exports end in a reason, never in a traceback, a hang or a way out."""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cdcc_tf.errors import InputError
from data_tools import formats
from data_tools.formats.base import LabelledPicture, Note, Unreadable
from data_tools.pictures import into_picture, pixels_from_top_left
from tests.data_tools import exports
from tests.data_tools.conftest import HEIGHT, WIDTH
from tests.data_tools.exports import CROWD, ONE, picture_files
from tests.data_tools.mutations import (
  mutants,
  spoil_bytes,
  spoil_json,
  spoil_text,
)

MUTANTS = 60
SECONDS = 5.0

COCO = exports.coco(
  {
    "a.jpg": exports.coco_points(CROWD),
    "b c.jpg": [{"bbox": [10, 20, 6, 12]}, {"points": [[1, 2], [3, 4]]}],
    "d.jpg": [],
  },
  [{"id": 1, "name": "head", "keypoints": ["head"]}],
)
CVAT = exports.cvat(
  exports.cvat_image("a.jpg", exports.cvat_points(CROWD))
  + exports.cvat_image(
    "b c.jpg",
    '<box label="head" xtl="1" ytl="2" xbr="3" ybr="4"></box>',
    '<ellipse label="head" cx="7" cy="31" rx="1" ry="1"></ellipse>',
    id=1,
  )
  + exports.cvat_image("d.jpg", id=2)
)
LABEL_STUDIO = [
  exports.label_studio_task(
    "a.jpg", [exports.label_studio_result(x, y) for x, y in CROWD]
  ),
  exports.label_studio_task("b%20c.jpg", [], {"was_cancelled": True}),
  exports.label_studio_task(
    "d.jpg", [exports.label_studio_result(7, 31, image_rotation=90)]
  ),
]
LABELME = exports.labelme(
  "a.jpg",
  [
    exports.labelme_shape(ONE),
    exports.labelme_shape(CROWD, "rectangle"),
    exports.labelme_shape(CROWD, "circle"),
  ],
  imageData=None,
)
VIA = exports.via(
  {
    "a.jpg": [
      *exports.via_points(CROWD),
      exports.via_region(
        {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}, type="head"
      ),
    ],
    "b c.jpg": exports.via_points(ONE),
    "d.jpg": [],
  }
)
LIST = "a.jpg a.txt\nb c.jpg b c.txt\nd.jpg d.txt\n"
TABLE = "image,x,y\na.jpg,5.25,40.5\na.jpg,90,3\nb c.jpg,7,31\nd.jpg,,\n"

Spoil = Callable[[object, random.Random], bytes]


def spoil_table(text: str, dice: random.Random) -> bytes:
  """Damages what stands between commas, as `spoil_text` does between spaces."""
  swap = {ord(","): " ", ord(" "): ","}
  spoilt = spoil_text(text.translate(swap), dice)
  return spoilt.translate(bytes.maketrans(b", ", b" ,"))


def spoil_any(text: str, dice: random.Random) -> bytes:
  """Damages a text as bytes or as words."""
  if dice.random() < 0.3:
    return spoil_bytes(text.encode(), dice)
  return spoil_text(text, dice)


# What is spoilt, how, and into which file it goes; the rest stays whole.
FAMILIES: dict[str, tuple[str, object, Spoil, str]] = {
  "COCO JSON": ("coco", COCO, spoil_json, "coco.json"),
  "CVAT XML": ("cvat", CVAT, spoil_any, "annotations.xml"),
  "Label Studio": ("label_studio", LABEL_STUDIO, spoil_json, "tasks.json"),
  "LabelMe": ("labelme", LABELME, spoil_json, "a.json"),
  "VIA JSON": ("via", VIA, spoil_json, "via.json"),
  "VIA project": (
    *("via", {"_via_img_metadata": VIA, "_via_settings": {}}),
    *(spoil_json, "via.json"),
  ),
  "VIA CSV": ("via", exports.via_table(VIA), spoil_table, "via.csv"),
  "P2PNet list": ("p2pnet", LIST, spoil_any, "train.list"),
  "P2PNet points": ("p2pnet", "5.25 40.5\n90 3\n", spoil_any, "a.txt"),
  "CSV": ("csv", TABLE, spoil_table, "points.csv"),
}


def write_whole(root: Path, family: str) -> Path:
  """Writes the family's files; returns the one that is to be spoilt."""
  picture_files(root, "a.jpg", "b c.jpg", "d.jpg")
  name, content, _, file = FAMILIES[family]
  if name == "p2pnet":
    (root / "train.list").write_text(LIST)
    for stem in ("a", "b c", "d"):
      (root / f"{stem}.txt").write_text("1 2\n")
  if name == "labelme":
    exports.write_json(root / "d.json", exports.labelme("d.jpg", []))
  whole = content if isinstance(content, str) else json.dumps(content)
  (root / file).write_text(whole)
  return root / file


def check_items(root: Path, family: str, label: str | None) -> int:
  """Reads the folder; returns the number of usable pictures."""
  reader = formats.FORMATS[FAMILIES[family][0]]
  takes_labels = "label" in getattr(reader, "OPTIONS", ())
  options = {"label": label} if label and takes_labels else {}
  usable = 0
  for item in reader.read(root, **options):
    if isinstance(item, LabelledPicture):
      usable += 1
      assert item.path.resolve().is_relative_to(root.resolve())
      points = pixels_from_top_left(item, HEIGHT, WIDTH)
      points, inside = into_picture(points, HEIGHT, WIDTH)
      assert np.isfinite(points[inside]).all()
    else:
      assert isinstance(item, Unreadable | Note)
      text = item.reason if isinstance(item, Unreadable) else item.text
      assert text
      assert len(text) < 600
      assert "\n" not in text
  return usable


@pytest.mark.parametrize("family", FAMILIES)
def test_whole_files_are_read(tmp_path: Path, family: str):
  write_whole(tmp_path, family)
  assert check_items(tmp_path, family, None) == 3


@pytest.mark.parametrize("family", FAMILIES)
def test_spoilt_files_end_in_a_reason(tmp_path: Path, family: str):
  path = write_whole(tmp_path, family)
  before = sorted(tmp_path.rglob("*"))
  _, content, spoil, _ = FAMILIES[family]
  for number, spoilt in mutants(content, spoil, MUTANTS):
    path.write_bytes(spoilt)
    start = time.monotonic()
    try:
      check_items(tmp_path, family, "*" if number % 2 else None)
    except InputError as error:
      message = str(error)
    else:
      message = "read"
    assert message
    assert "\n" not in message or "Expected:" in message
    assert time.monotonic() - start < SECONDS, number
  assert sorted(tmp_path.rglob("*")) == before
