"""Pictures of predictions, for people who look before they read."""

from pathlib import Path

import cv2
import numpy as np

from cdcc_tf.files import write_atomically

_CAPTION_HEIGHT = 22
_PANEL_WIDTH = 320


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


def blend(image: np.ndarray, density: np.ndarray, caption: str) -> np.ndarray:
  """Lays a density map over its picture, with a caption below.

  Args:
    image: uint8 RGB array of shape [height, width, 3].
    density: array of shape [ceil(height/8), ceil(width/8)], people per cell.
    caption: one line of text.

  Returns:
    uint8 RGB array of shape [height + 22, width, 3].
  """
  height, width = image.shape[:2]
  coloured = heat(density, height, width)
  strength = density / max(float(density.max()), 1e-12)
  strength = cv2.resize(
    strength.astype(np.float32), (density.shape[1] * 8, density.shape[0] * 8)
  )[:height, :width, None]
  mixed = image * (1 - 0.65 * strength) + coloured * (0.65 * strength)
  return _captioned(mixed.astype(np.uint8), caption)


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
    uint8 RGB array, 4 · 320 pixels wide.
  """
  height, width = image.shape[:2]
  size = (_PANEL_WIDTH, round(height * _PANEL_WIDTH / width))
  # Truth and prediction share one scale, or they could not be compared.
  highest = float(max(density.max(), 0 if truth is None else truth.max()))
  blank = np.full((height, width, 3), 60, np.uint8)
  pictures = [
    (image.astype(np.uint8), "picture"),
    (blank, "no labels")
    if truth is None
    else (heat(truth, height, width, highest), f"truth {truth.sum():.1f}"),
    (heat(density, height, width, highest), f"predicted {density.sum():.1f}"),
    (heat(deviation, height, width), f"sigma, up to {deviation.max():.3f}"),
  ]
  return np.hstack(
    [
      _captioned(
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA), caption
      )
      for picture, caption in pictures
    ]
  )


def stack(pictures: list[np.ndarray]) -> np.ndarray:
  """Stacks pictures of one width."""
  return np.vstack(pictures)


def save(picture: np.ndarray, path: Path) -> None:
  """Writes an RGB picture as PNG, whole or not at all."""
  _, encoded = cv2.imencode(".png", picture[..., ::-1])
  write_atomically(path, encoded.tobytes())


def _captioned(picture: np.ndarray, caption: str) -> np.ndarray:
  strip = np.zeros((_CAPTION_HEIGHT, picture.shape[1], 3), np.uint8)
  cv2.putText(
    strip,
    caption,
    (5, _CAPTION_HEIGHT - 7),
    cv2.FONT_HERSHEY_SIMPLEX,
    0.45,
    (255, 255, 255),
    1,
    cv2.LINE_AA,
  )
  return np.vstack([picture, strip])
