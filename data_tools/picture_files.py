"""Picture files of any kind as bytes that TensorFlow decodes, or a reason.

What TensorFlow reads right keeps its bytes: JPEG, grey or colour, and PNG of 8
bits a channel. All else is converted once, and it is said why.
"""

import dataclasses
import hashlib
import io
import re
import warnings
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf
from PIL import ExifTags, Image, ImageOps

from cdcc_tf.data.images import decode_picture, in_eight_bits
from cdcc_tf.errors import first_line

Image.init()  # or Pillow knows no TIFF and WebP when told to look for them

_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP")
_KINDS = "JPEG, PNG, TIFF, WebP, BMP or GIF"
_LOSSY = ("JPEG", "WEBP")
_PNG_BITS, _PNG_COLOUR = 24, 25  # where a PNG's header has them
_PNG_PLAIN = (0, 2)  # grey and RGB, as opposed to palettes and alpha


class UnusablePicture(Exception):
  """A picture file cannot be used; the message is the reason, in one line."""


@dataclasses.dataclass(frozen=True)
class PictureFile:
  """A picture that can be decoded.

  Attributes:
    image: JPEG or PNG bytes.
    height: in pixels.
    width: in pixels.
    kind: what the file holds, e.g. `JPEG RGB`.
    converted: why `image` is not what the file holds; empty if it is.
    sha256: of the file's bytes, hexadecimal.
  """

  image: bytes
  height: int
  width: int
  kind: str
  converted: str
  sha256: str


def read_picture(
  path: Path,
  upright: bool = False,
  size: tuple[int, int] | None = None,
  load: Callable[[], bytes] | None = None,
) -> PictureFile:
  """Reads a picture file and makes sure that it can be decoded.

  Args:
    path: of the file.
    upright: whether to turn the picture as its EXIF orientation says; otherwise
      its stored pixels are what counts.
    size: (height, width) that is known of the picture, or None. Where only one
      of the two ways up has it, that one is taken, whatever `upright` says.
    load: gives the picture's bytes where they are not the file's.

  Raises:
    UnusablePicture: the file is missing, empty, damaged, no picture at all, or
      so large that decoding it could take all memory.
  """
  try:
    content = path.read_bytes() if load is None else load()
  except OSError as error:
    raise UnusablePicture(error.strerror or first_line(error)) from error
  except ValueError as error:
    raise UnusablePicture(first_line(error)) from error
  if not content:
    raise UnusablePicture("the file is empty")
  image, kind, converted = _decodable(content, upright, size)
  try:
    height, width = decode_picture(image).shape[:2]
  except tf.errors.OpError as error:
    # TensorFlow puts its own node's name before the reason, and more behind.
    reason = re.sub(r"\{\{.*?\}\} *| *\[Op:.*", "", first_line(error))
    raise UnusablePicture(reason or type(error).__name__) from error
  sha256 = hashlib.sha256(content).hexdigest()
  return PictureFile(image, height, width, kind, converted, sha256)


def _decodable(
  content: bytes, upright: bool, size: tuple[int, int] | None
) -> tuple[bytes, str, str]:
  """Returns the bytes to store, what the file holds, and why they differ."""
  with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # odd metadata is no harm
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
      with Image.open(io.BytesIO(content), formats=_FORMATS) as opened:
        # MPO is what phones write: a JPEG with further ones behind it.
        form = "JPEG" if opened.format == "MPO" else str(opened.format)
        reasons = _reasons(opened, form, content)
        turn = _must_turn(opened, upright, size)
        if turn:
          reasons.append("turned upright")
        image = _encode(opened, form, turn) if reasons else content
        return image, f"{form} {opened.mode}", ", ".join(reasons)
    except Image.UnidentifiedImageError as error:
      raise UnusablePicture(f"not {_KINDS}") from error
    except Exception as error:  # Pillow's decoders raise whatever they meet
      raise UnusablePicture(first_line(error)) from error


def _reasons(opened: Image.Image, form: str, content: bytes) -> list[str]:
  """Says what keeps TensorFlow from reading a picture right."""
  if form == "JPEG":
    return [] if opened.mode in ("L", "RGB") else [opened.mode]
  reasons = []
  if form != "PNG":
    reasons.append(form)
    frames = getattr(opened, "n_frames", 1)
    if frames > 1:
      reasons.append(f"first of {frames} frames")
  elif content[_PNG_BITS] != 8:
    reasons.append(f"{content[_PNG_BITS]} bits")
  elif opened.mode in ("L", "RGB") and content[_PNG_COLOUR] in _PNG_PLAIN:
    return []
  if opened.mode == "P":
    reasons.append("palette")
  elif opened.mode in ("LA", "PA", "RGBA", "RGBa", "La"):
    reasons.append("alpha")
  elif opened.mode.startswith("I") and form != "PNG":
    reasons.append("16 bits")
  elif opened.mode not in ("1", "L", "RGB", "I;16", "I"):
    reasons.append(opened.mode)
  return reasons or [form]


def _must_turn(
  opened: Image.Image, upright: bool, size: tuple[int, int] | None
) -> bool:
  """Tells whether the picture must be turned as its EXIF orientation says."""
  if not upright and size is None:
    return False
  try:
    orientation = opened.getexif().get(ExifTags.Base.Orientation, 1)
  except Exception:  # of every kind, from damaged metadata
    return False
  if orientation not in range(2, 9):
    return False
  stored = opened.height, opened.width
  turned = stored[::-1] if orientation >= 5 else stored
  if size in (stored, turned) and stored != turned:
    return size == turned
  return upright


def _encode(opened: Image.Image, form: str, turn: bool) -> bytes:
  """Returns an opened picture as JPEG if it was lossy, or else as PNG."""
  picture = in_eight_bits(ImageOps.exif_transpose(opened) if turn else opened)
  picture.info.clear()  # transparency, orientation: what is applied by now
  target = io.BytesIO()
  if form in _LOSSY:
    picture.save(target, "JPEG", quality=95, subsampling=0)
  else:
    picture.save(target, "PNG")
  return target.getvalue()
