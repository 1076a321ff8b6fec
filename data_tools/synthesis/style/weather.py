"""What lies in the air before the lens: rain, glare."""

import cv2
import numpy as np

from data_tools.synthesis.engine.draws import Dice

_SOFT = 8  # glare is smooth: it is made at an eighth of the size


def streak(dice: Dice, image: np.ndarray, strength: float) -> np.ndarray:
  """Draws falling rain.

  Args:
    dice: of the picture.
    image: uint8 [rows, width, 3].
    strength: of the rain, in [0, 1].

  Returns:
    uint8, same shape.
  """
  rows, width = image.shape[:2]
  drops = np.zeros((rows, width), np.uint8)
  lean = dice.gauss(0, 0.15)
  for _ in range(int(700 * strength * width / 1024)):
    x, y = dice.randrange(width), dice.randrange(rows)
    long = dice.uniform(0.01, 0.06) * rows
    end = (int(x + lean * long), int(y + long))
    cv2.line(drops, (x, y), end, dice.randint(20, 90), 1, cv2.LINE_AA)
  drops = cv2.GaussianBlur(drops, (3, 3), 0.8)
  return cv2.add(image, cv2.merge([drops] * 3))


def spread_light(image: np.ndarray, share: float) -> np.ndarray:
  """Spreads the light of bright places over what is near them.

  Args:
    image: uint8 [rows, width, 3].
    share: of that light.

  Returns:
    uint8, same shape.
  """
  rows, width = image.shape[:2]
  size = (max(1, width // _SOFT), max(1, rows // _SOFT))
  small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
  bright = np.maximum(small, 150) - 150
  halo = cv2.GaussianBlur(bright, (0, 0), max(1.0, size[0] / 16))
  halo = cv2.resize(halo, (width, rows), interpolation=cv2.INTER_LINEAR)
  return cv2.addWeighted(image, 1.0, halo, 3 * share, 0)
