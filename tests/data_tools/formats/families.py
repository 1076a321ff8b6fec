"""Whole data sets of every format, each with one file that is to be spoilt."""

import dataclasses
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tests.data_tools.formats import exports
from tests.data_tools.formats.exports import CROWD, ONE, picture_files
from tests.data_tools.formats.mat_files import write_mat
from tests.data_tools.formats.mutations import (
  spoil_bytes,
  spoil_json,
  spoil_mat,
  spoil_text,
  spoil_xml,
)
from tests.data_tools.formats.test_beijing_brt import TIMES, write_brt
from tests.data_tools.formats.test_fdst import BOXES, write_fdst
from tests.data_tools.formats.test_fdst import annotation as fdst_annotation
from tests.data_tools.formats.test_gcc import STEM, write_gcc
from tests.data_tools.formats.test_gcc import annotation as gcc_annotation
from tests.data_tools.formats.test_jhu_crowd import write_jhu
from tests.data_tools.formats.test_mall import write_mall, write_region
from tests.data_tools.formats.test_nwpu_crowd import annotation as nwpu
from tests.data_tools.formats.test_nwpu_crowd import write_nwpu
from tests.data_tools.formats.test_ucf_cc_50 import write_cc_50
from tests.data_tools.formats.test_ucf_qnrf import write_qnrf
from tests.data_tools.formats.test_ucsd import ROI, write_ucsd
from tests.data_tools.formats.test_worldexpo10 import (
  CORNERS,
  SEVEN,
  write_expo,
)
from tests.data_tools.helpers import (
  HEIGHT,
  WIDTH,
  write_shanghaitech,
  write_unity,
)

Spoil = Callable[[Any, random.Random], bytes]


@dataclasses.dataclass(frozen=True)
class Family:
  """Annotation files of one kind.

  Attributes:
    format: as --format has it.
    write: writes a data set of a few pictures into a folder.
    file: of it that is spoilt.
    content: of that file, as `spoil` takes it.
    spoil: how it is spoilt.
    pictures: number of pictures that the whole data set gives.
  """

  format: str
  write: Callable[[Path], object]
  file: str
  content: Any
  spoil: Spoil
  pictures: int = 3

  def write_whole(self, root: Path) -> Path:
    """Writes the data set; returns the file that is to be spoilt."""
    root.mkdir(parents=True, exist_ok=True)
    self.write(root)
    path = root / self.file
    if isinstance(self.content, str):
      path.write_text(self.content)
    elif self.spoil is spoil_mat:
      write_mat(path, self.content)
    else:
      exports.write_json(path, self.content)
    return path


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
POINTS = np.array([(5.25, 40.5), (99.0, 1.0), (70.0, 30.0)])


def _pictures(root: Path) -> None:
  picture_files(root, "a.jpg", "b c.jpg", "d.jpg")


def _p2pnet(root: Path) -> None:
  _pictures(root)
  (root / "train.list").write_text(LIST)
  for stem in ("a", "b c", "d"):
    (root / f"{stem}.txt").write_text("1 2\n")


def _labelme(root: Path) -> None:
  _pictures(root)
  exports.write_json(root / "d.json", exports.labelme("d.jpg", []))


def _jhu(root: Path) -> None:
  write_jhu(root, {stem: JHU for stem in ("0001", "0002", "0003")})


def _nwpu(root: Path) -> None:
  write_nwpu(root, {n: POINTS.tolist() for n in (1, 2, 3)}, train=NWPU_LIST)


def _gcc_mats(root: Path) -> None:
  write_gcc(root)
  for path in (root / "scene_00_0" / "jsons").iterdir():
    path.unlink()
    stem = path.stem
    write_mat(root / "scene_00_0" / "mats" / f"{stem}.mat", GCC_MAT)


def _mall(root: Path) -> None:
  write_mall(root, [POINTS, POINTS[:1], []])
  write_region(root, np.ones((HEIGHT, WIDTH)))


JHU = "5 40 7 9 1 0\n99 0 3 4 3 1\n7 8 9 10 1 0\n"
JHU_TABLE = "0001,3,street,0,0\n0002,3,water park,0,1\n0003,3,x,1,0\n"
NWPU_LIST = "0001 1 1\n0002 0 1\n0003 2 0\n"
GCC_LIST = "".join(
  f"3 12 1 /GCC/{scene} {stem} {count}\n"
  for scene in ("scene_00_0", "scene_00_1")
  for stem, count in ((STEM, 3), ("1534540882", 0))
)
GCC_MAT: dict[str, Any] = {
  "image_info": {"location": np.array([[40, 5], [0, 99]]), "number": 2},
  "weather_info": "CLEAR",
}
_FRAMES = [{"loc": POINTS}, {"loc": POINTS[:1]}, {"loc": np.zeros((0, 2))}]
_ONES = np.ones((3, 1))
_STEMS = ("IMG_1", "IMG_2", "IMG_3")
_CELL = {
  "image_info": [{"location": POINTS, "number": np.uint8([[len(POINTS)]])}]
}
_X, _Y = np.array(CORNERS, np.float64).T[:, :, None]
_GCC = {"image_info": [[40, 5], [0, 99], [49, 7]]}

