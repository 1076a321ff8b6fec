"""Pictures of predictions, for people who look before they read."""

from pathlib import Path

import cv2
import numpy as np

from cdcc_tf.files import write_atomically

_CAPTION_HEIGHT = 22
_PANEL_WIDTH = 320
# A crop taller than that is shown narrower: a panel must stay a picture.
_PANEL_HEIGHT = 640
_FONT, _FONT_SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.45


def heat(
  values: np.ndarray, height: int, width: int, highest: float | None = None
) -> np.ndarray:
  """Colours a map and enlarges it to the picture it belongs to.

  Args:
    values: array of shape [rows, columns], not negative.
    height: of the result in pixels.
    width: of the result in pixels.
    highest: value of the hottest colour; the map's own maximum if None.

  Returns:
    uint8 RGB array of shape [height, width, 3].
  """
  highest = float(values.max()) if highest is None else highest
  levels = np.clip(values / max(highest, 1e-12), 0, 1) * 255
  coloured = cv2.applyColorMap(levels.astype(np.uint8), cv2.COLORMAP_VIRIDIS)
  # The grid covers whole cells; the picture may end inside the last one.
  covered = (values.shape[1] * 8, values.shape[0] * 8)
  enlarged = cv2.resize(coloured, covered, interpolation=cv2.INTER_LINEAR)
  return np.ascontiguousarray(enlarged[:height, :width, ::-1])


def blend(image: np.ndarray, values: np.ndarray, caption: str) -> np.ndarray:
  """Lays a map over its picture, with a caption below.

  Args:
    image: uint8 RGB array of shape [height, width, 3].
    values: array of shape [ceil(height/8), ceil(width/8)], not negative: the
      density, or its deviation.
    caption: one line of text; a file's name in it need not be UTF-8.

  Returns:
    uint8 RGB array of shape [height + 22, width, 3]; wider if the caption is.
  """
  height, width = image.shape[:2]
  coloured = heat(values, height, width)
  strength = values / max(float(values.max()), 1e-12)
  strength = cv2.resize(
    strength.astype(np.float32), (values.shape[1] * 8, values.shape[0] * 8)
  )[:height, :width, None]
  mixed = image * (1 - 0.65 * strength) + coloured * (0.65 * strength)
  # OpenCV 5 crashes at text that is not UTF-8.
  caption = caption.encode(errors="replace").decode()
  (written, _), _ = cv2.getTextSize(caption, _FONT, _FONT_SCALE, 1)
  return _captioned(
    _padded(mixed.astype(np.uint8), height, max(width, written + 10)), caption
  )


def panel(
  image: np.ndarray,
  density: np.ndarray,
  deviation: np.ndarray,
  truth: np.ndarray | None,
) -> np.ndarray:
  """Puts picture | truth or none | prediction | uncertainty side by side.

  Args:
    image: RGB array of shape [height, width, 3] in [0, 255].
    density: predicted people per cell, [height/8, width/8].
    deviation: standard deviation σ per cell, same shape.
    truth: true people per cell, same shape, or None.

  Returns:
    uint8 RGB array, 4 · 320 pixels wide and at most 640 + 22 high.
  """
  height, width = image.shape[:2]
  # Truth and prediction share one scale, or they could not be compared.
  highest = float(max(density.max(), 0 if truth is None else truth.max()))
  blank = np.full((height, width, 3), 60, np.uint8)
  return _side_by_side(
    [
      (image.astype(np.uint8), "picture"),
      (blank, "no labels")
      if truth is None
      else (heat(truth, height, width, highest), f"truth {truth.sum():.1f}"),
      (heat(density, height, width, highest), f"predicted {density.sum():.1f}"),
      (heat(deviation, height, width), f"sigma, up to {deviation.max():.3f}"),
    ]
  )


def label_panel(
  image: np.ndarray,
  density: np.ndarray,
  deviation: np.ndarray,
  kept: np.ndarray,
) -> np.ndarray:
  """Puts picture | pseudo-label | uncertainty | kept cells side by side.

  Args:
    image: uint8 RGB array of shape [height, width, 3].
    density: μ̄, people per cell, [height/8, width/8].
    deviation: total standard deviation per cell, same shape.
    kept: the cells that are learned from, boolean, same shape.

  Returns:
    uint8 RGB array, 4 · 320 pixels wide and at most 640 + 22 high.
  """
  height, width = image.shape[:2]
  people = (density * kept).sum()
  return _side_by_side(
    [
      (image, "picture"),
      (heat(density, height, width), f"pseudo-label {density.sum():.1f}"),
      (heat(deviation, height, width), f"sigma, up to {deviation.max():.3f}"),
      (
        heat(kept.astype(np.float32), height, width, 1.0),
        f"kept {kept.mean():.0%}, {people:.1f} people",
      ),
    ]
  )


def _side_by_side(pictures: list[tuple[np.ndarray, str]]) -> np.ndarray:
  """Shrinks pictures of one size and sets them in a row, captions below."""
  height, width = pictures[0][0].shape[:2]
  scale = min(_PANEL_WIDTH / width, _PANEL_HEIGHT / height)
  size = (max(1, round(width * scale)), max(1, round(height * scale)))
  shown = [
    cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for picture, _ in pictures
  ]
  return np.hstack(
    [
      _captioned(_padded(picture, size[1], _PANEL_WIDTH), caption)
      for picture, (_, caption) in zip(shown, pictures, strict=True)
    ]
  )


def save(picture: np.ndarray, path: Path) -> None:
  """Writes an RGB picture as PNG, whole or not at all."""
  write_atomically(path, encoded(picture))


def encoded(picture: np.ndarray) -> bytes:
  """Returns an RGB picture, uint8 [height, width, 3], as a PNG file's bytes."""
  return cv2.imencode(".png", picture[..., ::-1])[1].tobytes()


def _padded(picture: np.ndarray, height: int, width: int) -> np.ndarray:
  """Adds black at the right and bottom."""
  padded = np.zeros((height, width, 3), np.uint8)
  padded[: picture.shape[0], : picture.shape[1]] = picture
  return padded


def _captioned(picture: np.ndarray, caption: str) -> np.ndarray:
  strip = np.zeros((_CAPTION_HEIGHT, picture.shape[1], 3), np.uint8)
  cv2.putText(
    strip,
    caption,
    (5, _CAPTION_HEIGHT - 7),
    _FONT,
    _FONT_SCALE,
    (255, 255, 255),
    1,
    cv2.LINE_AA,
  )
  return np.vstack([picture, strip])
