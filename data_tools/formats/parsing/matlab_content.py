"""Parses the content of .mat files: plain things, within a budget.

It runs in a separate process (see `matlab`), because the libraries can crash or
loop on a damaged file. A struct becomes a dictionary, a cell or an array of
structs a list in MATLAB's order, text a str, everything else an array. scipy's
own simplification does not do: it squeezes a single point [1, 2] to two numbers
and leaves structs within nested cells as they are.
"""

import io
from typing import Any

import h5py
import numpy as np
import scipy.io

MAX_VALUES = 50_000_000  # of all arrays together
MAX_PLACES = 200_000  # members of structs and cells
MAX_DEPTH = 20
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


class _Budget:
  """What one file may still use: a small file can claim to be endless."""

  def __init__(self) -> None:
    self.values, self.places = MAX_VALUES, MAX_PLACES

  def spend(self, values: int, places: int, depth: int) -> None:
    self.values -= values
    self.places -= places
    if self.values < 0 or self.places < 0:
      raise ValueError("holds more values than any annotation")
    if depth > MAX_DEPTH:
      raise ValueError(f"is nested more than {MAX_DEPTH} deep")


def parse(content: bytes, names: list[str]) -> dict[str, Any]:
  """Parses a .mat file.

  Args:
    content: of the file.
    names: of the wanted variables; the file may lack some of them.

  Returns:
    The wanted variables that the file has.

  Raises:
    ValueError: it is no .mat file, or holds what no annotation does. A damaged
      file can raise any other exception, or crash the process.
  """
  # MATLAB writes a header of 512 bytes first, other programs may not.
  if _HDF5_SIGNATURE in (content[512:520], content[:8]):
    with h5py.File(h5py.h5f.open_file_image(content)) as file:
      budget = _Budget()
      return {
        name: _from_hdf5(_member(file, name), file, budget, 0)
        for name in names
        if name in file
      }
  fields = scipy.io.loadmat(io.BytesIO(content), variable_names=names)
  budget = _Budget()
  return {
    name: _from_scipy(fields[name], budget, 0)
    for name in names
    if name in fields
  }


def _from_scipy(value: Any, budget: _Budget, depth: int) -> Any:
  if not isinstance(value, np.ndarray):
    raise ValueError(f"holds a {type(value).__name__}, not an array")
  flat = value.reshape(-1, order="F")
  if value.dtype.names is not None:
    budget.spend(0, value.size * len(value.dtype.names), depth)
    structs = [
      {
        name: _from_scipy(item[name], budget, depth + 1)
        for name in value.dtype.names
      }
      for item in flat
    ]
    return structs[0] if len(structs) == 1 else structs
  if value.dtype == object:
    budget.spend(0, value.size, depth)
    return [_from_scipy(item, budget, depth + 1) for item in flat]
  budget.spend(value.size, 0, depth)
  if value.dtype.kind == "U":
    return "".join(flat.tolist())
  return value


def _from_hdf5(item: Any, file: h5py.File, budget: _Budget, depth: int) -> Any:
  budget.spend(0, 1, depth)
  if isinstance(item, h5py.Group):
    children = {name: _member(item, name) for name in item}
    members = {
      name: _from_hdf5(child, file, budget, depth + 1)
      for name, child in children.items()
    }
    if children and all(map(_is_references, children.values())):
      # A field of an array of structs refers to the values of each in turn.
      columns = zip(*members.values(), strict=True)
      return [dict(zip(members, row, strict=True)) for row in columns]
    return members
  if not isinstance(item, h5py.Dataset):
    raise ValueError(f"holds a {type(item).__name__}, not an array")
  if item.external or item.is_virtual:
    raise ValueError("takes its values from another file")
  if not item.shape:
    raise ValueError("holds a value without size")
  budget.spend(item.size, 0, depth)
  kind = item.attrs.get("MATLAB_class", b"")
  if item.attrs.get("MATLAB_empty", 0):
    # Its values are the size of the array.
    return [] if kind in (b"cell", b"struct") else np.zeros((0, 0))
  if _is_references(item):
    # HDF5 has the order of C and the axes of MATLAB turned around: flat, that
    # is MATLAB's own order.
    return [
      _from_hdf5(file[reference], file, budget, depth + 1)
      for reference in item[()].reshape(-1)
    ]
  value = item[()].T
  if kind == b"char":
    return "".join(map(chr, value.reshape(-1, order="F").tolist()))
  return value


def _member(group: h5py.Group, name: str) -> Any:
  link = group.get(name, getlink=True)
  if not isinstance(link, h5py.HardLink):
    raise ValueError(f"{name} is a link to elsewhere")
  return group[name]


def _is_references(item: Any) -> bool:
  return isinstance(item, h5py.Dataset) and item.dtype == h5py.ref_dtype
