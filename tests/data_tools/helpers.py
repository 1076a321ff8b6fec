"""Published layouts, written small."""

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.io

from tests.helpers import jpeg, noise_picture, png

HEIGHT, WIDTH = 50, 100

Points = Sequence[tuple[float, float]]


def write_picture(
  path: Path, height: int = HEIGHT, width: int = WIDTH, seed: int = 0
) -> Path:
  """Writes a JPEG or PNG of noise and the folders above it."""
  path.parent.mkdir(parents=True, exist_ok=True)
  encode = png if path.suffix.lower() == ".png" else jpeg
  path.write_bytes(encode(noise_picture(height, width, seed)))
  return path


def bomb(side: int = 20_000) -> bytes:
  """Returns a small PNG whose header claims side x side pixels."""

  def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum

  header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
  return (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", header)
    + chunk(b"IDAT", zlib.compress(bytes(1000)))
    + chunk(b"IEND", b"")
  )


def write_shanghaitech_mat(path: Path, points: Points) -> Path:
  """Writes `image_info`: a 1x1 cell of a 1x1 struct, `number` uint8."""
  path.parent.mkdir(parents=True, exist_ok=True)
  location = np.asarray(points, np.float64).reshape(-1, 2)
  fields = np.empty((1, 1), [("location", object), ("number", object)])
  fields[0, 0] = (location, np.uint8([[len(location) % 256]]))
  cell = np.empty((1, 1), object)
  cell[0, 0] = fields
  scipy.io.savemat(path, {"image_info": cell})
  return path


def write_shanghaitech(
  root: Path,
  points: dict[str, Points],
  split: str = "train",
  labels: str = "ground_truth",
) -> Path:
  """Writes pictures `IMG_<n>` and their points into one split of a part."""
  base = root / f"{split}_data"
  for seed, (stem, members) in enumerate(points.items()):
    write_picture(base / "images" / f"{stem}.jpg", seed=seed)
    write_shanghaitech_mat(base / labels / f"GT_{stem}.mat", members)
  return root


def write_unity(
  root: Path, texts: dict[str, str], split: str = "train"
) -> Path:
  """Writes pictures `IMG_<n>` and their text files into one split."""
  base = root / f"{split}_data"
  (base / "ground_truth_txt").mkdir(parents=True)
  for seed, (stem, text) in enumerate(texts.items()):
    write_picture(base / "images" / f"{stem}.jpg", seed=seed)
    (base / "ground_truth_txt" / f"{stem}.txt").write_text(text)
  return root


def write_csv(root: Path, table: str | bytes, *names: str) -> Path:
  """Writes a table and pictures of the given names."""
  root.mkdir(parents=True, exist_ok=True)
  content = table.encode() if isinstance(table, str) else table
  (root / "points.csv").write_bytes(content)
  for seed, name in enumerate(names):
    write_picture(root / name, seed=seed)
  return root
