"""A hash of everything that the records of a conversion depend on."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

import cdcc_tf
from data_tools.formats.base import Item, LabelledImage


def fingerprint(
  options: Mapping[str, object],
  items: Iterable[Item],
  splits: Mapping[str, str],
) -> str:
  """Returns a hash of all that the bytes of records depend on.

  Images are identified by size and modification time: reading them all would
  cost what resuming a conversion saves.

  Args:
    options: of the conversion.
    items: what the reader yielded.
    splits: picture id to split.
  """
  digest = hashlib.sha256(cdcc_tf.__version__.encode())
  digest.update(json.dumps(options, sort_keys=True, default=str).encode())
  states: dict[Path, str] = {}  # a video is the file of all its frames
  regions: dict[int, str] = {}  # a region is that of all pictures of a scene
  for item in items:
    told: object = item
    if isinstance(item, LabelledImage):
      fields = {
        field.name: getattr(item, field.name)
        for field in dataclasses.fields(item)
      }
      del fields["load"]
      fields["points"] = _array(item.points)
      if id(item.roi) not in regions:
        regions[id(item.roi)] = _array(item.roi)
      fields["roi"] = regions[id(item.roi)]
      if item.path not in states:
        states[item.path] = _state(item.path)
      told = fields, states[item.path], splits[item.id]
    digest.update(repr(told).encode(errors="surrogateescape"))
  return digest.hexdigest()


def _array(array: np.ndarray | None) -> str:
  if array is None:
    return ""
  content = np.ascontiguousarray(array)
  hashed = hashlib.sha256(content.tobytes()).hexdigest()
  return f"{content.dtype} {content.shape} {hashed}"


def _state(path: Path) -> str:
  try:
    status = path.stat()
  except OSError as error:
    return type(error).__name__
  return f"{status.st_size} {status.st_mtime_ns}"
