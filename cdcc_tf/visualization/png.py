"""The mark that our drawn pictures bear, so that they are known for ours."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from cdcc_tf.files import write_atomically

OVERLAY, SHEET = "cdcc_tf predict", "cdcc_tf contact sheet"
_KEY = "Software"


def save_marked(picture: np.ndarray, path: Path, kind: str) -> None:
  """Writes an RGB picture as a PNG that says what it is.

  Args:
    picture: uint8 [rows, columns, 3].
    path: of the file.
    kind: `OVERLAY` or `SHEET`.
  """
  encoded, mark = io.BytesIO(), PngImagePlugin.PngInfo()
  mark.add_text(_KEY, kind)
  # Level 1 as OpenCV's: what follows costs more time than it saves space.
  Image.fromarray(picture).save(encoded, "PNG", pnginfo=mark, compress_level=1)
  write_atomically(path, encoded.getvalue())


def is_marked(path: Path, kind: str) -> bool:
  """Tells whether a file says that it is of a kind; False if unreadable."""
  try:
    with (
      warnings.catch_warnings(
        action="error", category=Image.DecompressionBombWarning
      ),
      Image.open(path) as picture,
    ):
      return picture.info.get(_KEY) == kind
  except Exception:  # of every kind; what cannot be read is not ours
    return False
