"""Counting a user's own pictures: files in, overlays and a table out."""

import csv
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from tqdm import tqdm

from cdcc_tf.errors import InputError
from cdcc_tf.files import write_atomically
from cdcc_tf.inference import overlay
from cdcc_tf.inference.counter import CrowdCounter

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


def find_pictures(path: Path) -> list[Path]:
  """Lists a picture, or the pictures of a folder and those below it.

  Raises:
    InputError: nothing there.
  """
  if path.is_file():
    return [path]
  if not path.is_dir():
    raise InputError(f"--input={path}: no such file or folder.")
  found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
  if not found:
    raise InputError(
      f"--input={path}: holds no pictures ({', '.join(SUFFIXES)})."
    )
  return found


def read_picture(path: Path) -> np.ndarray:
  """Reads a picture as people see it: EXIF rotation applied, RGB.

  Returns:
    uint8 array of shape [height, width, 3].

  Raises:
    InputError: the file is missing, truncated or not a picture.
  """
  try:
    with Image.open(path) as picture:
      return np.asarray(ImageOps.exif_transpose(picture).convert("RGB"))
  except FileNotFoundError as error:
    raise InputError(f"{path}: no such picture.") from error
  except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
    raise InputError(
      f"{path}: cannot be read as a picture ({error}). Repair or remove it."
    ) from error


def count_pictures(
  counter: CrowdCounter, paths: list[Path], output: Path
) -> tuple[list[tuple[Path, float]], list[str]]:
  """Counts pictures; writes `<name>_density.png` each and `counts.csv`.

  Args:
    counter: a trained counter.
    paths: pictures.
    output: folder; made if missing.

  Returns:
    Picture and count of each that could be read, and what was wrong with the
    others.
  """
  counts: list[tuple[Path, float]] = []
  problems: list[str] = []
  table = io.StringIO()
  rows = csv.writer(table)
  rows.writerow(["image", "count", "height", "width", "overlay"])
  names: set[str] = set()
  for path in tqdm(paths, desc="predict", unit="picture", disable=None):
    try:
      image = read_picture(path)
    except InputError as error:
      problems.append(str(error))
      continue
    prediction = counter.count(image)
    name = _free_name(path, names)
    caption = f"{path.name}: {prediction.count:.1f} people"
    overlay.save(
      overlay.blend(image, prediction.density, caption), output / name
    )
    height, width = image.shape[:2]
    rows.writerow([path, f"{prediction.count:.3f}", height, width, name])
    counts.append((path, prediction.count))
  write_atomically(output / "counts.csv", table.getvalue())
  return counts, problems


def _free_name(path: Path, taken: set[str]) -> str:
  """Names an overlay; pictures of one name in several folders get numbers."""
  name, number = f"{path.stem}_density.png", 2
  while name in taken:
    name, number = f"{path.stem}_{number}_density.png", number + 1
  taken.add(name)
  return name
