"""Counting a user's own pictures: files in, overlays and a table out."""

import csv
import dataclasses
import io
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter, Prediction
from cdcc_tf.inference.image_input import read_image, shrunk_region
from cdcc_tf.inference.prediction_files import (
  COLUMNS,
  DENSITY,
  MAPS,
  TABLE,
  UNCERTAINTY,
  encoded_maps,
  names_for,
)
from cdcc_tf.output_folder import OutputFolder
from cdcc_tf.visualization import overlays


@dataclasses.dataclass(frozen=True)
class Counted:
  """One picture's count.

  Attributes:
    path: of the picture.
    count: people.
    interval: bounds that hold the true count in 90 of 100 pictures like the
      source's, or None from a counter that is not calibrated.
    familiar: False if the picture is unlike those the counter was adapted to,
      so that neither count nor interval should be relied on; None likewise.
  """

  path: Path
  count: float
  interval: tuple[float, float] | None
  familiar: bool | None

  def __str__(self) -> str:
    text = f"{self.count:10.1f}"
    if self.interval is not None:
      text += f"  [{self.interval[0]:.1f}, {self.interval[1]:.1f}]"
    text += f"  {self.path}"
    return text if self.familiar is not False else f"{text}  UNFAMILIAR"

  def row(self) -> list[str]:
    """Returns the first columns of `counts.csv`."""
    bounds = ["", ""]
    if self.interval is not None:
      bounds = [f"{bound:.3f}" for bound in self.interval]
    familiar = "" if self.familiar is None else str(int(self.familiar))
    return [str(self.path), f"{self.count:.3f}", *bounds, familiar]


def count_images(
  counter: CrowdCounter,
  paths: list[Path],
  output: Path,
  maps: bool = False,
  region: np.ndarray | None = None,
  max_side: int | None = None,
) -> tuple[list[Counted], list[str]]:
  """Counts pictures and writes what was found.

  Each picture leaves `<name>_density.png` and `<name>_uncertainty.png`, and a
  row in `counts.csv` (columns as `Prediction`, sizes in pixels). A calibrated
  counter adds the bounds of a 90 % interval, and 0 under `familiar` where a
  picture is unlike what it was adapted to; another leaves them empty.

  Args:
    counter: a trained counter.
    paths: pictures.
    output: folder; made if missing.
    maps: whether to write `<name>_maps.npz` too, with the arrays `density` and
      `deviation` of shape [ceil(height/8), ceil(width/8)], people per cell.
    region: where to count in every picture, see `image_input.read_region`;
      None for everywhere. It has the pictures' own size.
    max_side: most pixels along the longer side; larger pictures are shrunk to
      it before they are counted, and what they leave is of that size. None
      leaves them as they are.

  Returns:
    What was counted, in each picture that could be read, and what was wrong
    with the others.

  Raises:
    InputError: a file that no prediction wrote would be overwritten.
  """
  folder, stems = names_for(paths, output, maps)
  counts: list[Counted] = []
  problems: list[str] = []
  table = io.StringIO()
  rows = csv.writer(table)
  rows.writerow(COLUMNS)
  progress = tqdm(paths, desc="predict", unit="picture", disable=None)
  for path, stem in zip(progress, stems, strict=True):
    try:
      image = read_image(path, max_side, region)
    except InputError as error:
      problems.append(str(error))
      continue
    where = shrunk_region(region, image.shape[:2])
    prediction, counted = _count(counter, path, image, where)
    _draw(image, prediction, path.name, folder, stem)
    if maps:
      arrays = encoded_maps(prediction.density, prediction.deviation)
      folder.write(stem + MAPS, arrays)
    deviations = [f"{figure:.3f}" for figure in prediction.count_deviation]
    drawn = (stem + DENSITY, stem + UNCERTAINTY)
    rows.writerow([*counted.row(), *deviations, *image.shape[:2], *drawn])
    counts.append(counted)
  # A file's name may hold bytes that are no text: give them back as they came.
  content = table.getvalue().encode(errors="surrogateescape")
  folder.write(TABLE, content)
  return counts, problems


def _count(
  counter: CrowdCounter,
  path: Path,
  image: np.ndarray,
  region: np.ndarray | None,
) -> tuple[Prediction, Counted]:
  prediction = counter.count(image, region)
  counted = Counted(
    path,
    prediction.count,
    counter.interval(prediction, 0.9),
    counter.is_familiar(prediction),
  )
  return prediction, counted


def _draw(
  image: np.ndarray,
  prediction: Prediction,
  name: str,
  folder: OutputFolder,
  stem: str,
) -> None:
  density, deviation = prediction.density, prediction.deviation
  for values, suffix, caption in (
    (density, DENSITY, f"{prediction.count:.1f} people"),
    (
      deviation,
      UNCERTAINTY,
      f"sigma of a cell, up to {deviation.max():.3f} people",
    ),
  ):
    overlay = overlays.blend(image, values, f"{name}: {caption}")
    folder.write(stem + suffix, overlays.encoded(overlay))
