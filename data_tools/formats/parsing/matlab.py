"""MATLAB .mat files of any version: plain values or one line of complaint."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_tools.formats.parsing import matlab_process
from data_tools.formats.parsing.files import read_bytes
from data_tools.formats.parsing.points import checked

# Several times the largest annotation of any set, whose points fill a megabyte.
MAX_BYTES = 256 << 20


def read_fields(path: Path, *names: str) -> dict[str, Any]:
  """Reads variables of a .mat file.

  Args:
    path: of the file.
    names: of the variables that are wanted.

  Returns:
    Those of them that the file has. A struct is a dictionary, a cell or an
    array of structs a list in MATLAB's order, text a str, everything else an
    array of two or more axes.

  Raises:
    FileNotFoundError: there is no such file.
    OSError: it cannot be opened.
    ValueError: it is damaged or no .mat file; says so in one line.
  """
  return matlab_process.shared.parse(read_bytes(path, MAX_BYTES), list(names))


def field(fields: Any, *names: str) -> Any:
  """Follows names into structs, through cells that hold one thing.

  Raises:
    ValueError: there is no such field.
  """
  value, where = fields, "the file"
  for name in names:
    value = unwrapped(value)
    if not isinstance(value, dict) or name not in value:
      raise ValueError(f"{where} has no field {name}, so no points")
    value, where = value[name], name
  return unwrapped(value)


def unwrapped(value: Any) -> Any:
  """Takes a value out of cells that hold nothing else."""
  while isinstance(value, list) and len(value) == 1:
    value = value[0]
  return value


def points(value: Any, name: str, columns: Sequence[int] = (2,)) -> np.ndarray:
  """Turns a field's value into points.

  Args:
    value: as `field` returns it.
    name: of the field, for the message.
    columns: how many the field may have; the first two are x and y.

  Returns:
    float64 array of shape [heads, 2]; [0, 2] whatever an empty one's shape.

  Raises:
    ValueError: it is no such array, or a number cannot be a pixel.
  """
  if isinstance(value, list) and not value:
    return np.zeros((0, 2))
  return checked(numbers(value, name), name, columns)


def numbers(value: Any, name: str) -> np.ndarray:
  """Makes sure that a field's value is an array of real numbers.

  Raises:
    ValueError: it is not.
  """
  if not isinstance(value, np.ndarray) or value.dtype.kind not in "buif":
    raise ValueError(f"{name} holds no numbers")
  return value


def mask(value: Any, name: str) -> np.ndarray:
  """Turns a field's value into a mask.

  Returns:
    bool array of shape [height, width].

  Raises:
    ValueError: it is no array of two axes, or nothing is in the mask.
  """
  array = numbers(value, name)
  if array.ndim != 2:
    raise ValueError(f"{name} is {array.shape}, not height x width")
  if not array.any():
    raise ValueError(f"{name} leaves nothing of the picture")
  return array != 0


def read_region(path: Path) -> np.ndarray:
  """Reads `roi.mask`, the region of interest of a data set.

  Returns:
    bool array of shape [height, width].

  Raises:
    FileNotFoundError: there is no such file.
    ValueError: it is damaged, or the mask is none or empty.
  """
  return mask(field(read_fields(path, "roi"), "roi", "mask"), "roi.mask")
