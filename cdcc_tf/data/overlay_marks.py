"""The mark that predictions' overlays bear, and finding it in pictures."""

import warnings
from pathlib import Path

from PIL import Image, PngImagePlugin

_MARK = ("Software", "cdcc_tf predict")


def mark() -> PngImagePlugin.PngInfo:
  """Returns what Pillow writes into a PNG to say that it is an overlay."""
  info = PngImagePlugin.PngInfo()
  info.add_text(*_MARK)
  return info


def is_marked(path: Path) -> bool:
  """Tells whether a file is an overlay; False if it cannot be read."""
  key, text = _MARK
  try:
    with (
      warnings.catch_warnings(
        action="error", category=Image.DecompressionBombWarning
      ),
      Image.open(path) as picture,
    ):
      return picture.info.get(key) == text
  except Exception:  # of every kind; what cannot be read is not ours
    return False