EXPORTS: Mapping[str, Family] = {
  "COCO JSON": Family("coco", _pictures, "coco.json", COCO, spoil_json),
  "CVAT XML": Family("cvat", _pictures, "annotations.xml", CVAT, spoil_xml),
  "Label Studio JSON": Family(
    "label_studio", _pictures, "tasks.json", LABEL_STUDIO, spoil_json
  ),
  "LabelMe JSON": Family("labelme", _labelme, "a.json", LABELME, spoil_json),
  "VIA JSON": Family("via", _pictures, "via.json", VIA, spoil_json),
  "VIA project": Family(
    "via",
    _pictures,
    "via.json",
    {"_via_img_metadata": VIA, "_via_settings": {}},
    spoil_json,
  ),
  "VIA CSV": Family(
    "via", _pictures, "via.csv", exports.via_table(VIA), spoil_table
  ),
  "P2PNet list": Family("p2pnet", _p2pnet, "train.list", LIST, spoil_any),
  "P2PNet points": Family(
    "p2pnet", _p2pnet, "a.txt", "5.25 40.5\n90 3\n", spoil_any
  ),
  "CSV": Family("csv", _pictures, "points.csv", TABLE, spoil_table),
}
BENCHMARKS: Mapping[str, Family] = {
  "ShanghaiTech .mat": Family(
    "shanghaitech",
    lambda root: write_shanghaitech(root, dict.fromkeys(_STEMS, ONE)),
    "train_data/ground_truth/GT_IMG_1.mat",
    _CELL,
    spoil_mat,
  ),
  "UCF-QNRF .mat": Family(
    "ucf_qnrf",
    lambda root: write_qnrf(root, {f"img_000{n}": ONE for n in (1, 2, 3)}),
    "Train/img_0001_ann.mat",
    {"annPoints": POINTS},
    spoil_mat,
  ),
  "UCF_CC_50 .mat": Family(
    "ucf_cc_50",
    lambda root: write_cc_50(root, {n: ONE for n in (1, 2, 3)}),
    "1_ann.mat",
    {"annPoints": POINTS},
    spoil_mat,
  ),
  "Beijing-BRT .mat": Family(
    "beijing_brt",
    lambda root: write_brt(root, {f"1-{time}": ONE for time in TIMES}),
    f"train/ground_truth/1-{TIMES[0]}.mat",
    {"loc": POINTS},
    spoil_mat,
  ),
  "Mall .mat": Family(
    "mall",
    _mall,
    "mall_gt.mat",
    {"frame": _FRAMES, "count": np.array([[3], [1], [0]])},
    spoil_mat,
  ),
  "Mall region": Family(
    "mall",
    _mall,
    "perspective_roi.mat",
    {"roi": {"mask": np.ones((HEIGHT, WIDTH))}},
    spoil_mat,
  ),
  "UCSD .mat": Family(
    "ucsd",
    lambda root: write_ucsd(root, {3: [ONE, ONE, ONE]}),
    "vidf-cvpr/vidf1_33_003_frame_full.mat",
    {"frame": [{"loc": np.concatenate([POINTS, _ONES], axis=1)}] * 3},
    spoil_mat,
  ),
  "UCSD region": Family(
    "ucsd",
    lambda root: write_ucsd(root, {3: [ONE, ONE, ONE]}),
    "vidf-cvpr/vidf1_33_roi_mainwalkway.mat",
    {"roi": {"xi": _ONES, "yi": _ONES, "mask": np.uint8(ROI)}},
    spoil_mat,
  ),
  "WorldExpo'10 .mat": Family(
    "worldexpo10",
    lambda root: write_expo(root, {SEVEN: ONE}),
    f"train_label/{SEVEN[:6]}/{SEVEN}.mat",
    {"point_num": 3, "point_position": POINTS},
    spoil_mat,
    1,
  ),
  "WorldExpo'10 region": Family(
    "worldexpo10",
    lambda root: write_expo(root, {SEVEN: ONE}),
    f"train_label/{SEVEN[:6]}/roi.mat",
    {"maskVerticesXCoordinates": _X, "maskVerticesYCoordinates": _Y},
    spoil_mat,
    1,
  ),
  "JHU-CROWD++ text": Family(
    "jhu_crowd", _jhu, "train/gt/0001.txt", JHU, spoil_any
  ),
  "JHU-CROWD++ table": Family(
    "jhu_crowd", _jhu, "train/image_labels.txt", JHU_TABLE, spoil_table
  ),
  "NWPU-Crowd JSON": Family(
    "nwpu_crowd", _nwpu, "jsons/0001.json", nwpu(POINTS.tolist()), spoil_json
  ),
  "NWPU-Crowd list": Family(
    "nwpu_crowd", _nwpu, "train.txt", NWPU_LIST, spoil_any
  ),
  "FDST JSON": Family(
    "fdst",
    lambda root: write_fdst(root, {"1": [BOXES] * 3}),
    "train_data/1/001.json",
    fdst_annotation(BOXES),
    spoil_json,
  ),
  "GCC JSON": Family(
    "gcc",
    write_gcc,
    f"scene_00_0/jsons/{STEM}.json",
    gcc_annotation(_GCC["image_info"]),
    spoil_json,
    6,
  ),
  "GCC .mat": Family(
    "gcc",
    _gcc_mats,
    f"scene_00_0/mats/{STEM}.mat",
    {
      "image_info": {
        "location": np.array(_GCC["image_info"]),
        "number": len(_GCC["image_info"]),
      },
      "weather_info": "CLEAR",
    },
    spoil_mat,
    6,
  ),
  "GCC list": Family(
    "gcc", write_gcc, "txt_list/train_list.txt", GCC_LIST, spoil_any, 5
  ),
  "Unity text": Family(
    "unity",
    lambda root: write_unity(root, dict.fromkeys(_STEMS, "7 31\n")),
    "train_data/ground_truth_txt/IMG_1.txt",
    "5.25 40.5\n90 3\n7 8.5\n",
    spoil_any,
  ),
}
FAMILIES: Mapping[str, Family] = {**EXPORTS, **BENCHMARKS}
