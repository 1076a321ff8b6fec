"""What a reader of a data set yields."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from data_tools.common.splits import Splits


@dataclasses.dataclass(frozen=True)
class LabelledImage:
  """One image of a data set as it is stored on disk.

  Attributes:
    id: unique name within the data set, e.g. `train/IMG_12`.
    path: the picture file.
    points: float array of shape [heads, 2], x then y in pixels from the top
      left; None for an unlabelled picture, or where `y_from_bottom` is set,
      y counted from the bottom.
    split: the published split, `train`, `val` or `test`.
    y_from_bottom: True if y must be turned around, which needs the height.
    normalised: True if the points are shares of the width and height, 0 to 1,
      and no pixels.
    upright: True if the points refer to the picture as its EXIF orientation
      turns it, which is how annotators show it; the published sets' points
      refer to the stored pixels.
    size: (height, width) of the picture as the annotation has it, or None; a
      file of another size is not what was annotated. Where only the stored or
      only the upright picture has it, it overrules `upright`.
    roi: region of interest, in which alone people count: corners of a polygon,
      float [corners, 2], or a mask, bool [height, width]; None for all of it.
    group: what a set's protocol averages by, e.g. a scene or a fold.
    unit: what must stay together when `train` is divided, e.g. a video, whose
      frames are nearly the same; "" for a picture by itself.
    load: gives the picture's bytes when they are wanted, where they are not
      those of the file, e.g. of a frame of a video; in order of the pictures.
      Raises ValueError with a reason.
  """

  id: str
  path: Path
  points: np.ndarray | None = None
  split: str = "train"
  y_from_bottom: bool = False
  normalised: bool = False
  upright: bool = False
  size: tuple[int, int] | None = None
  roi: np.ndarray | None = None
  group: str = ""
  unit: str = ""
  load: Callable[[], bytes] | None = None


@dataclasses.dataclass(frozen=True)
class Unreadable:
  """A picture or annotation that cannot be used, and why."""

  path: Path
  reason: str


@dataclasses.dataclass(frozen=True)
class Note:
  """A remark about the whole data set, in one sentence."""

  text: str


# What readers yield.
Item = LabelledImage | Unreadable | Note


@dataclasses.dataclass(frozen=True)
class Totals:
  """Published numbers of images and heads of a data set, or of one split.

  A reader's `TOTALS` lists them, or its function `totals`, where they depend on
  the keyword arguments of `read`.

  Attributes:
    split: published split, or `all`.
    pictures: number of pictures.
    heads: number of labelled heads, outside their picture or not; None if
      not published.
    part: of the data set, where it has several and each has its totals.
    known: other numbers of images or heads that copies have, and why.
    slack: difference in heads that is accepted.
    in_region: whether only heads in the region of interest are counted.
  """

  split: str
  pictures: int
  heads: int | None = None
  part: str = ""
  known: Mapping[int, str] = dataclasses.field(default_factory=dict)
  slack: int = 0
  in_region: bool = False


class Reader(Protocol):
  """A module of `data_tools.formats` that reads one format.

  A reader that leaves the user a choice also has `OPTIONS`, the names of
  keyword arguments of `read`, which have defaults; a flag of
  `data_tools.convert` of the same name sets each. A reader of a published set
  has `TOTALS`, the numbers of images and heads to compare with, or a function
  `totals` of those keyword arguments that returns them.

  Attributes:
    LAYOUT: what it expects on disk, for --help and for error messages.
    DEFAULT_SPLITS: how its training images are divided by default.
  """

  LAYOUT: str
  DEFAULT_SPLITS: Splits

  @property
  def read(self) -> Callable[..., Iterator[Item]]:
    """Reads a data set: `read(folder, **options)` yields `Item`s.

    The folder is that of `LAYOUT`, or holds some of its splits. Points are in
    pixels from the top left unless the items say otherwise. It raises
    InputError if the folder is laid out otherwise, if a file that describes
    the whole data set is damaged, or if an option does not fit.
    """
