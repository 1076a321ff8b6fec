"""Facts of records that never were."""

import numpy as np

from data_tools.checking.facts import Facts


def facts(name: str, split: str = "train", **changes: object) -> Facts:
  """Returns the facts of a labelled image of 100 x 200 pixels, 20 heads."""
  usual: dict = {
    "height": 100,
    "width": 200,
    "labelled": True,
    "heads": 20,
    "counted": None,
    "stored": f"file of {name}",
    "content": f"pixels of {name}",
    "look": None,
    "nearest": np.zeros(0, np.float32),
    "extent": (190.0, 90.0),
    "slope": None,
    "sigmas": None,
    "findings": (),
  }
  return Facts(split=split, id=name, **usual | changes)
