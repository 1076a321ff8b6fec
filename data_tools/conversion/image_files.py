"""Image files of any kind as bytes that TensorFlow decodes, or a reason.

Files that TensorFlow decodes correctly keep their bytes: JPEG, grey or colour,
and PNG with 8 bits a channel. Others are converted, and the reason is noted.
"""

import contextlib
import dataclasses
import hashlib
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import tensorflow as tf
from PIL import ExifTags, Image, ImageOps

from cdcc_tf.data.image_kinds import in_eight_bits
from cdcc_tf.data.images import decodable_size
from cdcc_tf.errors import first_line
from data_tools.common.parallel import Shared, decoding
from data_tools.conversion.resizing import Resizing, Size

Image.init()  # or Pillow knows no TIFF and WebP when told to look for them

_FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP")
_KINDS = "JPEG, PNG, TIFF, WebP, BMP or GIF"
_LOSSY = ("JPEG", "WEBP")
_PNG_BITS, _PNG_COLOUR = 24, 25  # where a PNG's header has them
_PNG_PLAIN = (0, 2)  # grey and RGB, as opposed to palettes and alpha
_ON_ITS_SIDE = range(5, 9)  # EXIF orientations
_AS_IT_IS = Resizing()


class UnusableImage(Exception):
  """A picture file cannot be used; the message is the reason, in one line."""


@dataclasses.dataclass(frozen=True)
class ImageFile:
  """A picture that can be decoded.

  Attributes:
    image: JPEG or PNG bytes.
    height: in pixels.
    width: in pixels.
    size_given: (height, width) of the file's picture, the right way up, before
      it was resized.
    kind: what the file holds, e.g. `JPEG RGB`.
    converted: why `image` is not what the file holds; empty if it is.
    exif_ignored: EXIF orientation that was not applied, 2 to 8; 0 if none.
    sha256: of the file's bytes, hexadecimal.
  """

  image: bytes
  height: int
  width: int
  size_given: Size
  kind: str
  converted: str
  exif_ignored: int
  sha256: str


def read_image(
  path: Path,
  upright: bool = False,
  size: Size | None = None,
  load: Callable[[], bytes] | None = None,
  resizing: Resizing = _AS_IT_IS,
) -> ImageFile:
  """Reads a picture file and makes sure that it can be decoded.

  Args:
    path: of the file.
    upright: whether to turn the picture as its EXIF orientation says; otherwise
      its stored pixels are what counts.
    size: (height, width) that is known of the picture, or None. Where only one
      of the two ways up has it, that one is taken, whatever `upright` says.
    load: gives the picture's bytes where they are not the file's.
    resizing: which size to store.

  Raises:
    UnusableImage: the file is missing, empty, damaged, no picture at all, or
      so large that decoding it could take all memory.
  """
  try:
    content = path.read_bytes() if load is None else load()
  except OSError as error:
    raise UnusableImage(error.strerror or first_line(error)) from error
  except ValueError as error:
    raise UnusableImage(first_line(error)) from error
  if not content:
    raise UnusableImage("the file is empty")
  try:
    with (
      _quiet,
      Image.open(io.BytesIO(content), formats=_FORMATS) as opened,
      decoding.hold(opened.width * opened.height),
    ):
      return _usable(opened, content, upright, size, resizing)
  except UnusableImage:
    raise
  except Image.UnidentifiedImageError as error:
    raise UnusableImage(f"not {_KINDS}") from error
  except Exception as error:  # Pillow's decoders raise whatever they meet
    raise UnusableImage(first_line(error)) from error


def _usable(
  opened: Image.Image,
  content: bytes,
  upright: bool,
  size: Size | None,
  resizing: Resizing,
) -> ImageFile:
  """Returns what to store of an opened picture, and makes sure it decodes."""
  # MPO is what phones write: a JPEG with further ones behind it.
  form = "JPEG" if opened.format == "MPO" else str(opened.format)
  kind = f"{form} {opened.mode}"
  reasons = _reasons(opened, form, content)
  told = _orientation(opened, upright or size is not None)
  turn = told if _applies(told, opened, upright, size) else 1
  if turn != 1:
    reasons.append("turned upright")
  given = opened.height, opened.width
  if turn in _ON_ITS_SIDE:
    given = given[::-1]
  stored = resizing.of(given)
  image, lossy = content, form in _LOSSY
  if stored != given:
    reasons.append("resized")
    lossy = True
  if reasons:
    image = _encode(opened, turn != 1, stored, lossy)
  try:
    height, width = decodable_size(image)
  except tf.errors.OpError as error:
    raise UnusableImage(first_line(error)) from error
  return ImageFile(
    image=image,
    height=height,
    width=width,
    size_given=given,
    kind=kind,
    converted=", ".join(reasons),
    exif_ignored=told if told != turn else 0,
    sha256=hashlib.sha256(content).hexdigest(),
  )


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


def _orientation(opened: Image.Image, matters: bool) -> int:
  """Returns the orientation that EXIF data tells; 1 for none.

  Args:
    opened: the picture.
    matters: whether to look for it behind a PNG's pixels, too, which Pillow
      would decode on the way.
  """
  if opened.format == "PNG" and not matters and "exif" not in opened.info:
    return 1
  try:
    orientation = opened.getexif().get(ExifTags.Base.Orientation, 1)
  except Exception:  # of every kind, from damaged metadata
    return 1
  return orientation if orientation in range(2, 9) else 1


def _applies(
  orientation: int, opened: Image.Image, upright: bool, size: Size | None
) -> bool:
  """Tells whether the picture must be turned as EXIF data says."""
  stored = opened.height, opened.width
  turned = stored[::-1] if orientation in _ON_ITS_SIDE else stored
  if size in (stored, turned) and stored != turned:
    return size == turned
  return upright


def _encode(opened: Image.Image, turn: bool, size: Size, lossy: bool) -> bytes:
  """Returns an opened picture as a JPEG if it may lose, or else as a PNG."""
  picture = in_eight_bits(ImageOps.exif_transpose(opened) if turn else opened)
  if (picture.height, picture.width) != size:
    # As MATLAB's imresize, with which published recipes resize.
    picture = picture.resize(size[::-1], Image.Resampling.BICUBIC)
  picture.info.clear()  # transparency, orientation: what is applied by now
  target = io.BytesIO()
  if lossy:
    picture.save(target, "JPEG", quality=95, subsampling=0)
  else:
    picture.save(target, "PNG")
  return target.getvalue()


@contextlib.contextmanager
def _without_warnings() -> Iterator[None]:
  with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # odd metadata is no harm
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    yield


# Filters of warnings are of the whole process, however many threads read.
_quiet = Shared(_without_warnings)
