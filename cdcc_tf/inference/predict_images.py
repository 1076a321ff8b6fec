"""Counting a user's own pictures: files in, overlays and a table out."""

import csv
import dataclasses
import io
from pathlib import Path

import numpy as np
from tqdm import tqdm

from cdcc_tf.errors import InputError
from cdcc_tf.inference.counter import CrowdCounter
from cdcc_tf.inference.image_input import read_image, shrunk_region
from cdcc_tf.inference.prediction import Prediction
from cdcc_tf.inference.prediction_files import (
  COLUMNS,
  DENSITY,
  MAPS,
  TABLE,
  UNCERTAINTY,
  encoded_maps,
  names_for,
)
from cdcc_tf.visualization import overlays


def count_images(
  counter: CrowdCounter,
  paths: list[Path],
  output: Path,
  maps: bool = False,
  region: np.ndarray | None = None,
  max_side: int | None = None,
) -> tuple[list[tuple[Path, Prediction]], list[str]]:
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
    Path and prediction of each image that could be read, without the images
    themselves; and what was wrong with the others.

  Raises:
    InputError: a file that no prediction wrote would be overwritten.
  """
  folder, stems = names_for(paths, output, maps)
  counts: list[tuple[Path, Prediction]] = []
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
    prediction = counter.count(image, where)
    density = prediction.density_overlay(path.name)
    uncertainty = prediction.uncertainty_overlay(path.name)
    folder.write(stem + DENSITY, overlays.encoded(density))
    folder.write(stem + UNCERTAINTY, overlays.encoded(uncertainty))
    if maps:
      arrays = encoded_maps(prediction.density, prediction.std)
      folder.write(stem + MAPS, arrays)
    drawn = (stem + DENSITY, stem + UNCERTAINTY)
    rows.writerow([path, *prediction.row(), *image.shape[:2], *drawn])
    # Not its image: a folder's would fill the memory.
    counts.append((path, dataclasses.replace(prediction, image=None)))
  # A file's name may hold bytes that are no text: give them back as they came.
  content = table.getvalue().encode(errors="surrogateescape")
  folder.write(TABLE, content)
  return counts, problems
