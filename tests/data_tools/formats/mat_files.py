"""Writers of .mat files of both kinds, from the same plain things.

A dictionary is a struct, a list a cell, a tuple of dictionaries an array of
structs, text is text, everything else an array of two axes.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io

_HEADER = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"


def write_mat(
  path: Path, variables: Mapping[str, Any], version: str = "5", **options: Any
) -> Path:
  """Writes variables; `version` is 5 or 7.3, options are those of savemat."""
  path.parent.mkdir(parents=True, exist_ok=True)
  if version == "7.3":
    _write_hdf5(path, variables)
  else:
    converted = {name: _for_scipy(value) for name, value in variables.items()}
    scipy.io.savemat(path, converted, **options)
  return path


def _for_scipy(value: Any) -> Any:
  if isinstance(value, dict):
    return {name: _for_scipy(member) for name, member in value.items()}
  if isinstance(value, list):
    cell = np.empty((1, len(value)), object)
    for index, member in enumerate(value):
      cell[0, index] = _for_scipy(member)
    return cell
  if isinstance(value, tuple):
    names = list(value[0])
    structs = np.empty((1, len(value)), [(name, object) for name in names])
    for index, member in enumerate(value):
      structs[0, index] = tuple(_for_scipy(member[name]) for name in names)
    return structs
  return value if isinstance(value, str) else np.atleast_2d(value)


def _write_hdf5(path: Path, variables: Mapping[str, Any]) -> None:
  with h5py.File(path, "w", userblock_size=512) as file:
    file.create_group("#refs#")
    for name, value in variables.items():
      _put(file, name, value, file)
  with path.open("r+b") as file:
    file.write(_HEADER)


def _put(parent: h5py.Group, name: str, value: Any, file: h5py.File) -> None:
  if isinstance(value, dict):
    group = parent.create_group(name)
    group.attrs["MATLAB_class"] = np.bytes_("struct")
    for key, member in value.items():
      _put(group, key, member, file)
  elif isinstance(value, list) and value:
    cell = _refer(parent, name, value, file)
    cell.attrs["MATLAB_class"] = np.bytes_("cell")
  elif isinstance(value, tuple):
    group = parent.create_group(name)
    group.attrs["MATLAB_class"] = np.bytes_("struct")
    for key in value[0]:
      _refer(group, key, [member[key] for member in value], file)
  elif isinstance(value, str):
    letters = np.array([[ord(letter)] for letter in value], np.uint16)
    text = parent.create_dataset(name, data=letters)
    text.attrs["MATLAB_class"] = np.bytes_("char")
  else:
    kind = "cell" if isinstance(value, list) else "double"
    array = np.zeros((0, 0)) if isinstance(value, list) else np.asarray(value)
    array = np.atleast_2d(array)
    # MATLAB writes the size of what is empty, and turns the axes of the rest.
    data = array.T if array.size else np.uint64(array.shape)
    stored = parent.create_dataset(name, data=data)
    stored.attrs["MATLAB_class"] = np.bytes_(kind)
    if not array.size:
      stored.attrs["MATLAB_empty"] = np.uint8(1)


def _refer(
  parent: h5py.Group, name: str, values: list[Any], file: h5py.File
) -> h5py.Dataset:
  references = []
  for value in values:
    place = str(len(file["#refs#"]))
    # Taken before the members of the value take theirs.
    file["#refs#"].create_group("taken " + place)
    _put(file["#refs#"], place, value, file)
    references.append(file["#refs#"][place].ref)
  data = np.array(references, h5py.ref_dtype)[:, None]
  return parent.create_dataset(name, data=data, dtype=h5py.ref_dtype)
