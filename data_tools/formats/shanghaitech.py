"""ShanghaiTech part A or B (Zhang et al., CVPR 2016)."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.io

from cdcc_tf.errors import first_line
from data_tools.formats.base import (
  LabelledPicture,
  Unreadable,
  annotations_without_picture,
  numbered_pictures,
  split_folders,
)
from data_tools.splits import Splits

LAYOUT = """\
  part_B_final/                  (or part_B/, part_A_final/, part_A/)
    train_data/images/IMG_1.jpg
    train_data/ground-truth/GT_IMG_1.mat     (or ground_truth/)
    test_data/…                              (optional)"""
# A target domain: its published test pictures are left alone until the end.
DEFAULT_SPLITS = Splits(dev_every=4)


def read(folder: Path) -> Iterator[LabelledPicture | Unreadable]:
  """Yields the pictures of one part, numerically sorted within each split.

  Points are 0-based and continuous as they are; nothing is subtracted.

  Args:
    folder: the part's folder.

  Raises:
    InputError: the folder is laid out otherwise.
  """
  for split, images, labels in split_folders(folder, "ground_truth", LAYOUT):
    annotations = {
      path: labels / f"GT_{path.stem}.mat" for path in numbered_pictures(images)
    }
    for path, annotation in annotations.items():
      try:
        points = read_points(annotation)
      except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        yield Unreadable(path, f"{annotation.name}: {first_line(error)}")
        continue
      yield LabelledPicture(f"{split}/{path.stem}", path, points, split)
    yield from annotations_without_picture(
      labels, (path.name for path in annotations.values()), r"GT_(IMG_\d+)\.mat"
    )


def read_points(annotation: Path) -> np.ndarray:
  """Reads `image_info{1}.location` of a ShanghaiTech .mat file.

  Returns:
    float64 array of shape [heads, 2], x then y in pixels.

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: the file holds no such field, or not N x 2 finite numbers.
  """
  if not annotation.is_file():
    raise FileNotFoundError("no annotation file for the picture")
  try:
    fields = scipy.io.loadmat(annotation)
  except NotImplementedError as error:
    raise ValueError(
      "is a MATLAB 7.3 file; save it with -v7 as the published ones are"
    ) from error
  except Exception as error:  # of every kind, from damaged files
    raise ValueError(f"is empty or damaged ({first_line(error)})") from error
  if "image_info" not in fields:
    raise ValueError("has no field image_info, so no points")
  information = fields["image_info"][0, 0]
  if information.dtype.names is None or "location" not in (
    information.dtype.names
  ):
    raise ValueError("image_info has no field location, so no points")
  location = np.asarray(information["location"][0, 0], np.float64)
  if location.size == 0:
    return np.zeros((0, 2))
  if location.ndim != 2 or location.shape[1] != 2:
    raise ValueError(f"location is {location.shape}, not N x 2")
  if not np.isfinite(location).all():
    raise ValueError("location holds NaN or infinity")
  return location
