"""CVAT for images: shapes that are heads; XML that is an attack."""

from pathlib import Path
from typing import Any

import pytest

from cdcc_tf.errors import InputError
from data_tools.formats import cvat
from data_tools.formats.base import LabelledImage
from tests.data_tools.formats.exports import (
  CROWD,
  ONE,
  as_lists,
  cvat_image,
  cvat_points,
  picture_files,
)
from tests.data_tools.formats.exports import cvat as cvat_file
from tests.data_tools.formats.readings import states
from tests.data_tools.helpers import HEIGHT, WIDTH

BOX = (
  '<box label="{}" occluded="0" xtl="10.0" ytl="20.0" xbr="16.0" ybr="32.0" '
  'z_order="0"><attribute name="age">old</attribute></box>'
)
POLYGON = '<polygon label="{}" points="1,2;3,4;5,6" z_order="0"></polygon>'


def write(root: Path, content: str | bytes) -> Path:
  encoded = content.encode() if isinstance(content, str) else content
  (root / "annotations.xml").write_bytes(encoded)
  return root


def read_one(root: Path, *shapes: str, **options: Any) -> Any:
  picture_files(root, "a.jpg")
  write(root, cvat_file(cvat_image("a.jpg", *shapes)))
  return states(cvat.read(root, **options))["a.jpg"]


def test_three_states_of_a_picture(tmp_path: Path):
  picture_files(tmp_path, "images/cam 1/a.jpg", "images/b.png", "images/c.jpg")
  picture_files(tmp_path, "images/unseen.jpg")
  images = (
    cvat_image("cam 1/a.jpg", cvat_points(CROWD), cvat_points(ONE))
    + cvat_image("b.png", cvat_points(ONE), id=5)
    + cvat_image("images/c.jpg", '<tag label="head"></tag>', id=9)
  )
  write(tmp_path, cvat_file(images))
  found = list(cvat.read(tmp_path))
  assert states(found) == {
    "images/cam 1/a.jpg": as_lists([*CROWD, *ONE]),
    "images/b.png": as_lists(ONE),
    "images/c.jpg": [],
    "images/unseen.jpg": None,
  }
  for item in found:
    assert isinstance(item, LabelledImage)
    assert item.upright
    labelled = item.points is not None
    assert item.size == ((HEIGHT, WIDTH) if labelled else None)


def test_boxes_and_ellipses(tmp_path: Path):
  box = BOX.format("head")
  ellipse = '<ellipse label="head" cx="7.5" cy="31" rx="2" ry="3"></ellipse>'
  assert read_one(tmp_path, box, ellipse) == [[13, 26], [7.5, 31]]
  assert read_one(tmp_path, box, box_point="top") == [[13, 22]]


def test_labels(tmp_path: Path):
  shapes = cvat_points(ONE), BOX.format("car"), POLYGON.format("ignore")
  assert read_one(tmp_path, *shapes, label="head") == as_lists(ONE)
  with pytest.raises(InputError, match=r"several labels \(car, head, ignore\)"):
    read_one(tmp_path, *shapes)
  with pytest.raises(InputError, match="--label=people: no such label"):
    read_one(tmp_path, *shapes, label="people")
  # The task has the label, and there is nobody in the picture.
  assert read_one(tmp_path, BOX.format("car"), label="head") == []


def test_skeletons(tmp_path: Path):
  skeleton = (
    '<skeleton label="person" z_order="0">'
    '<points label="nose" outside="0" points="5.00,40.00"></points>'
    '<points label="foot" outside="1" points="0.00,0.00"></points></skeleton>'
  )
  assert read_one(tmp_path, skeleton, label="nose") == [[5, 40]]
  assert read_one(tmp_path, skeleton) == [[5, 40]]


@pytest.mark.parametrize(
  ("shape", "reason"),
  [
    (POLYGON.format("head"), "polygon: marks no head"),
    ('<mask label="head" rle="1, 2" left="0" top="0"></mask>', "mask: marks"),
    ('<points label="head" points=""></points>', "are no x,y;x,y"),
    ('<points label="head"></points>', "are no x,y;x,y"),
    ('<points label="head" points="1,2,3"></points>', "are no x,y;x,y"),
    ('<points label="head" points="1,nan"></points>', "'nan', not a number"),
    ('<points label="head" points="1,1e999"></points>', "which is no pixel"),
    ('<box label="head" xtl="1" ytl="2" xbr="3"></box>', "ybr is None"),
    ('<box label="head" xtl="5" ytl="2" xbr="3" ybr="9"></box>', "a box is"),
  ],
)
def test_shape_that_marks_no_head(tmp_path: Path, shape: str, reason: str):
  found = read_one(tmp_path, cvat_points(ONE), shape)
  assert reason in found
  assert found.startswith("annotations.xml, image '0': ")


def test_size_that_is_none(tmp_path: Path):
  picture_files(tmp_path, "a.jpg")
  image = cvat_image("a.jpg").replace(f'"{WIDTH}"', '"wide"')
  write(tmp_path, cvat_file(image))
  assert "width is 'wide'" in states(cvat.read(tmp_path))["a.jpg"]


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", "C:\\a.jpg", ""])
def test_name_that_leads_out(tmp_path: Path, name: str):
  picture_files(tmp_path, "a.jpg")
  write(tmp_path, cvat_file(cvat_image(name, cvat_points(ONE))))
  found = states(cvat.read(tmp_path))
  assert found["a.jpg"] is None
  assert found["annotations.xml"].startswith("image '0': ")


BILLION_LAUGHS = (
  '<?xml version="1.0"?><!DOCTYPE annotations [<!ENTITY a "ha">'
  + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(10)
  )
  + "]><annotations>&k;</annotations>"
)
OUTSIDE = (
  '<!DOCTYPE annotations [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
  "<annotations><image name='&x;'/></annotations>"
)
VIDEO = (
  '<annotations><track id="0" label="head"><points frame="0" keyframe="1" '
  'outside="0" points="1,2"/></track></annotations>'
)


@pytest.mark.parametrize(
  ("content", "message"),
  [
    ("", "no valid XML"),
    ("not XML", "no valid XML"),
    (cvat_file(cvat_image("a.jpg"))[:-20], "no valid XML"),
    (BILLION_LAUGHS, "no valid XML"),
    (OUTSIDE, "no valid XML"),
    ('<?xml version="1.0" encoding="klingon"?><annotations/>', "no valid XML"),
    (b"<annotations>K\xf6ln</annotations>", "no valid XML"),
    (b"\0" * 100, "no valid XML"),
    ("<a>" * 100_000 + "</a>" * 100_000, "has an element 'a'"),
    ("<annotations>" * 300_000, "has an element 'annotations'"),
    ("<annotation><object/></annotation>", "has an element 'annotation'"),
    (VIDEO, "CVAT for video.*CVAT for images 1.1"),
  ],
)
def test_what_is_no_export(tmp_path: Path, content: str | bytes, message: str):
  write(picture_files(tmp_path, "a.jpg"), content)
  with pytest.raises(InputError, match=message) as raised:
    list(cvat.read(tmp_path))
  assert "annotations.xml" in str(raised.value)
  assert "\n" not in str(raised.value)


def test_utf_16(tmp_path: Path):
  picture_files(tmp_path, "Köln.jpg")
  content = cvat_file(cvat_image("Köln.jpg", cvat_points(ONE)))
  write(tmp_path, content.replace("utf-8", "utf-16").encode("utf-16"))
  assert states(cvat.read(tmp_path)) == {"Köln.jpg": as_lists(ONE)}
