"""Prediction: what a counter says about one image."""

import dataclasses
from pathlib import Path

import numpy as np

from cdcc_tf.errors import InputError
from cdcc_tf.uncertainty.conformal import Calibration, count_uncertainty
from cdcc_tf.visualization import overlays


@dataclasses.dataclass(frozen=True)
class Prediction:
  """What a counter says about one image.

  Attributes:
    count: number of people, the sum of `density`.
    density: float32 array of shape [ceil(height/8), ceil(width/8)], people per
      cell of 8 x 8 pixels.
    std: standard deviation of each cell, same shape, people: total, or from a
      fast counter aleatoric.
    image: uint8 RGB array [height, width, 3] that was counted; None if it was
      not kept.
    calibration: of the counter; None if it has none or counted fast.
  """

  count: float
  density: np.ndarray
  std: np.ndarray
  image: np.ndarray | None = dataclasses.field(default=None, repr=False)
  calibration: Calibration | None = dataclasses.field(default=None, repr=False)

  @property
  def uncertainty(self) -> float:
    """Uncertainty of the count, in people: the sum of `std`."""
    return count_uncertainty(self.std)

  @property
  def count_std(self) -> tuple[float, float]:
    """Bounds on the count's standard deviation, in people.

    The lower bound holds if cells err independently, the upper one if all err
    together. Neighbouring cells do so in part, so the truth lies between. The
    bounds are not calibrated; `interval` is.
    """
    std = self.std.astype(np.float64)
    return float(np.sqrt((std**2).sum())), float(std.sum())

  def interval(self, level: float = 0.9) -> tuple[float, float] | None:
    """Returns the calibrated bounds of the count, in people.

    Args:
      level: share of images like the source's whose true count the bounds
        hold, between 0 and 1.

    Returns:
      None if the counter has no calibration or counted fast.

    Raises:
      InputError: the level is not between 0 and 1.
    """
    if not 0 < level < 1:
      raise InputError(f"interval(level={level}): give a share such as 0.9.")
    if self.calibration is None:
      return None
    return self.calibration.interval(self.count, self.uncertainty, level)

  @property
  def familiar(self) -> bool | None:
    """Whether the image is like those that the counter was adapted to.

    If False, rely on neither count nor interval. None if the counter has no
    calibration or counted fast.
    """
    if self.calibration is None:
      return None
    return self.calibration.is_familiar(self.count, self.uncertainty)

  def row(self) -> list[str]:
    """Returns the figures of `counts.csv`, from `count` to `deviation_high`."""
    interval = self.interval()
    bounds = [f"{bound:.3f}" for bound in interval] if interval else ["", ""]
    familiar = "" if self.familiar is None else str(int(self.familiar))
    stds = [f"{figure:.3f}" for figure in self.count_std]
    return [f"{self.count:.3f}", *bounds, familiar, *stds]

  def __str__(self) -> str:
    """Returns the count, its 90 % interval and a warning where due."""
    text = f"{self.count:.1f}"
    interval = self.interval()
    if interval is not None:
      text += f"  [{interval[0]:.1f}, {interval[1]:.1f}]"
    return text if self.familiar is not False else f"{text}  UNFAMILIAR"

  def density_overlay(self, name: str = "") -> np.ndarray:
    """Lays the density over the image.

    Args:
      name: shown in the caption.

    Returns:
      uint8 RGB array [height + 22, width, 3]; wider if the caption is.

    Raises:
      InputError: the image was not kept.
    """
    return self._overlay(self.density, f"{self.count:.1f} people", name)

  def uncertainty_overlay(self, name: str = "") -> np.ndarray:
    """Lays the standard deviation over the image; see `density_overlay`."""
    caption = f"sigma of a cell, up to {self.std.max():.3f} people"
    return self._overlay(self.std, caption, name)

  def save_overlay(self, path: str | Path) -> None:
    """Writes the image with its density as a PNG, whole or not at all.

    Raises:
      InputError: the image was not kept, or the name does not end in .png.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
      raise InputError(f"{path}: an overlay is a PNG. Let its name end in .png")
    overlays.save(self.density_overlay(), path)

  def _overlay(self, values: np.ndarray, caption: str, name: str) -> np.ndarray:
    if self.image is None:
      raise InputError("this prediction holds no image to draw on.")
    caption = f"{name}: {caption}" if name else caption
    return overlays.blend(self.image, values, caption)
