"""The look of a user's own pictures, and pictures brought near to it.

Only what the camera and the light do is taken: size, brightness, contrast,
colour, sharpness. Labels are never needed, nor is anything else of the
pictures kept.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from cdcc_tf.data.image_kinds import SUFFIXES, images_below
from cdcc_tf.errors import InputError
from data_tools.synthesis.engine.draws import Dice

MOST_IMAGES = 200  # of a folder are looked at
SMALLEST, LONGEST = 32, 2048  # pixels along a side; larger ones are reduced
_FINE = 1.0  # standard deviation in pixels below which detail is fine
_MOST_BLUR = 4.0  # standard deviation in pixels
_GAIN = (0.7, 1.4)  # bounds on what changes contrast, each time
_TURNS = 3  # a blur takes contrast away, and contrast makes detail
_DIMMEST = 0.1  # share of the light that a darker camera gets at least
_MOST_COLOUR = 1.4  # on what changes saturation: down to grey all is believable
_CAST = 0.4  # share of the difference in colour cast that is taken over


@dataclasses.dataclass(frozen=True)
class Look:
  """What one picture looks like, all values of 0 to 255.

  Attributes:
    width: in pixels.
    height: in pixels.
    mean: of red, green and blue.
    deviation: of brightness over the picture.
    colour: mean distance of the channels from grey.
    detail: deviation of fine detail.
  """

  width: int
  height: int
  mean: tuple[float, float, float]
  deviation: float
  colour: float
  detail: float


def looks_of(folder: Path) -> tuple[Look, ...]:
  """Measures pictures of a folder and of those in it.

  Raises:
    InputError: there is no picture that can be read.
  """
  if not folder.is_dir():
    raise InputError(
      f"--like={folder}: there is no such folder. Name one of your own "
      "pictures, or of records."
    )
  found = images_below(folder)
  number = min(len(found), MOST_IMAGES)
  # Evenly over the folder.
  chosen = (found[index * len(found) // number] for index in range(number))
  looks = looks_among(_decoded(path) for path in chosen)
  if not looks:
    raise InputError(
      f"--like={folder}: no picture that can be read ("
      f"{', '.join(SUFFIXES)}), of at least {SMALLEST} pixels a side. "
      "Name a folder of your own pictures; frames of a video are first made "
      "records by data_tools.convert --format=video."
    )
  return looks


def looks_among(images: Iterable[np.ndarray | None]) -> tuple[Look, ...]:
  """Measures pictures, RGB of 8 bits; leaves out slivers and None."""
  looks = []
  for image in images:
    if image is None:
      continue
    fitted = _fitted(image)
    if min(fitted.shape[:2]) >= SMALLEST:
      looks.append(measure(fitted))
  return tuple(looks)


def measure(image: np.ndarray) -> Look:
  """Measures a picture, uint8 [rows, columns, 3], RGB."""
  rows, columns = image.shape[:2]
  red, green, blue = image.reshape(-1, 3).mean(axis=0).tolist()
  grey = _grey(image)
  distance = np.abs(image[::2, ::2] - grey[::2, ::2, None])
  return Look(
    columns,
    rows,
    (red, green, blue),
    float(grey.std()),
    float(distance.mean()),
    _detail(grey),
  )


def draw_look(dice: Dice, looks: Sequence[Look]) -> Look:
  """Draws one of several looks, or one near it."""
  look = looks[dice.randrange(len(looks))]
  brighter = dice.gauss(1, 0.05)
  red, green, blue = (
    value * brighter * dice.gauss(1, 0.015) for value in look.mean
  )
  return dataclasses.replace(
    look,
    mean=(red, green, blue),
    deviation=look.deviation * dice.gauss(1, 0.07),
    colour=look.colour * dice.gauss(1, 0.1),
    detail=look.detail * dice.gauss(1, 0.1),
  )


def bring_near(image: np.ndarray, look: Look) -> np.ndarray:
  """Gives a picture the colours, contrast and sharpness of a look.

  A scene differs from those that were measured, so that what changes it is
  bounded: a lawn stays green.

  Args:
    image: uint8 [rows, columns, 3], RGB.
    look: as measured or drawn; its size is not looked at.

  Returns:
    uint8, same shape.
  """
  own = measure(image)
  saturation = float(np.clip(look.colour / (own.colour + 0.1), 0, _MOST_COLOUR))
  # A darker camera gets less light: taking away as much from every pixel would
  # make black all that is dim.
  wanted = np.array(look.mean)
  light = float(
    np.clip(wanted.mean() / max(np.mean(own.mean), 1), _DIMMEST, 1.0)
  )
  contrast = light * float(
    np.clip(look.deviation / (light * own.deviation + 1), *_GAIN)
  )
  grey = np.full((3, 3), 1 / 3)
  mix = contrast * (saturation * np.eye(3) + (1 - saturation) * grey)
  mean = mix @ np.array(own.mean)
  cast = (wanted - wanted.mean()) - (mean - mean.mean())
  offset = wanted.mean() - mean.mean() + _CAST * cast
  matrix = np.hstack([mix, offset[:, None]]).astype(np.float32)
  toned = cv2.transform(image.astype(np.float32), matrix)
  near = _sharpened(np.clip(toned, 0, 255).astype(np.uint8), look.detail)
  for _ in range(_TURNS):
    near = _sharpened(_contrasted(near, look.deviation), look.detail)
  return near


def _contrasted(image: np.ndarray, wanted: float) -> np.ndarray:
  """Changes a picture's contrast about its mean, within bounds."""
  gain = float(np.clip(wanted / (_grey(image).std() + 1), *_GAIN))
  means = image.reshape(-1, 3).mean(axis=0)
  matrix = np.hstack([gain * np.eye(3), (1 - gain) * means[:, None]])
  return cv2.transform(image, matrix.astype(np.float32))


def _sharpened(image: np.ndarray, wanted: float) -> np.ndarray:
  """Blurs or sharpens a picture until it has so much fine detail."""
  grey = _grey(image)
  found = _detail(grey)
  if found < wanted:
    strength = min(1.5, wanted / (found + 0.1) - 1)
    soft = cv2.GaussianBlur(image, (0, 0), _FINE)
    return cv2.addWeighted(image, 1 + strength, soft, -strength, 0)
  low, high = 0.0, _MOST_BLUR
  for _ in range(6):
    sigma = (low + high) / 2
    if _detail(cv2.GaussianBlur(grey, (0, 0), sigma)) > wanted:
      low = sigma
    else:
      high = sigma
  if high < 0.2:
    return image
  return cv2.GaussianBlur(image, (0, 0), high)


def _detail(grey: np.ndarray) -> float:
  """Returns the deviation of what a slight blur takes away."""
  return float((grey - cv2.GaussianBlur(grey, (0, 0), _FINE)).std())


def _grey(image: np.ndarray) -> np.ndarray:
  return cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _decoded(path: Path) -> np.ndarray | None:
  """Reads a picture upright, as RGB of 8 bits; None if that cannot be."""
  try:
    # No name reaches OpenCV 5, which crashes at one that is not UTF-8.
    content = np.frombuffer(path.read_bytes(), np.uint8)
    image = cv2.imdecode(content, cv2.IMREAD_COLOR)
  except (OSError, cv2.error):  # a folder, say, or an empty file
    return None
  return None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _fitted(image: np.ndarray) -> np.ndarray:
  """Returns a picture no larger than those that are made."""
  rows, columns = image.shape[:2]
  factor = LONGEST / max(rows, columns)
  if factor >= 1:
    return image
  size = (max(1, round(columns * factor)), max(1, round(rows * factor)))
  return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
